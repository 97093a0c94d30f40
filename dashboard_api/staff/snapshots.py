"""The snapshot as bytes, encoded and compressed once per version for all who ask."""

import gzip
from collections.abc import Callable

import zstandard

from dashboard_api.staff.area import Area
from dashboard_api.staff.feed import Feed
from dashboard_api.staff.payloads import Snapshot
from dashboard_api.staff.scope import Scope

ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": zstandard.ZstdCompressor(level=3).compress,
    "gzip": lambda body: gzip.compress(body, compresslevel=5, mtime=0),
    "identity": lambda body: body,
}
"""Best first."""


def choose_encoding(accepted: str) -> str:
    """The best encoding that an `Accept-Encoding` header names; weights of zero refuse."""
    offered: set[str] = set()
    for part in accepted.lower().split(","):
        name, _, weight = part.strip().partition(";")
        if weight.replace(" ", "") not in {"q=0", "q=0.0"}:
            offered.add(name.strip())
    return next((name for name in ENCODINGS if name in offered), "identity")


class Snapshots:
    """Cached by municipality and encoding until the feed's version moves on."""

    def __init__(self, feed: Feed, area: Area, scope: Scope, *, fewer_than: int) -> None:
        self._feed = feed
        self._area = area
        self._scope = scope
        self._fewer_than = fewer_than
        self._version = -1
        self._bodies: dict[tuple[str | None, str], bytes] = {}

    def body(self, municipality: str | None, *, encoding: str) -> bytes:
        """JSON of a `Snapshot`. `municipality`: only that one's counts."""
        if self._version != self._feed.version:
            self._bodies.clear()
            self._version = self._feed.version
        key = (municipality, encoding)
        if key not in self._bodies:
            plain = self._bodies.get((municipality, "identity")) or self._encode(municipality)
            self._bodies[municipality, "identity"] = plain
            self._bodies[key] = ENCODINGS[encoding](plain)
        return self._bodies[key]

    def _encode(self, municipality: str | None) -> bytes:
        mirror = self._feed.mirror
        snapshot = Snapshot(
            id=self._feed.head,
            status=self._feed.status(),
            area=self._area.name,
            attribution=list(self._area.attribution),
            synthetic=self._area.synthetic,
            bbox=self._area.bbox,
            municipalities=list(self._area.municipalities),
            sharing=self._scope.statement(),
            fewer_than=self._fewer_than,
            cells=mirror.cells(municipality),
            shelters=mirror.shelters(),
            closures=mirror.closures(),
            repairs=mirror.repairs(),
            alerts=mirror.alerts(),
            sources=mirror.sources(),
            declared=mirror.declared(),
        )
        return snapshot.model_dump_json().encode()
