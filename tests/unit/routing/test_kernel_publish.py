"""The loops of `kernels.publish` against the format's own words; also run by `infra/mutate.py`, not compiled."""

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from routing.kernels.publish import (
    END,
    MOST_BYTES,
    NONE,
    decode_ranks,
    decode_varints,
    encode_ranks,
    encode_varints,
    find_ends,
)
from tests.unit.routing.graphs import (
    CLOSED,
    Graph,
    Ints,
    Seed,
    best_labels,
    draw_graph,
    for_cases,
    forest_of,
    graph_of,
)

CASES = 30
LARGEST = 2**62 - 1
VARINTS = {
    0: [0],
    -1: [1],
    1: [2],
    63: [126],
    -64: [127],
    64: [128, 1],
    -65: [129, 1],
    8191: [254, 127],
    8192: [128, 128, 1],
    2**34 - 1: [254, 255, 255, 255, 127],
    -(2**34): [255, 255, 255, 255, 127],
    LARGEST: [254, *[255] * 7, 127],
    -LARGEST - 1: [255] * 8 + [127],
}


def test_a_small_number_takes_few_bytes_whatever_its_sign() -> None:
    for value, expected in VARINTS.items():
        assert encode_varints(np.array([value], np.int64)).tolist() == expected
    together = encode_varints(np.array(list(VARINTS), np.int64))
    assert together.dtype == np.uint8
    assert together.tolist() == [byte for one in VARINTS.values() for byte in one]
    assert encode_varints(np.empty(0, np.int64)).size == 0


def test_there_is_room_for_the_longest_numbers() -> None:
    assert len(encode_varints(np.full(30, LARGEST))) == 30 * MOST_BYTES


def read(data: list[int], count: int, start: int = 0) -> tuple[int, list[int]]:
    """(where it stopped, what was read)."""
    out = np.full(count, 77, np.int64)
    stopped = decode_varints(np.array(data, np.uint8), start, out)
    return int(stopped), out.tolist()


def test_numbers_are_read_as_they_were_written_from_any_place_on() -> None:
    values = [value for value in VARINTS if abs(value) <= 2**34]
    written = encode_varints(np.array(values, np.int64)).tolist()
    assert read(written, len(values)) == (len(written), values)
    assert read([9, 128, *written, 5], len(values), start=2) == (len(written) + 2, values)
    assert read(written, 0, start=3) == (3, [])


def test_a_number_cut_short_is_refused() -> None:
    assert read([2, 128], 2) == (-1, [1, 77])
    assert read([2], 2) == (-1, [1, 77])
    assert read([2], 1, start=1) == (-1, [77])


def test_a_number_longer_than_35_bits_is_refused() -> None:
    assert read([128, 128, 128, 128, 128, 0], 1) == (-1, [77])
    assert read([254, 255, 255, 255, 127], 1) == (5, [2**34 - 1])


Flags = npt.NDArray[np.bool_]
Places = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


def list_possible(
    v: int, graph: Graph, is_open: Flags, next_edge: Ints, ends: Flags, places: Places, ahead: tuple[int, int]
) -> list[int]:
    """The next edges that a node can have given those of the nodes before, the one that leads most nearly ahead first."""
    found, along = [], []
    for edge in graph.out_edge[graph.out_start[v] : graph.out_start[v + 1]].tolist():
        head = int(graph.edge_head[edge])
        goes_on = next_edge[head] >= 0 and graph.edge_head[next_edge[head]] != v
        known_to_lead = head < v and (bool(ends[head]) or goes_on)
        if is_open[edge] and (head > v or known_to_lead):
            dx, dy = (int(c[head] - c[v]) for c in places)
            found.append(edge)
            along.append(Fraction(dx * ahead[0] + dy * ahead[1], max(abs(dx), abs(dy), 1)))
    if found:
        found.insert(0, found.pop(along.index(max(along))))
    return found


def direction(v: int, edge: int, graph: Graph, places: Places) -> tuple[int, int]:
    x, y = (int(c[graph.edge_head[edge]] - c[v]) for c in places)
    return x, y


def ranks_of(graph: Graph, is_open: Flags, next_edge: Ints, ends: Flags, places: Places) -> list[int]:
    """In words: which of the possible ones it is, by node."""
    ranks, ahead = [], (0, 0)
    for v in range(graph.nodes):
        edge = int(next_edge[v])
        if edge < 0:
            ranks.append(END if ends[v] else NONE)
            continue
        ranks.append(list_possible(v, graph, is_open, next_edge, ends, places, ahead).index(edge))
        ahead = direction(v, edge, graph, places)
    return ranks


def draw_field(rng: np.random.Generator) -> tuple[Graph, Flags, Ints, Flags, Places]:
    """(graph, open edges, next edges, ends, places), with loops, parallel edges, nodes at one place, and no way from some."""
    graph = draw_graph(rng, edges=int(rng.choice([8, 24])))
    cost = rng.integers(1, 5, graph.edges).astype(np.int32)
    cost[rng.random(graph.edges) < 0.2] = CLOSED
    seeds = [Seed(0, int(v), 0) for v in rng.integers(0, graph.nodes, int(rng.integers(0, 3)))]
    _, next_edge, target = forest_of(best_labels(graph, cost, seeds))
    reach = int(rng.choice([1, 2, 9]))
    places = tuple(rng.integers(0, reach + 1, graph.nodes) for _ in range(2))
    return graph, cost < CLOSED, next_edge, (target >= 0) & (next_edge < 0), (places[0], places[1])


