"""Answers at speed: the same as `routing.find_route`, read from a field by compiled loops; one by one, or in columns."""

import threading
from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import orjson

from routing.directions import BACK_DEG, KINDS, TURN_DEG
from routing.errors import PlaceError
from routing.field import Field
from routing.found import STEP_KEYS, FoundRoute, Trace
from routing.geo import distance_m, require_place
from routing.kernels.answers import (
    ASK,
    ROUTE,
    STAY,
    find_way,
    find_ways,
    starts_of,
)
from routing.kernels.columns import Forest, Lines
from routing.kernels.grid import snap, snap_all
from routing.kernels.others import Notes, nearest_others, others_from, others_of_all
from routing.kernels.pointers import table_of
from routing.kernels.polyline import (
    Texts,
    encode_edges,
    line_json,
    polylines,
    put_polyline,
    way_json,
)
from routing.kernels.steps import begin_steps, metres_along
from routing.network import Network, Way
from routing.overlay import mode_of
from routing.profiles import CLOSED
from routing.route import ALTERNATIVES, Alternative, Route, Stay, find_route, list_directs
from routing.rows import Answers, Rows, order_on_ground, put_back
from routing.snap import REACH_M, Snap, Snapper, frozen, make_snap

NEXT = ALTERNATIVES + 1
NEVER_AGAIN = -(2**62)
WORTH_A_TABLE = 2.0
"""A table of all places costs about as much as searches that come by so many nodes for each of the network's."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


class Streets:
    """A network as the loops read it; made once, read by any thread."""

    def __init__(self, snapper: Snapper) -> None:
        network = snapper.network
        self.network, self.grid = network, snapper.grid
        self.lines = _make_lines(network)
        self.line_table = table_of(self.lines)
        self.there, self.back = (frozen(edges) for edges in network.edge_of_link)
        self.edge_head, self.edge_link = frozen(network.edge_head), frozen(network.edge_link)
        self.edge_forward = frozen(network.edge_forward)
        self.out_start, self.out_edge = frozen(network.out_start), frozen(network.out_edge)
        code = encode_edges(self.edge_link, self.edge_forward, *self.lines[:3])
        self.codes = frozen(code[0]), frozen(code[1])
        self._local = threading.local()

    def row(self) -> Rows:
        """This thread's own row for one place."""
        row: Rows | None = getattr(self._local, "row", None)
        if row is None:
            row = self._local.row = Rows(np.zeros(1), np.zeros(1))
        return row

    def notes(self) -> Notes:
        """This thread's own columns for searches."""
        if not hasattr(self._local, "notes"):
            columns = (np.zeros(self.network.node_count, np.int32) for _ in range(4))
            self._local.notes = Notes(np.zeros(1, np.int32), np.zeros(1, np.int32), *columns)
        notes: Notes = self._local.notes
        return notes


