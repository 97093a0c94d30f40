"""How fresh each source is: the newest time that it gave, and after how long its silence means something."""

from dashboard_api.staff.payloads import DataSource, SourceKind

STALE_AFTER_S: dict[SourceKind, int | None] = {
    "alerts": None,
    "shelter_lists": None,
    "shelter_reports": 3600,
    "closures": None,
    "counts": 300,
}
"""An alert or a closure stands until it is taken back; shelters report by the hour; positions come every minute or so."""

ORDER: tuple[SourceKind, ...] = ("alerts", "closures", "shelter_reports", "counts", "shelter_lists")


class Sources:
    """Newest times by kind and source."""

    def __init__(self) -> None:
        self._newest: dict[tuple[SourceKind, str], int | None] = {}

    def note(self, kind: SourceKind, source: str, at_ms: int | None) -> None:
        """A row of that source came; no source, nothing to note."""
        if not source:
            return
        known = self._newest.get((kind, source))
        times = [t for t in (known, at_ms) if t is not None]
        self._newest[kind, source] = max(times, default=None)

    def listed(self) -> list[DataSource]:
        """All sources, in the page's order."""
        found = sorted(self._newest.items(), key=lambda item: (ORDER.index(item[0][0]), item[0][1]))
        return [
            DataSource(kind=kind, source=source, newest_ms=newest, stale_after_s=STALE_AFTER_S[kind])
            for (kind, source), newest in found
        ]
