"""JMA's sample archive, unpacked once, and its telegrams by file name without date and ending."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.adapters.registry import Reading, Source, read
from streams.events.alerts import Telegram

SOURCE = Source("test", 0)
ReadTelegram = Callable[[str], Telegram]


@pytest.fixture(scope="session")
def archive(data_dir: Path) -> dict[str, bytes]:
    """File name to bytes of all 387 telegrams."""
    with zipfile.ZipFile(data_dir / "alerts" / "jma" / "telegrams.zip") as packed:
        return {entry.filename: packed.read(entry) for entry in packed.infolist() if not entry.is_dir()}


@pytest.fixture(scope="session")
def readings(archive: dict[str, bytes]) -> dict[str, Reading]:
    """What each of them becomes."""
    return {name: read(document, SOURCE, name=name) for name, document in archive.items()}


@pytest.fixture(scope="session")
def telegram(readings: dict[str, Reading]) -> ReadTelegram:
    """Reads the one telegram of that name; it must become exactly one event and no rejection."""

    def read_one(name: str) -> Telegram:
        reading = readings[f"{name}.xml"]
        assert reading.rejections == ()
        (event,) = reading.events
        assert isinstance(event, Telegram)
        return event

    return read_one