class Reader:
    """Answers from one field."""

    def __init__(self, streets: Streets, field: Field) -> None:
        self.field = field
        self._streets = streets
        self._forest, self._texts = _make_forest(streets, field), _make_texts(streets, field)
        self._forest_table, self._text_table = table_of(self._forest), table_of(self._texts)
        self._with_targets = frozenset(self._forest.end_link.tolist())
        self._others = min(NEXT, max(1, len(np.unique(field.seeds.target))))
        """So many places are looked for: a search for one more than there are would go everywhere."""
        self._table: Ints | None = None
        self._searched = 0

    def compact(self, lat: float, lon: float) -> bytes:
        """One answer as JSON: `to`, `seconds`, `length_m`, `polyline6`; `to` is null, and alone, where one has to stay.

        Raises:
            PlaceError: it cannot be a place, or lies outside the network's surroundings.
        """
        streets, row = self._streets, self._streets.row()
        row.spots.lat[0], row.spots.lon[0] = lat, lon
        snap_all(row.spot_table, streets.grid, self._forest.usable, REACH_M)
        points, edges = find_ways(row.way_table, self._forest_table, streets.line_table)
        if row.ways.kind[0] == ROUTE:
            text: bytes = way_json(points, edges, row.way_table, self._text_table).tobytes()
            return text
        found = find_route(self.field, lat, lon)
        if isinstance(found, Stay):
            return b'{"to":null}'
        target, time = self._index[found.target], round(found.seconds * 10)
        return bytes(line_json(target, time, found.length_m, np.array(found.points), self._text_table))

    def find(self, lat: float, lon: float, *, alternatives: int = ALTERNATIVES) -> Route | Stay:
        """The whole answer for one place, with up to so many alternatives.

        Raises:
            PlaceError: it cannot be a place, or lies outside the network's surroundings.
        """
        require_place(lat, lon)
        streets, forest = self._streets, self._forest
        snapped = snap(lat, lon, streets.grid, forest.usable, REACH_M)
        if snapped[0] < 0:
            return find_route(self.field, lat, lon, alternatives=alternatives)
        kind, cost, target, edges, points, links, marks, legs, time, length, unknown, known = find_way(
            snapped[0], snapped[1], self._forest_table, streets.line_table
        )
        if kind != ROUTE:
            return find_route(self.field, lat, lon, alternatives=alternatives)
        lines, network = streets.lines, streets.network
        steps, metres = begin_steps(points, links, marks, legs, lines.kind, lines.name, TURN_DEG, BACK_DEG)
        origin, overlay = make_snap((lat, lon), snapped), self.field.overlay
        return FoundRoute(
            Trace(network, network.streets_of(edges), points, steps, metres, known),
            target=self.field.targets[target].id,
            length_m=length,
            seconds=time / 10,
            cost=cost,
            snap=origin,
            alternatives=self._alternatives(origin, target)[:alternatives] if alternatives else (),
            closed_by=overlay.causes_of(origin.link, mode_of(self.field.walking.profile)),
            starts_in_zone=bool(overlay.membranes) and overlay.is_inside(origin.link, origin.lat, origin.lon),
            unknown_surface_share=unknown,
        )

    def _alternatives(self, origin: Snap, chosen: int) -> tuple[Alternative, ...]:
        starts, found = (
            starts_of(origin.link, origin.share, self._forest_table),
            np.empty((self._others, 3), np.int64),
        )
        count = self._list_nearest(starts, found)
        rows = found[:count].tolist()
        if origin.link in self._with_targets:
            rows += [[way.cost, way.target, way.first.time] for way in list_directs(self.field, origin)]
            rows.sort()
        times: dict[int, int] = {}
        for _, target, time in rows:
            if target != chosen:
                times.setdefault(target, time)
        return tuple(
            Alternative(self.field.targets[t].id, time / 10) for t, time in list(times.items())[:ALTERNATIVES]
        )

    def _list_nearest(self, starts: npt.NDArray[np.int64], found: npt.NDArray[np.int64]) -> int:
        """Fills found: by the table of all places, else by a search of its own."""
        streets, forest = self._streets, self._forest
        if self._table is not None:
            return int(others_from(starts, self._table, found))
        notes = streets.notes()
        count = nearest_others(starts, streets.out_start, streets.out_edge, forest, notes, found)
        self._searched += int(notes.taken[0])
        return int(count)

    def wants_table(self) -> bool:
        """True once: when so much was searched that `make_table` would not have cost more."""
        if self._searched < WORTH_A_TABLE * self._streets.network.node_count:
            return False
        self._searched = NEVER_AGAIN
        return True

    def make_table(self) -> None:
        """Works out the next targets of every node, some builds of a field; from then on nothing is searched. Call it in a thread."""
        network, cost = self._streets.network, self.field.cost
        largest = max(int(cost[cost < CLOSED].max(initial=1)), int(self.field.seeds.cost.max(initial=0)))
        buckets = 1 << (largest + 1).bit_length()
        in_start, edge_tail = frozen(network.in_start), frozen(network.edge_tail)
        self._table = np.asarray(others_of_all(in_start, edge_tail, self._forest, buckets, NEXT))

    def find_all(self, lat: Floats, lon: Floats) -> Answers:
        """Answers for many places, float64[n] degrees each, without steps and alternatives. What is no place has no way."""
        streets, order = self._streets, order_on_ground(self._streets.network.bbox, lat, lon)
        rows = Rows(lat[order], lon[order])
        snap_all(rows.spot_table, streets.grid, self._forest.usable, REACH_M)
        points, edges = find_ways(rows.way_table, self._forest_table, streets.line_table)
        ways, end = rows.ways, np.zeros(len(lat) + 1, np.int64)
        text = polylines(points, edges, ways.ends, self._text_table, end[1:])
        kind, target, time, link = (
            put_back(c, order) for c in (ways.kind, ways.target, ways.time, ways.link)
        )
        length, away = put_back(ways.metres, order), put_back(rows.spots.away, order)
        first, last = put_back(end[:-1], order), put_back(end[1:], order)
        answers = Answers(kind, target, time, link, length, away, text, first, last)
        return self._ask(answers, lat, lon) if (kind == ASK).any() else answers

    def _ask(self, answers: Answers, lat: Floats, lon: Floats) -> Answers:
        """Answers those rows one by one of which a zone's shape decides; their polylines are put at the end."""
        text, used = answers.text, len(answers.text)
        for row in np.flatnonzero(answers.kind == ASK):
            found = find_route(self.field, float(lat[row]), float(lon[row]))
            answers.kind[row] = STAY if isinstance(found, Stay) else ROUTE
            if isinstance(found, Route):
                answers.target[row] = self._index[found.target]
                answers.time[row], answers.length_m[row] = round(found.seconds * 10), found.length_m
                answers.first[row] = used
                text, used = put_polyline(np.array(found.points), text, used)
                answers.last[row] = used
        return Answers(
            answers.kind, answers.target, answers.time, answers.link, answers.length_m, answers.away_m,
            text[:used], answers.first, answers.last,
        )  # fmt: skip

    @cached_property
    def _index(self) -> dict[str, int]:
        return {target.id: number for number, target in enumerate(self.field.targets)}

    def why_no_place(self, lat: float, lon: float) -> str:
        """What is wrong with a place that is none of this area's; empty if nothing is."""
        try:
            find_route(self.field, lat, lon)
        except PlaceError as error:
            return str(error)
        return ""


