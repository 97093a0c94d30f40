"""A repaired field equals a new one bit for bit, whatever happened before; and `touched` names exactly those whom it concerns."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

import routing
from routing.errors import RoutingError
from tests.unit.routing.oracles import (
    BOTH,
    STEP,
    as_floats,
    check_canonical,
    membranes_on,
    network_of,
    networks,
    networkx_distances,
    scipy_distances,
)

PROFILES = ("adult", "wheelchair")
MODES = st.sampled_from([routing.Mode.FOOT, routing.Mode.CAR, routing.Mode.FOOT | routing.Mode.CAR])


def ways_of(field: routing.Field) -> list[tuple[object, ...]]:
    """For each node everything that somebody there is told: each node on the way with its cost and target, and the seed at its end."""
    told: list[tuple[object, ...]] = []
    ids = [t.id for t in field.targets]
    for node in range(field.network.node_count):
        way: list[object] = []
        at = node
        while field.next_edge[at] >= 0:
            way.append((int(field.next_edge[at]), int(field.dist[at]), ids[field.target[at]]))
            at = int(field.network.edge_head[field.next_edge[at]])
        if field.target[at] >= 0:
            row = field.seed_at(at)
            way += [
                ids[field.target[at]],
                int(field.seeds.edge[row]),
                float(field.seeds.share[row]),
                int(field.dist[at]),
            ]
        told.append(tuple(way))
    return told


def check_equal(field: routing.Field, fresh: routing.Field) -> None:
    for name in ("cost", "dist", "next_edge", "target"):
        assert np.array_equal(getattr(field, name), getattr(fresh, name)), name
    for name in ("node", "edge", "cost", "time", "target", "share"):
        assert np.array_equal(getattr(field.seeds, name), getattr(fresh.seeds, name)), name
    assert field.targets == fresh.targets
    assert field.snaps == fresh.snaps


def columns_of(field: routing.Field) -> tuple[bytes, ...]:
    return tuple(column.tobytes() for column in (field.cost, field.dist, field.next_edge, field.target))


class Repairs(RuleBasedStateMachine):
    """Closures, zones, targets and prices come, change and go; after each step the field is that of a full build."""

    causes = Bundle("causes")
    changes = 0
    """How many were made, by all machines."""

    @initialize(
        network=networks(), profile=st.sampled_from(PROFILES), most_cut=st.sampled_from([1.0, 1.0, 1.0, 0.3])
    )
    def begin(self, network: routing.Network, profile: str, most_cut: float) -> None:
        self.most_cut = most_cut
        self.network = network
        self.walking = routing.Walking.of(routing.Snapper(network), routing.get_profile(profile))
        self.overlay = routing.Overlay(network)
        self.targets: dict[str, routing.Target] = {}
        self.field = routing.Field.build(self.walking, [], self.overlay)

    def apply(self, *, overlay: routing.Overlay | None = None) -> None:
        Repairs.changes += 1
        former, self.overlay = self.field, overlay or self.overlay
        before, kept = ways_of(former), columns_of(former)
        repair = former.repair(list(self.targets.values()), self.overlay, most_cut=self.most_cut)
        assert columns_of(former) == kept, "a reader of the former field saw a change"
        self.field = repair.field
        after = ways_of(self.field)
        touched = sorted(repair.touched.tolist())
        assert touched == [node for node in range(len(after)) if before[node] != after[node]]

    def with_closures(
        self, closures: dict[str, np.ndarray], modes: dict[str, routing.Mode]
    ) -> routing.Overlay:
        return routing.Overlay(self.network, closures, self.overlay.membranes, modes)

    @rule(
        target=causes,
        cause=st.sampled_from("abcd"),
        links=st.lists(st.integers(0, 29), max_size=6),
        mode=MODES,
    )
    def close(self, cause: str, links: list[int], mode: routing.Mode) -> str:
        found = np.unique(np.array(links, np.int32) % self.network.link_count).astype(np.int32)
        self.apply(
            overlay=self.with_closures(
                {**self.overlay.closures, cause: found}, {**self.overlay.modes, cause: mode}
            )
        )
        return cause

    @rule(cause=causes)
    def reopen(self, cause: str) -> None:
        self.apply(
            overlay=self.with_closures(
                {c: v for c, v in self.overlay.closures.items() if c != cause}, dict(self.overlay.modes)
            )
        )

    @rule(data=st.data(), zone=st.sampled_from("yz"))
    def lay_zone(self, data: st.DataObject, zone: str) -> None:
        laid = {**self.overlay.membranes, zone: data.draw(membranes_on(self.network))}
        self.apply(overlay=routing.Overlay(self.network, self.overlay.closures, laid, self.overlay.modes))

    @rule(zone=st.sampled_from("yz"))
    def lift_zone(self, zone: str) -> None:
        left = {z: m for z, m in self.overlay.membranes.items() if z != zone}
        self.apply(overlay=routing.Overlay(self.network, self.overlay.closures, left, self.overlay.modes))

    @rule(
        number=st.integers(0, 5),
        link=st.integers(0, 29),
        at=st.integers(0, 2),
        price=st.sampled_from([0, 0, 300, 555, 9_000]),
    )
    def place(self, number: int, link: int, at: int, price: int) -> None:
        """A target appears, moves, or changes its price."""
        lat, lon = self.network.shape_of(link % self.network.link_count)
        self.targets[f"T{number}"] = routing.Target(f"T{number}", float(lat[at]), float(lon[at]), price)
        self.apply()

    @rule(number=st.integers(0, 5), price=st.integers(0, 600))
    def reprice(self, number: int, price: int) -> None:
        if target := self.targets.get(f"T{number}"):
            self.targets[target.id] = routing.Target(target.id, target.lat, target.lon, price)
            self.apply()

    @rule(number=st.integers(0, 5))
    def remove(self, number: int) -> None:
        if self.targets.pop(f"T{number}", None):
            self.apply()

    @rule(
        cause=st.sampled_from("ab"),
        links=st.lists(st.integers(0, 29), min_size=1, max_size=8),
        number=st.integers(0, 5),
    )
    def everything_at_once(self, cause: str, links: list[int], number: int) -> None:
        """Roads close and open, a target goes, others are priced, in one change."""
        self.targets.pop(f"T{number}", None)
        self.targets = {
            t.id: routing.Target(t.id, t.lat, t.lon, (t.price_ds + 170) % 600) for t in self.targets.values()
        }
        found = np.unique(np.array(links, np.int32) % self.network.link_count).astype(np.int32)
        self.apply(overlay=self.with_closures({cause: found}, dict(self.overlay.modes)))

    @invariant()
    def equals_a_full_build_and_two_other_engines(self) -> None:
        check_equal(self.field, routing.Field.build(self.walking, list(self.targets.values()), self.overlay))
        dist = as_floats(self.field.dist)
        assert np.array_equal(dist, scipy_distances(self.field))
        assert np.array_equal(dist, networkx_distances(self.field))
        check_canonical(self.field)


QUICK = settings(
    max_examples=60, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("many", [1, routing.field.MANY_NODES])
def test_after_any_sequence_of_changes_the_field_is_that_of_a_full_build(
    many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """many: one node of so many; with one, all are listed, else on networks as small as these none are."""
    monkeypatch.setattr(routing.field, "MANY_NODES", many)
    before = Repairs.changes
    run_state_machine_as_test(Repairs, settings=QUICK)
    assert Repairs.changes - before > 1000


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_after_very_many_changes_the_field_is_that_of_a_full_build() -> None:
    run_state_machine_as_test(Repairs, settings=settings(QUICK, max_examples=1500, stateful_step_count=80))


def street() -> routing.Field:
    """Six links in a row, a target at each end."""
    spots = [(34.0, 135.0 + i * STEP) for i in range(7)]
    network = network_of(spots, [(i, i + 1, BOTH) for i in range(6)], [0.0] * 6)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    ends = [routing.Target("east", *spots[6]), routing.Target("west", *spots[0])]
    return routing.Field.build(walking, ends, routing.Overlay(network))


def link_at(field: routing.Field, number: int) -> np.ndarray:
    point = routing.Geometry("point", [[(34.0, 135.0 + (number + 0.5) * STEP)]])
    return routing.LinkIndex(field.network).find_links(point)


def test_nothing_new_touches_nobody_and_shares_every_column() -> None:
    field = street()
    repair = field.repair(list(reversed(field.targets)), routing.Overlay(field.network))
    assert len(repair.touched) == 0
    assert repair.field.dist is field.dist
    assert repair.field.weights.cost is field.weights.cost


def test_a_closure_for_cars_touches_no_walker() -> None:
    field = street()
    cars_only = routing.Overlay(field.network, {"works": link_at(field, 1)}, {}, {"works": routing.Mode.CAR})
    assert len(field.repair(overlay=cars_only).touched) == 0
    both = routing.Overlay(field.network, cars_only.closures)
    assert len(field.repair(overlay=both).touched) > 0


def test_a_closure_touches_those_who_would_have_come_by_and_nobody_else() -> None:
    field = street()
    repair = field.repair(overlay=routing.Overlay(field.network, {"works": link_at(field, 1)}), most_cut=1.0)
    lon = field.network.node_lon[repair.touched]
    assert np.round((np.sort(lon) - 135.0) / STEP).tolist() == [2]
    assert not repair.rebuilt


def test_a_change_that_cuts_off_too_many_is_built_anew_and_says_so() -> None:
    field = street()
    repair = field.repair(field.targets[:1], most_cut=0.25)
    assert repair.rebuilt
    check_equal(repair.field, routing.Field.build(field.walking, field.targets[:1], field.overlay))
    assert not field.repair(field.targets[:1], most_cut=1.0).rebuilt


def test_a_change_from_other_weights_is_refused() -> None:
    field, other = street(), street()
    with pytest.raises(RoutingError, match="begins at other weights"):
        field.repair(change=other.weights.change(other.overlay))


def test_fields_of_one_profile_share_one_change() -> None:
    field = street()
    alone = routing.Field.of(field.weights, field.targets[1:])
    change = field.weights.change(routing.Overlay(field.network, {"works": link_at(field, 4)}))
    both = [each.repair(change=change).field for each in (field, alone)]
    assert both[0].weights is both[1].weights
    for made in both:
        check_equal(made, routing.Field.build(made.walking, made.targets, made.overlay))


SIDE = 9


def lattice() -> routing.Network:
    """Every way has many twins, and trees are deep."""
    spots = [(34.0 + row * STEP, 135.0 + column * STEP) for row in range(SIDE) for column in range(SIDE)]
    east = [(i, i + 1, BOTH) for i in range(SIDE * SIDE) if i % SIDE < SIDE - 1]
    north = [(i, i + SIDE, BOTH) for i in range(SIDE * (SIDE - 1))]
    return network_of(spots, east + north, [0.0] * len(east + north))


@pytest.mark.parametrize("seed", range(3))
def test_on_a_lattice_full_of_ties_each_of_many_changes_ends_in_the_canonical_forest(seed: int) -> None:
    network, rng = lattice(), np.random.default_rng(seed)
    walking = routing.Walking.of(routing.Snapper(network), routing.get_profile("adult"))
    corners = [(0, 0), (0, 8), (8, 0), (8, 8), (4, 4)]
    overlay = routing.Overlay(network)
    field = routing.Field.build(walking, [], overlay)
    for _ in range(120):
        targets = [
            routing.Target(f"T{n}", 34.0 + r * STEP, 135.0 + c * STEP, int(rng.choice([0, 0, 500, 20_000])))
            for n, (r, c) in enumerate(corners)
            if rng.random() < 0.7
        ]
        links = rng.choice(network.link_count, int(rng.choice([0, 1, 20])), replace=False).astype(np.int32)
        zone = routing.Membrane(
            rng.random(network.node_count) < rng.choice([0, 0.3]),
            np.zeros(network.link_count, bool),
            grade=routing.Grade(into=int(rng.integers(1, 4)), within=int(rng.integers(1, 4))),
        )
        overlay = routing.Overlay(network, {"c": np.sort(links)}, {"z": zone})
        keeps_targets = rng.random() < 0.5
        before = ways_of(field)
        repair = field.repair(None if keeps_targets else targets, overlay, most_cut=1.0)
        field, after = repair.field, ways_of(repair.field)
        check_equal(field, routing.Field.build(walking, field.targets, overlay))
        assert sorted(repair.touched.tolist()) == [n for n in range(len(after)) if before[n] != after[n]]
