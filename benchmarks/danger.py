"""What the time of a danger costs each answer: single and in batches, beside the same questions when nobody knows when it comes.

Run: python benchmarks/danger.py. One JSON line per figure; `peer` is the same without a known time, in alternating rounds, CPU time.
The made-up city, its tsunami zone, 2,000 walkers in it; the wave comes in ten minutes. Rows that a danger binds are read one by one.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import routing
from services.area.build import build_synthetic
from services.area.show import read_sites
from services.navigator.answers import Moment
from services.navigator.ground import Ground, load_ground
from services.navigator.questions import Columns
from services.navigator.shelf import Shelf
from services.navigator.state import World
from streams.cells import Gazetteer
from streams.events.alerts import Condition, HazardState, HazardZone, Severity
from streams.events.base import AreaRef, Hazard, Status
from streams.folds.shelters import Place, shelter_state

WALKERS = 2_000
WAVE_MS = 600_000
NOW = 1_756_700_000_000
ROUNDS = 5
COAST = AreaRef("tsunami", "999", "")
NONE: frozenset[Hazard] = frozenset()


@dataclass(frozen=True)
class Town:
    """The city and those who ask: lat, lon: float64[WALKERS]."""

    folder: Path
    ground: Ground
    lat: np.ndarray
    lon: np.ndarray

    def shelf(self, arrival_at_ms: int | None) -> Shelf:
        """A moment with a tsunami warning, and all that its answers need."""
        cells = Gazetteer.load((self.folder / "areas.geojson").read_bytes()).cells_of(COAST)
        condition = Condition(
            hazard=Hazard.TSUNAMI, severity=Severity.WARNING, code="51", name="", arrival_at_ms=arrival_at_ms
        )
        state = HazardState(
            series="jma/tsunami", telegram_id="", kind="VTSE41", source="jma", status=Status.EXERCISE, title="",
            headline="", issuer="", issued_at_ms=NOW, zones=(HazardZone(area=COAST, condition=condition, cells=cells),),
        )  # fmt: skip
        listed = {s.id: shelter_state(s.id, Place(listed=s)) for s in read_sites(self.folder)}
        places = {key: place for key, place in listed.items() if place is not None}
        shelf = Shelf(Moment.of(self.ground, World(hazards={"": state}, places=places, at_ms=NOW)))
        shelf.reader("adult", shelf.active_at(self.lat[0], self.lon[0]), NONE)
        return shelf

    def ask_each(self, shelf: Shelf) -> dict[str, int]:
        """One question after the other; how many are answered how."""
        kinds: dict[str, int] = {}
        for place in zip(self.lat.tolist(), self.lon.tolist(), strict=True):
            active = shelf.active_at(*place)
            answer = shelf.answer(shelf.reader("adult", active, NONE), place, active, NONE, now_ms=NOW)
            stays = isinstance(answer.route, routing.Stay)
            kind = answer.route.reason if stays else "other way" if _is_other(answer) else "nearest way"
            kinds[kind] = kinds.get(kind, 0) + 1
        return kinds

    def ask_all(self, shelf: Shelf) -> None:
        """All in one batch."""
        columns = Columns(shelf, self.lat, self.lon)
        columns.fill("adult", NONE, NOW)
        columns.body(NOW)


def _is_other(answer: object) -> bool:
    hurry = getattr(answer, "hurry", None)
    return hurry is not None and hurry.instead_of is not None


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        town = open_town(Path(folder) / "city")
        timed, untimed = town.shelf(NOW + WAVE_MS), town.shelf(None)
        kinds = town.ask_each(timed)
        for name in ("nearest way", "other way", "too-late"):
            emit(
                f"danger_answers_{name.replace(' ', '_').replace('-', '_')}",
                kinds.get(name, 0) / WALKERS,
                "share",
            )
        single = interleaved_us(lambda: town.ask_each(timed), lambda: town.ask_each(untimed))
        emit("danger_single_answer", single[0], "us CPU", peer=single[1])
        rows = interleaved_us(lambda: town.ask_all(timed), lambda: town.ask_all(untimed))
        emit("danger_batch_row", rows[0], "us CPU", peer=rows[1])


def open_town(folder: Path) -> Town:
    """Walkers at random places beside the crossings of the tsunami zone."""
    build_synthetic(folder, progress=lambda _: None)
    ground = load_ground(folder)
    zone = next(zone for zone in ground.zones if zone.hazard is Hazard.TSUNAMI)
    rng, inside = np.random.default_rng(1), np.flatnonzero(ground.membrane(zone).inside)
    chosen, network = rng.choice(inside, WALKERS), ground.network
    lat, lon = network.node_lat[chosen], network.node_lon[chosen]
    return Town(folder, ground, lat + rng.normal(0, 1e-4, WALKERS), lon + rng.normal(0, 1e-4, WALKERS))


def interleaved_us(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Median CPU microseconds a walker of both."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for work, times in zip((first, second), took, strict=True):
            begin = time.process_time()
            work()
            times.append((time.process_time() - begin) * 1e6 / WALKERS)
    return statistics.median(took[0]), statistics.median(took[1])


def emit(name: str, value: float, unit: str, *, peer: float | None = None) -> None:
    ratio = None if peer is None else round(value / peer, 3)
    line = {"name": name, "value": round(value, 4), "unit": unit, "bar": None, "met": None}
    print(json.dumps({**line, "peer": None if peer is None else round(peer, 4), "ratio": ratio}))


if __name__ == "__main__":
    main()
