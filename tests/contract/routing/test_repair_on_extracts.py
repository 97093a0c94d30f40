"""On real streets, on every extract: after each of many changes the repaired field is that of a full build, and of two other engines."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

import routing
from routing.build.graph_csv import read_graph_csv
from tests.contract.routing.extracts import read_extract
from tests.contract.routing.test_extracts import BUILT
from tests.unit.routing.oracles import as_floats, check_canonical, networkx_distances, scipy_distances
from tests.unit.routing.test_repair import check_equal, columns_of

STEPS = {"monaco.osm.pbf": 60, "porto_portugal.osm.pbf": 24}
OTHERS = [name for name in (*BUILT, "osaka-kita") if name not in STEPS]
EACH = 12
"""Each so manieth step is also compared with scipy."""


class City:
    """What is in force, and random changes to it."""

    def __init__(self, network: routing.Network, seed: int) -> None:
        self.network, self.rng = network, np.random.default_rng(seed)
        self.index = routing.LinkIndex(network)
        self.closures: dict[str, routing.LinkIds] = {}
        self.membranes: dict[str, routing.Membrane] = {}
        self.targets = {t.id: t for t in (self.target(number) for number in range(60))}

    def target(self, number: int) -> routing.Target:
        node = int(self.rng.integers(self.network.node_count))
        lat, lon = float(self.network.node_lat[node]), float(self.network.node_lon[node])
        return routing.Target(f"T{number:02d}", lat + 1e-4, lon, int(self.rng.choice([0, 0, 600])))

    def change(self) -> None:
        """One to three of: roads close, roads open, a zone comes, goes; targets appear, move, vanish, change their price."""
        for kind in self.rng.choice(6, self.rng.integers(1, 4)).tolist():
            (self.close, self.reopen, self.flood, self.drain, self.place, self.price)[kind]()

    def close(self) -> None:
        links = self.rng.integers(0, self.network.link_count, self.rng.choice([1, 10, 200])).astype(np.int32)
        self.closures[f"c{self.rng.integers(8)}"] = np.unique(links)

    def reopen(self) -> None:
        self.closures.pop(f"c{self.rng.integers(8)}", None)

    def flood(self) -> None:
        south, west, north, east = self.network.bbox
        centre = shapely.Point(self.rng.uniform(west, east), self.rng.uniform(south, north))
        zone = routing.make_membrane(self.index, centre.buffer((east - west) * self.rng.uniform(0.01, 0.2)))
        grade = routing.DEARER if self.rng.random() < 0.5 else routing.FORBIDDEN
        self.membranes[f"z{self.rng.integers(3)}"] = replace(zone, grade=grade)

    def drain(self) -> None:
        self.membranes.pop(f"z{self.rng.integers(3)}", None)

    def place(self) -> None:
        number = int(self.rng.integers(60))
        if self.targets.pop(f"T{number:02d}", None) is None:
            self.targets[f"T{number:02d}"] = self.target(number)

    def price(self) -> None:
        self.targets = {k: replace(t, price_ds=int(self.rng.integers(900))) for k, t in self.targets.items()}

    @property
    def overlay(self) -> routing.Overlay:
        return routing.Overlay(self.network, dict(self.closures), dict(self.membranes))


def way_changed(before: routing.Field, after: routing.Field) -> np.ndarray:
    """bool[nodes], in columns: a label on the way is other than before; roots are compared by their seed."""
    ids = np.array([*(t.id for t in before.targets), ""])[before.target]
    new_ids = np.array([*(t.id for t in after.targets), ""])[after.target]
    changed = (before.dist != after.dist) | (before.next_edge != after.next_edge) | (ids != new_ids)
    for node in np.flatnonzero((after.next_edge < 0) & (after.target >= 0) & ~changed):
        one, other = before.seed_at(int(node)), after.seed_at(int(node))
        changed[node] = (before.seeds.edge[one], before.seeds.share[one]) != (
            after.seeds.edge[other],
            after.seeds.share[other],
        )
    has_next = after.next_edge >= 0
    ahead = np.where(has_next, after.network.edge_head[after.next_edge], 0)
    while True:
        more = changed | (has_next & changed[ahead])
        if np.array_equal(more, changed):
            return changed
        changed = more


def change_often(
    network: routing.Network, *, seed: int, steps: int, most_cut: float
) -> tuple[routing.Field, int]:
    """The field after so many changes, each checked, and how many times it was built anew."""
    city = City(network, seed=seed)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    field = routing.Field.build(walking, list(city.targets.values()), city.overlay)
    rebuilt = 0
    for step in range(steps):
        city.change()
        former, kept = field, columns_of(field)
        repair = field.repair(list(city.targets.values()), city.overlay, most_cut=most_cut)
        field, rebuilt = repair.field, rebuilt + repair.rebuilt
        assert columns_of(former) == kept
        check_equal(field, routing.Field.build(walking, list(city.targets.values()), city.overlay))
        assert np.array_equal(np.sort(repair.touched), np.flatnonzero(way_changed(former, field)))
        if step % EACH == 0:
            assert np.array_equal(as_floats(field.dist), scipy_distances(field))
    return field, rebuilt


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("most_cut", [0.05, 1.0])
def test_a_repaired_field_is_that_of_a_full_build_on_real_streets(
    data_dir: Path, name: str, most_cut: float
) -> None:
    network = read_extract(data_dir / "osm" / name)
    _, rebuilt = change_often(network, seed=len(name), steps=STEPS[name], most_cut=most_cut)
    assert rebuilt < STEPS[name]
    assert (rebuilt == 0) == (most_cut == 1.0)


@pytest.mark.parametrize("name", OTHERS)
def test_on_every_other_extract_too_and_two_engines_and_the_order_of_ties_agree(
    data_dir: Path, name: str
) -> None:
    path = data_dir / "osm" / name
    network = read_graph_csv(path) if path.is_dir() else read_extract(path)
    field, _ = change_often(network, seed=1, steps=10, most_cut=0.5)
    assert np.isfinite(as_floats(field.dist)).any()
    assert np.array_equal(as_floats(field.dist), networkx_distances(field))
    check_canonical(field)


@pytest.mark.parametrize("name", STEPS)
def test_closing_and_opening_gives_the_same_forest_bit_for_bit(data_dir: Path, name: str) -> None:
    network = read_extract(data_dir / "osm" / name)
    city = City(network, seed=1)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("slow"))
    first = routing.Field.build(walking, list(city.targets.values()), city.overlay)
    city.close()
    city.flood()
    changed = first.repair(overlay=city.overlay)
    back = changed.field.repair(overlay=routing.Overlay(network))
    assert len(changed.touched) > 0
    assert columns_of(back.field) == columns_of(first)
    assert sorted(back.touched.tolist()) == sorted(changed.touched.tolist())
