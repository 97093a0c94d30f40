"""Lists of sites and shelters in any format that the adapters read, cut to the network's surroundings."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from services.area.errors import AreaFolderError
from streams.events.base import Rejection
from streams.events.shelters import Layer, SiteReport, UnplacedSite

MARGIN_M = 1_000.0
"""How far outside the network's box a listed place may lie."""
METRES_PER_DEGREE = 111_195.0
MAKERS = {"gsi-geojson": "国土地理院 指定緊急避難場所データ", "gsi-csv": "国土地理院 指定緊急避難場所データ"}
"""Formats that only one maker writes, and how their terms want to be named."""
SUFFIXES = frozenset({".json", ".geojson", ".csv", ".txt"})

BBox = tuple[float, float, float, float]


@dataclass(frozen=True)
class Listing:
    """Places of one layer or both, and what did not become one. left_out: how many lie too far away."""

    reports: tuple[SiteReport, ...]
    rejections: tuple[tuple[str, Rejection], ...]
    left_out: int
    notes: tuple[str, ...]
    credits: tuple[str, ...] = ()
    """Whom to name: the maker of a list, else the file."""

    def reasons(self) -> dict[str, int]:
        """How many records were rejected, by reason."""
        return dict(Counter(rejection.reason for _, rejection in self.rejections))


def read_listing(paths: Sequence[Path], layer: Layer, bbox: BBox, *, received_at_ms: int) -> Listing:
    """Reads files and folders of lists as `layer`, whatever layer they name themselves.

    Raises:
        AreaFolderError: a path does not exist, or a folder holds no list.
    """
    if not paths:
        return Listing((), (), 0, ())
    from streams.adapters.registry import Source, read

    inside: dict[str, SiteReport] = {}
    rejections: list[tuple[str, Rejection]] = []
    notes: list[str] = []
    makers: dict[str, None] = {}
    left_out = 0
    for file in list_files(paths):
        reading = read(file.read_bytes(), Source(file.stem, received_at_ms), name=file.name)
        rejections += [(str(file), rejection) for rejection in reading.rejections]
        notes += [f"{file.name}: {note}" for note in reading.notes]
        reports = [event for event in reading.events if isinstance(event, SiteReport)]
        unplaced = [event for event in reading.events if isinstance(event, UnplacedSite)]
        rejections += [(str(file), _rejection(record)) for record in unplaced]
        if others := len(reading.events) - len(reports) - len(unplaced):
            notes.append(f"{file.name}: {others} records of {reading.format} are no list of places")
        if reports:
            makers[MAKERS.get(reading.format, file.name)] = None
        for report in reports:
            if is_near(report, bbox):
                inside[report.id] = msgspec.structs.replace(report, layer=layer)
            else:
                left_out += 1
    return Listing(tuple(inside.values()), tuple(rejections), left_out, tuple(notes), tuple(makers))


def _rejection(record: UnplacedSite) -> Rejection:
    """An area is built from places; what has none is sent to a running system, whose staff will place it."""
    detail = f"{record.name}: no usable position {record.written}".rstrip()
    return Rejection(source=record.source, place=record.place, reason=record.why, detail=detail)


def join(listings: Iterable[Listing]) -> Listing:
    """One listing of several; an id in both layers stays with the first, since a place's state has one layer."""
    reports: dict[str, SiteReport] = {}
    rejections: list[tuple[str, Rejection]] = []
    notes: list[str] = []
    credited: list[str] = []
    left_out = twice = 0
    for listing in listings:
        twice += sum(report.id in reports for report in listing.reports)
        for report in listing.reports:
            reports.setdefault(report.id, report)
        rejections += listing.rejections
        notes += listing.notes
        credited += listing.credits
        left_out += listing.left_out
    if twice:
        notes.append(f"{twice} ids stand in both lists: they are kept as sites")
    named = tuple(dict.fromkeys(credited))
    return Listing(tuple(reports.values()), tuple(rejections), left_out, tuple(notes), named)


def list_files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files themselves, and those of folders that look like lists, in a stable order.

    Raises:
        AreaFolderError: a path does not exist, or a folder holds no list.
    """
    for path in paths:
        if path.is_dir():
            files = sorted(f for f in path.rglob("*") if f.suffix.lower() in SUFFIXES)
            if not files:
                raise AreaFolderError(f"{path}: holds no list ({', '.join(sorted(SUFFIXES))})")
            yield from files
        elif path.exists():
            yield path
        else:
            raise AreaFolderError(f"{path}: no such file or folder")


def is_near(report: SiteReport, bbox: BBox) -> bool:
    """Whether a place lies in the box (south, west, north, east) or within `MARGIN_M` of it."""
    south, west, north, east = bbox
    tall = MARGIN_M / METRES_PER_DEGREE
    wide = tall / max(0.01, math.cos(math.radians(report.lat)))
    return south - tall <= report.lat <= north + tall and west - wide <= report.lon <= east + wide
