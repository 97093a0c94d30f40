"""GPX tracks of a person's way. Positions are personal: nothing here becomes an event, and the registry only turns them away.

`read_track` is for the device's own upload, which goes where its consent lets it go.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np
import numpy.typing as npt

from streams.adapters.document import Document
from streams.adapters.places import read_position
from streams.adapters.reading import Reading, RefusedError, Source
from streams.adapters.safe_xml import text_of
from streams.adapters.times import parse_iso

FORMAT = "gpx"


@dataclass(frozen=True)
class Track:
    """Where a device was. at_ms: int64[n], its own time; lat, lon: float64[n], degrees. refused: how many, by reason."""

    at_ms: npt.NDArray[np.int64]
    lat: npt.NDArray[np.float64]
    lon: npt.NDArray[np.float64]
    refused: dict[str, int]


def is_gpx(document: Document) -> bool:
    """Told by the root `gpx`."""
    return document.looks_like_xml and document.xml.tag == "gpx"


def refuse_gpx(document: Document, _source: Source) -> Reading:
    """Always refuses; says nothing of what is in it, not even to the dead letters' reasons.

    Raises:
        RefusedError: `positions-personal`.
    """
    count = sum(1 for _ in document.xml.iter("trkpt"))
    raise RefusedError(
        "positions-personal",
        f"a GPX track of {count} positions: where a person was is not taken here; the device sends it to the gateway, "
        "under its own consent",
    )


def read_track(document: Document) -> Track:
    """Track points (waypoints and routes are plans, not where somebody was) in their order of time; without a time, with one that has no offset, or out of range: counted by reason.

    Raises:
        RefusedError: `xml-forbidden` and the other reasons of `parse_xml`; `format-unknown`.
    """
    if not is_gpx(document):
        raise RefusedError("format-unknown", "not GPX: expected the root gpx")
    refused: Counter[str] = Counter()
    rows = sorted(_rows(document.xml, refused))
    columns = np.array(rows, np.float64).reshape(-1, 3)
    return Track(columns[:, 0].astype(np.int64), columns[:, 1], columns[:, 2], dict(refused))


def _rows(root: Element, refused: Counter[str]) -> Iterator[tuple[int, float, float]]:
    for point in root.iter("trkpt"):
        try:
            lat, lon = read_position(point.get("lat"), point.get("lon"))
            yield parse_iso(text_of(point, "time"), "time"), lat, lon
        except RefusedError as error:
            refused[error.reason] += 1