def _make_lines(network: Network) -> Lines:
    start = network.shape_start
    lat, lon = network.shape_lat, network.shape_lon
    legs = np.zeros(len(lat))
    legs[1:] = distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])
    along = metres_along(start, legs)
    metres = along[start[1:] - 1]
    share = along / np.repeat(np.maximum(metres, 1e-9), np.diff(start))
    kind = np.zeros(network.link_count, np.int32)
    for bit, name in reversed(KINDS):
        kind[(network.link_way & bit) > 0] = STEP_KEYS.index(name)
    unknown = (network.link_way & Way.SURFACE_UNKNOWN) > 0
    return Lines(
        frozen(start), frozen(lat), frozen(lon), frozen(share), frozen(metres),
        frozen(metres[network.edge_link]), frozen(kind),
        frozen(_one_number_each(network.names)[network.link_name]), frozen(network.link_way.astype(np.int32)),
        frozen(unknown),
    )  # fmt: skip


def _one_number_each(names: Sequence[str]) -> npt.NDArray[np.int32]:
    """int32[names + 1]: the first number of each name, and last of all -1 for no name."""
    first: dict[str, int] = {"": -1}
    return np.array([*(first.setdefault(name, number) for number, name in enumerate(names)), -1], np.int32)


def _make_forest(streets: Streets, field: Field) -> Forest:
    seeds = field.seeds
    order = np.argsort(seeds.node, kind="stable")
    hung = [(snap.link, index, snap.share) for index, snap in enumerate(field.snaps) if snap is not None]
    end_link, end_target, end_share = zip(*sorted(hung), strict=True) if hung else ((), (), ())
    ends_here = np.zeros(field.network.node_count, bool)
    ends_here[seeds.node] = True
    end_price = [field.targets[index].price_ds for index in end_target]
    return Forest(
        streets.there, streets.back, streets.edge_head, streets.edge_link, streets.edge_forward,
        frozen(field.walking.cost), frozen(field.cost), frozen(field.walking.usable),
        frozen(np.array([bool(field.overlay.membranes)])),
        frozen(field.dist), frozen(field.next_edge), frozen(field.target),
        frozen(ends_here), frozen(seeds.node[order]), frozen(seeds.edge[order]), frozen(seeds.cost[order]), frozen(seeds.time[order]),
        frozen(seeds.target[order]), frozen(seeds.share[order]),
        frozen(np.array(end_link, np.int32)), frozen(np.array(end_target, np.int32)),
        frozen(np.array(end_price, np.int32)), frozen(np.array(end_share, np.float64)),
    )  # fmt: skip


def _make_texts(streets: Streets, field: Field) -> Texts:
    names = [orjson.dumps(target.id) for target in field.targets]
    start = np.cumsum([0, *map(len, names)])
    return Texts(*streets.codes, start, np.frombuffer(b"".join(names), np.uint8))
