"""Cars by slow and obvious ways: random streets with rules for turns, the rules in words, and Dijkstra over the line graph."""

from dataclasses import replace
from itertools import pairwise

import hypothesis.strategies as st
import networkx as nx
import numpy as np

import routing
from routing.cars import CarWeights, Driving, Turns
from routing.field import partial_cost
from routing.profiles import CLOSED
from tests.unit.routing.oracles import BOTH, STEP, network_of, overlays_on, targets_on

Way = routing.Way
CARS = Way.CAR | Way.CAR_BACK


@st.composite
def streets(draw: st.DrawFn) -> routing.Network:
    """Few crossings, many links, one-ways, ways that are no cars', and random rules for turns between edges that meet."""
    count = draw(st.integers(2, 6))
    node = st.integers(0, count - 1)
    ways = st.sampled_from([CARS, CARS, Way.CAR, Way.CAR_BACK, BOTH])
    ends = draw(st.lists(st.tuples(node, node, ways), min_size=1, max_size=14))
    bends = [STEP / 3 if u == v else draw(st.sampled_from([0.0, STEP / 2])) for u, v, _ in ends]
    network = network_of([(34.0 + (i % 3) * STEP, 135.0 + i // 3 * STEP) for i in range(count)], ends, bends)
    meeting = [
        (start, goal)
        for start in range(network.edge_count)
        for goal in range(network.edge_count)
        if network.edge_head[start] == network.edge_tail[goal]
    ]
    chosen = draw(st.lists(st.sampled_from(meeting), max_size=8, unique=True)) if meeting else []
    rows = sorted((start, goal, draw(st.booleans())) for start, goal in chosen)
    starts, goals, only = np.array(rows, np.int32).reshape(-1, 3).T
    return replace(network, turn_from=starts, turn_to=goals, turn_only=only.astype(bool))


@st.composite
def car_fields(draw: st.DrawFn) -> routing.Field:
    """A whole random situation for cars."""
    network = draw(streets())
    driving = Driving.on(routing.Snapper(network))
    return routing.Field.of(
        CarWeights.on(driving, draw(overlays_on(network))), draw(targets_on(network, prices=(0, 0, 300)))
    )


def turns_of(field: routing.Field) -> Turns:
    """The network of a field for cars."""
    assert isinstance(field.network, Turns)
    return field.network


def street_costs(field: routing.Field) -> np.ndarray:
    """int32[street edges], as weighed now."""
    assert isinstance(field.weights, CarWeights)
    return field.weights.on_streets.cost


def allowed(network: routing.Network, cost: np.ndarray, start: int, goal: int) -> bool:
    """Whether a car that comes by one edge may go on by another. The rules in words."""
    rows = np.flatnonzero(network.turn_from == start)
    no = {int(network.turn_to[r]) for r in rows if not network.turn_only[r]}
    only = {int(network.turn_to[r]) for r in rows if network.turn_only[r]}
    if goal in no or (only and goal not in only):
        return False
    if only:
        return True
    back = (
        network.edge_link[start] == network.edge_link[goal]
        and network.edge_tail[start] != network.edge_head[start]
    )
    onward = [
        e
        for e in range(network.edge_count)
        if network.edge_tail[e] == network.edge_head[start]
        and cost[e] < CLOSED
        and network.edge_link[e] != network.edge_link[start]
    ]
    return not back or not onward


def car_seeds(field: routing.Field) -> list[tuple[int, int, int]]:
    """(street edge, deciseconds from its beginning with the target's price, target): where targets stand."""
    network, cost, rows = turns_of(field).streets, street_costs(field), []
    for index, snap in enumerate(field.snaps):
        on_link = network.edge_link == (-1 if snap is None else snap.link)
        for edge in np.flatnonzero(on_link & (cost < CLOSED)).tolist():
            assert snap is not None
            share = snap.share if network.edge_forward[edge] else 1 - snap.share
            price = field.targets[index].price_ds
            rows.append((edge, partial_cost(int(cost[edge]), share) + price, index))
    return rows


def line_graph_distances(field: routing.Field) -> dict[int, float]:
    """Deciseconds to the best target for a car that has come by each street edge, whichever is open; infinity if there is no way.

    networkx over a graph whose nodes are the street edges; a negative node stands where a car sets out.
    """
    network, cost = turns_of(field).streets, street_costs(field)
    states = np.flatnonzero(field.weights.walking.on_streets.cost < CLOSED).tolist()
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(states)
    for goal in np.flatnonzero(cost < CLOSED).tolist():
        befores = [e for e in states if network.edge_head[e] == network.edge_tail[goal]]
        befores = [e for e in befores if allowed(network, cost, e, goal)]
        for before in [*befores, -1 - int(network.edge_tail[goal])]:
            graph.add_edge(goal, before, weight=int(cost[goal]))
            for edge, spent, target in car_seeds(field):
                if edge == goal:
                    graph.add_edge(("target", target), before, weight=spent)
    sources = {node for node in graph if isinstance(node, tuple)}
    found = nx.multi_source_dijkstra_path_length(graph, sources) if sources else {}
    every = [*states, *(-1 - node for node in range(network.node_count))]
    return {state: float(found.get(state, np.inf)) for state in every}


def check_drive(field: routing.Field, route: routing.Route) -> None:
    """The edges join by turns that are allowed, none is closed but the first, and their costs add up to the route's."""
    network, cost, edges = turns_of(field).streets, street_costs(field), list(route.edges)
    for before, after in pairwise(edges):
        assert network.edge_head[before] == network.edge_tail[after]
        assert allowed(network, cost, before, after)
    assert all(cost[edge] < CLOSED for edge in edges[1:])
    assert network.edge_link[edges[0]] == route.snap.link
    index = [t.id for t in field.targets].index(route.target)
    end = field.snaps[index]
    assert end is not None
    assert network.edge_link[edges[-1]] == end.link
    if len(edges) > 1:
        free = turns_of(field), field.weights.walking.on_streets.cost
        first = int(cost[edges[0]] if cost[edges[0]] < CLOSED else free[1][edges[0]])
        ahead = 1 - route.snap.share if network.edge_forward[edges[0]] else route.snap.share
        last = end.share if network.edge_forward[edges[-1]] else 1 - end.share
        total = partial_cost(first, ahead) + int(cost[edges[1:-1]].sum()) + field.targets[index].price_ds
        assert route.cost == total + partial_cost(int(cost[edges[-1]]), last)
