"""The questions and answers about leases as documented models."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.navigator.models import Language, Origin, ProfileName, Shelter, SiteHazard

LARGEST_PARTY = 50
MOST_CANDIDATES = 256

Reason = Literal["full", "closed", "capacity-unknown", "no-such-place"]
Candidates = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=MOST_CANDIDATES)
]


class From(BaseModel):
    """Where the party is and how it walks: the candidates are then all places that suit, nearest first."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    origin: Origin = Field(alias="from")
    profile: ProfileName = "adult"
    hazards: list[SiteHazard] = Field(default=[], max_length=8)


class LeaseRequest(BaseModel):
    """A party on its way. Either the candidates, in order (the answer's shelter, then its alternatives), or where it is."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"party": 3, "candidates": ["E1", "E2", "E3"]}]}
    )
    party: int = Field(ge=1, le=LARGEST_PARTY, description="Persons; they stay together.")
    candidates: Candidates | None = None
    start: From | None = Field(default=None, description="Instead of candidates.")
    language: Language = "ja"


class RenewRequest(BaseModel):
    """Still on the way. candidates: where else to go if the shelter takes nobody any more. start: to be told the way as well."""

    model_config = ConfigDict(extra="forbid")
    candidates: Candidates | None = None
    start: From | None = Field(default=None, description="Where the party is now: the answer holds the way.")
    language: Language = "ja"


class Passed(BaseModel):
    """A nearer candidate, and why no place is kept there."""

    shelter: str
    reason: Reason


class Moved(BaseModel):
    """The shelter that the places were kept in before, and why it takes nobody any more."""

    left: str
    reason: Reason


class WayThere(BaseModel):
    """The way from `start` to the shelter that keeps the places."""

    length_m: int
    minutes: float
    polyline6: str


class _Common(BaseModel):
    world: Literal["real", "drill"]
    drill: bool
    notice: str | None = Field(description="訓練 in the drill world.")
    now_ms: int
    passed: list[Passed]
    text: str


class LeaseAnswer(_Common):
    """Places are kept for the whole party until `until_ms`; renew before."""

    kind: Literal["lease"]
    id: str = Field(description="Only its holder knows it: it renews, checks in and gives back.")
    shelter: Shelter | None = Field(description="null: kept there, but nothing else is known of it now.")
    shelter_id: str
    party: int
    stage: Literal["walking", "arrived"]
    until_ms: int
    is_logged: bool = Field(
        description="false: the event log was not reached yet; a loss of the lease book now would lose it."
    )
    headcount_known: bool = Field(description="false: nobody said how many people are inside.")
    takes_people: bool = Field(
        description="false: the shelter became full or closed since; ask with candidates."
    )
    moved: Moved | None = Field(description="The places are kept elsewhere than before: go there.")
    way: WayThere | None = Field(
        description="Only where `start` was given; null: no safe way leads there in time. Ask for a route."
    )


class NoLeaseAnswer(_Common):
    """No place is kept. The way that was told is still the way: go on."""

    kind: Literal["none"]
    reason: Literal["full", "capacity-unknown", "no-way", "book-away"] = Field(
        description="full: none of the candidates has room for the party. capacity-unknown: none promises places. "
        "no-way: no suitable place can be reached. book-away: leases cannot be given now."
    )


class CheckedIn(BaseModel):
    """The party counts as inside."""

    world: Literal["real", "drill"]
    drill: bool
    notice: str | None
    shelter_id: str
    party: int
    at_ms: int