@for_cases(3 * CASES)
def test_a_rank_says_which_of_the_edges_that_are_still_possible_comes_next(case: int) -> None:
    graph, is_open, next_edge, ends, (x, y) = draw_field(np.random.default_rng(case))
    ranks = np.full(graph.nodes, 77, np.uint8)
    columns = graph.out_start, graph.out_edge, graph.edge_head, is_open, x, y
    assert encode_ranks(*columns, next_edge, ends, ranks) == -1
    assert ranks.tolist() == ranks_of(graph, is_open, next_edge, ends, (x, y))
    read_edge, read_ends = np.full(graph.nodes, 77, np.int32), np.ones(graph.nodes, np.bool_)
    assert decode_ranks(*columns, ranks, read_edge, read_ends) == -1
    assert read_edge.tolist() == next_edge.tolist()
    assert read_ends.tolist() == ends.tolist()


@for_cases(3 * CASES)
def test_ranks_that_nobody_wrote_are_followed_as_far_as_they_name_edges(case: int) -> None:
    rng = np.random.default_rng(case)
    graph, is_open, _, _, places = draw_field(rng)
    ranks = rng.choice(np.array([0, 0, 0, 1, 2, END, END, NONE], np.uint8), graph.nodes)
    next_edge, ends = np.full(graph.nodes, -1, np.int32), ranks == END
    ahead, wrong = (0, 0), -1
    for v in np.flatnonzero(ranks < END).tolist():
        possible = list_possible(v, graph, is_open, next_edge, ends, places, ahead)
        if ranks[v] >= len(possible):
            wrong = v
            break
        next_edge[v] = possible[ranks[v]]
        ahead = direction(v, int(next_edge[v]), graph, places)
    read_edge, read_ends = np.full(graph.nodes, 77, np.int32), np.ones(graph.nodes, np.bool_)
    columns = graph.out_start, graph.out_edge, graph.edge_head, is_open, *places
    assert decode_ranks(*columns, ranks, read_edge, read_ends) == wrong
    known = graph.nodes if wrong < 0 else wrong
    assert read_edge[:known].tolist() == next_edge[:known].tolist()
    assert read_ends[:known].tolist() == ends[:known].tolist()


def test_the_last_rank_that_there_is_can_be_written_and_no_other() -> None:
    for count, expected in ((END, -1), (END + 1, 0)):
        graph = graph_of([(0, 1)] * count, 2)
        next_edge, ends = np.array([count - 1, -1], np.int32), np.array([False, True])
        ranks, nowhere = np.zeros(2, np.uint8), np.zeros(2, np.int64)
        is_open = np.ones(count, np.bool_)
        columns = graph.out_start, graph.out_edge, graph.edge_head, is_open, nowhere, nowhere
        assert encode_ranks(*columns, next_edge, ends, ranks) == expected
        assert expected == 0 or ranks.tolist() == [END - 1, END]


def test_the_only_edge_of_a_network_may_be_closed() -> None:
    graph, nowhere = graph_of([(0, 1)], 2), np.zeros(2, np.int64)
    columns = graph.out_start, graph.out_edge, graph.edge_head, np.array([False]), nowhere, nowhere
    next_edge, ends = np.zeros(2, np.int32), np.zeros(2, np.bool_)
    assert decode_ranks(*columns, np.array([0, END], np.uint8), next_edge, ends) == 0
    assert decode_ranks(*columns, np.array([NONE, END], np.uint8), next_edge, ends) == -1


def follow(node: int, next_edge: Ints, head: Ints, ends: Flags) -> int | None:
    """Where a way ends, -1 for nowhere; None: it goes round."""
    for _ in range(len(next_edge)):
        if next_edge[node] < 0:
            return node if ends[node] else -1
        node = int(head[next_edge[node]])
    return None


@for_cases(3 * CASES)
def test_all_on_a_way_are_told_where_it_ends(case: int) -> None:
    rng = np.random.default_rng(case)
    nodes = 9
    head = rng.integers(0, nodes, 12).astype(np.int32)
    next_edge = rng.choice(np.array([-1, -1, *range(12)], np.int32), nodes)
    ends = rng.random(nodes) < 0.7
    expected = [follow(node, next_edge, head, ends) for node in range(nodes)]
    end = np.full(nodes, 77, np.int32)
    wrong = find_ends(next_edge, head, ends, end)
    if None in expected:
        assert expected[wrong] is None
    else:
        assert wrong == -1
        assert end.tolist() == expected


def test_one_way_may_pass_all_nodes() -> None:
    next_edge, head = np.array([0, 1, 2, 3, -1], np.int32), np.array([1, 2, 3, 4], np.int32)
    end = np.empty(5, np.int32)
    assert find_ends(next_edge, head, np.array([False, False, False, False, True]), end) == -1
    assert end.tolist() == [4] * 5
