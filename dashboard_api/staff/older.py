"""Older lists of places, kept in the area's folder for the repair list alone: candidates come from there, places never."""

from collections.abc import Iterator
from pathlib import Path

import structlog

from streams.adapters.registry import Source, read
from streams.events.shelters import SiteReport

FOLDER = "older-lists"

_log = structlog.get_logger(__name__)


def read_older_lists(area: Path) -> tuple[SiteReport, ...]:
    """Every placed row of every file in `older-lists`, in any format of lists; none where there is no such folder."""
    return tuple(_rows(area / FOLDER))


def _rows(folder: Path) -> Iterator[SiteReport]:
    for file in sorted(folder.glob("*")) if folder.is_dir() else ():
        reading = read(file.read_bytes(), Source(f"{FOLDER}/{file.name}", 0), name=file.name)
        rows = [event for event in reading.events if isinstance(event, SiteReport)]
        _log.info("an older list", file=file.name, format=reading.format, places=len(rows))
        yield from rows
