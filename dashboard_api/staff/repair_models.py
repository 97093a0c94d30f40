"""What the repair list's API takes and gives, as models. No logic."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dashboard_api.staff.payloads import Repair
from streams.events.base import Hazard
from streams.usability import Reason, Verdict

Degrees = Annotated[float, Field(allow_inf_nan=False)]


class RepairCandidate(BaseModel):
    """Where it may lie. Nobody has decided that it does."""

    key: str = Field(description="What to choose it by: source/id.")
    name: str
    address: str
    lat: float
    lon: float
    source: str
    score: float = Field(description="0 to 1; no probability.")
    reasons: list[str] = Field(
        description="same-id, same-name, similar-name, same-address, same-block, same-town, other-town; swapped, metres: the "
        "position as it was written, read so; lies-in: the municipality at its position."
    )


class RepairSheet(BaseModel):
    """One line of the list, with what may be meant."""

    repair: Repair
    candidates: list[RepairCandidate] = Field(description="The best first; at most six.")


class RepairOrder(BaseModel):
    """What to do: a candidate, or a point, or `undo`."""

    model_config = ConfigDict(extra="forbid")
    by: str = Field(
        min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$",
        description="Desk or role that decides, such as 防災課; never a person's name.",
    )  # fmt: skip
    candidate: str = Field("", max_length=300, description="Key of a candidate of its sheet.")
    lat: Degrees | None = Field(None, ge=-90, le=90)
    lon: Degrees | None = Field(None, ge=-180, le=180)
    undo: bool = Field(default=False, description="Takes the repair back.")

    @model_validator(mode="after")
    def _is_one_thing(self) -> "RepairOrder":
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon go together")
        if (self.lat is not None) + bool(self.candidate) + self.undo != 1:
            raise ValueError("one of candidate, lat with lon, or undo")
        return self


class RepairReceipt(BaseModel):
    """The act is on the broker; what follows from it comes as a change."""

    key: str
    at_ms: int
    undone: bool


class HazardUse(BaseModel):
    """Whether a place can be used now, for one hazard."""

    hazard: Hazard
    in_force: bool = Field(description="Whether it is in force where the place is.")
    verdict: Verdict = Field(description="Unknown is never yes.")
    reasons: list[Reason] = Field(description="All that were weighed; those that decided first.")


class PlaceUse(BaseModel):
    """The same for every hazard that a list knows, those in force first."""

    shelter: str
    now_ms: int
    hazards: list[HazardUse]
