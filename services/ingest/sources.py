"""When each source was last heard, and last heard well. Kept in memory: before its first document a source is unknown."""

from collections import OrderedDict

from pydantic import BaseModel, Field

KEPT = 1000
"""Sources remembered; the one that has been silent longest is forgotten first."""


class SourceState(BaseModel):
    """One feed, as `GET /v1/sources` shows it. Times are milliseconds on the clock of this world."""

    source: str
    format: str = Field(description="of its newest document")
    heard_ms: int = Field(description="when its newest document came")
    last_good_ms: int | None = Field(description="when a document of it last gave an event; null: never yet")
    documents: int
    events: int
    rejected: int


class Sources:
    """All feeds that this process has heard."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, SourceState] = OrderedDict()

    def note(self, source: str, *, format_name: str, events: int, rejected: int, at_ms: int) -> None:
        """A document of `source` was taken or refused."""
        before = self._known.pop(source, None)
        self._known[source] = SourceState(
            source=source,
            format=format_name,
            heard_ms=at_ms,
            last_good_ms=at_ms if events else before.last_good_ms if before else None,
            documents=1 + (before.documents if before else 0),
            events=events + (before.events if before else 0),
            rejected=rejected + (before.rejected if before else 0),
        )
        if len(self._known) > KEPT:
            self._known.popitem(last=False)

    def list_all(self) -> list[SourceState]:
        """By name."""
        return [self._known[name] for name in sorted(self._known)]
