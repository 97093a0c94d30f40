"""Where documents come from, as far as readers need it: what a source speaks of, and when it was last heard."""

from enum import StrEnum

import msgspec


class Says(StrEnum):
    """What a source speaks of, so that its silence can be told in words."""

    ALERTS = "alerts"
    CLOSURES = "closures"
    SHELTER_REPORTS = "shelter_reports"
    SHELTER_LISTS = "shelter_lists"


class Trouble(StrEnum):
    """Why the last contact with a source was none."""

    FAILED = "failed"  # it did not answer, or not well
    REFUSED = "refused"  # nothing of what it said could be read


class SourceHealth(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """State topic `sources`, key = id. Whether it is silent now depends on the time: see `streams.folds.sources`."""

    id: str
    name: str
    kind: str  # how it is reached: feed, pull, folder, push
    says: tuple[Says, ...]
    contact: str  # whom to call
    declared_ms: int  # when it was first declared
    expected_s: int | None = None  # a contact is expected at least so often; None: it has no rhythm
    news_s: int | None = None  # something new is expected at least so often
    heard_ms: int | None = None  # the last good contact; None: never yet
    news_ms: int | None = None  # the last document of it that could be read
    trouble: Trouble | None = None
    trouble_since_ms: int | None = None
    detail: str = ""  # one sentence about the trouble; never holds a credential


class SeenEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """State topic `seen-entries`, key = source and entry: this version of it was taken and is never fetched again."""

    updated: str  # as the feed writes it
    at_ms: int  # when it was taken
