"""Ishinomaki's list of 2013, 294 of whose 311 places have no coordinates: all are known, on one list, and placed by staff's choice."""

import zipfile
from pathlib import Path

import pytest

from streams.adapters.registry import Source, read
from streams.cells import Gazetteer
from streams.codec import decode, encode
from streams.events.repairs import Candidate, Repair
from streams.events.shelters import ShelterState, SiteRepair, SiteReport, UnplacedSite
from streams.repair.candidates import Places, Unplaced, find_candidates
from streams.topics import REPAIRS, SHELTERS
from streams.worker.steps import Context, step_place
from streams.world import World

CODE = "04202"
CONTEXT = Context(World.REAL, Gazetteer({}, {}))


class Town:
    """What the worker's topics say after each event."""

    def __init__(self) -> None:
        self.rows: dict[str, bytes] = {}
        self.states: dict[str, ShelterState] = {}
        self.lines: dict[str, Repair] = {}

    def hear(self, event: SiteReport | UnplacedSite | SiteRepair) -> None:
        step = step_place(CONTEXT, self.rows.get(event.id), event.id.encode(), encode(event))
        self.rows[event.id] = step.row
        for topic, message in step.messages:
            if topic is SHELTERS:
                self.states[event.id] = decode(message.value or b"", ShelterState)
            elif message.value is None:
                self.lines.pop(event.id, None)
            else:
                assert topic is REPAIRS
                self.lines[event.id] = decode(message.value, Repair)

    @property
    def placed(self) -> int:
        return sum(state.lat is not None for state in self.states.values())

    @property
    def open_lines(self) -> int:
        return sum(line.is_open for line in self.lines.values())


@pytest.fixture(scope="module")
def older(data_dir: Path) -> Places:
    with zipfile.ZipFile(data_dir / "shelters" / "gsi-national-20251027.zip") as packed:
        readings = [
            read(packed.read(f"{part}/042021.json"), Source("gsi", 0)) for part in ("emergency", "evacuation")
        ]
    return Places(event for reading in readings for event in reading.events if isinstance(event, SiteReport))


def choose(state: ShelterState, older: Places) -> Candidate | None:
    unplaced = Unplaced(id="", name=state.name, address=state.address, municipality=CODE)
    return next(iter(find_candidates(unplaced, older)), None)


def test_none_is_dropped_none_is_guessed_and_what_staff_choose_is_placed_until_the_source_says_where(
    data_dir: Path, older: Places
) -> None:
    reading = read(
        (data_dir / "shelters" / "ishinomaki-2013" / "shelter.csv").read_bytes(), Source("ishinomaki", 0)
    )
    town = Town()
    for event in reading.events:
        assert isinstance(event, SiteReport | UnplacedSite)
        town.hear(event)
    assert (len(town.states), town.placed, len(town.lines), town.open_lines) == (311, 17, 294, 294)
    assert {line.why for line in town.lines.values()} == {"coordinates-missing"}

    chosen = {
        key: best for key in town.lines if (best := choose(town.states[key], older)) and best.score >= 0.9
    }
    for at_ms, (key, best) in enumerate(chosen.items(), 1):
        state = town.states[key]
        town.hear(
            SiteRepair(
                id=key, at_ms=at_ms, by="防災課", name=state.name, address=state.address, lat=best.lat, lon=best.lon,
                candidate=f"{best.source}/{best.id}",
            )
        )  # fmt: skip
    assert len(chosen) >= 160
    assert (town.placed, town.open_lines) == (17 + len(chosen), 294 - len(chosen))
    assert all(town.states[key].repaired for key in chosen)

    key = next(iter(chosen))
    state = town.states[key]
    town.hear(
        SiteReport(
            id=key, source="ishinomaki", layer=state.layer, name=state.name, lat=38.5, lon=141.5, as_of_ms=9
        )
    )
    assert (town.states[key].lat, town.states[key].repaired, key in town.lines) == (38.5, None, False)
