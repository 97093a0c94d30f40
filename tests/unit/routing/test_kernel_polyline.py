"""The loops of `kernels.polyline` against text put together by hand; also run by `infra/mutate.py`, not compiled."""

import json
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from routing.kernels.pointers import table_of
from routing.kernels.polyline import (
    FRAME_BYTES,
    NUMBER_BYTES,
    POINT_BYTES,
    Texts,
    draw_json,
    encode_edges,
    grown,
    json_numbers,
    json_texts,
    line_json,
    polylines,
    put_bytes,
    put_decimal,
    put_escaped,
    put_polyline,
    way_json,
)
from routing.rows import Rows
from tests.unit.routing.graphs import for_cases

Point = tuple[float, float]
Bytes = npt.NDArray[np.uint8]
LARGEST = (2**30 - 1) / 1e6
"""The largest step that there must be room for; no degrees any more."""
ZIGZAG = [(LARGEST * (i % 2), -LARGEST * (i % 2)) for i in range(1, 40)]
"""Each step is as large as can be."""
BACKSLASHES = [(-15e-6 * i, -15e-6 * i) for i in range(1, 9)]
"""Each step is written as two backslashes."""


def number_text(value: int) -> str:
    """Groups of five bits, the lowest first, the sign in the lowest of all (Google's description of the format)."""
    rest, text = 2 * value if value >= 0 else -2 * value - 1, ""
    while rest >= 32:
        text += chr(63 + 32 + rest % 32)
        rest //= 32
    return text + chr(63 + rest)


def line_text(points: list[Point]) -> str:
    micro = [(0, 0), *((round(lat * 1e6), round(lon * 1e6)) for lat, lon in points)]
    return "".join(number_text(b[0] - a[0]) + number_text(b[1] - a[1]) for a, b in pairwise(micro))


def array(points: list[Point]) -> npt.NDArray[np.float64]:
    return np.array(points, np.float64).reshape(-1, 2)


def letters(text: str) -> Bytes:
    return np.frombuffer(text.encode(), np.uint8).copy()


def text_of(column: Bytes) -> str:
    return bytes(column).decode()


def test_room_is_made_only_where_there_is_too_little_and_then_twice_as_much() -> None:
    text = letters("abcdef")
    assert np.shares_memory(grown(text, 6), text)
    assert np.shares_memory(grown(text, 0), text)
    for room, expected in ((7, 12), (12, 12), (31, 31)):
        larger = grown(text, room)
        assert len(larger) == expected
        assert text_of(larger[:6]) == "abcdef"


def drawn(points: list[Point], before: str = "") -> str:
    text, end = put_polyline(array(points), letters(before), len(before))
    return text_of(text[:end])


def test_a_line_is_written_as_its_format_says() -> None:
    example = [(38.5, -120.2), (40.7, -120.95), (43.252, -126.453)]
    assert drawn(example) == "_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI"
    assert drawn(example, before="so far") == "so far" + line_text(example)
    assert drawn([]) == ""
    assert drawn(ZIGZAG, before="#") == "#" + line_text(ZIGZAG)
    assert len(line_text(ZIGZAG)) == POINT_BYTES * len(ZIGZAG)
    steps = [15, 16, -16, -17, 511, 512, -512, -513, 0]
    places = [(value / 1e6, -value / 1e6) for value in np.cumsum(steps).tolist()]
    assert drawn(places) == line_text(places)


def test_half_a_millionth_goes_to_the_even_one() -> None:
    assert drawn([(0.5e-6, 1.5e-6), (2.5e-6, -0.5e-6)]) == line_text([(0.0, 2e-6), (2e-6, 0.0)])


def test_bytes_are_copied_to_their_place() -> None:
    out = letters("##########")
    assert put_bytes(letters("abc"), out, 2) == 5
    assert put_bytes(letters(""), out, 9) == 9
    assert text_of(out) == "##abc#####"


def test_backslashes_are_doubled_and_nothing_else() -> None:
    text, out = letters('a\\b"\\\\c'), letters("#" * 12)
    assert put_escaped(text, 1, 6, out, 2) == 2 + 8
    assert text_of(out) == '##\\\\b"\\\\\\\\##'


def decimal(value: int, decimals: int) -> str:
    out = letters("#" * 30)
    end = put_decimal(np.int64(value), decimals, out, 3)
    assert text_of(out[:3]) == "###"
    assert set(text_of(out[end:])) == {"#"}
    return text_of(out[3:end])


def test_numbers_are_written_with_their_decimals() -> None:
    for value in (0, 1, 9, 10, 11, 99, 100, 12_345, 10**18, 2**63 - 1):
        assert decimal(value, 0) == str(value)
        assert decimal(-value, 0) == str(-value)
    for value, decimals, expected in (
        (0, 1, "0.0"), (5, 1, "0.5"), (9, 1, "0.9"), (10, 1, "1.0"), (-5, 1, "-0.5"), (-1234, 1, "-123.4"),
        (0, 6, "0.000000"), (-1, 6, "-0.000001"), (999_999, 6, "0.999999"), (1_000_000, 6, "1.000000"),
        (-139_700_001, 6, "-139.700001"),
    ):  # fmt: skip
        assert decimal(value, decimals) == expected


Shapes = list[list[Point]]


def draw_places(rng: np.random.Generator, count: int) -> list[Point]:
    """Near each other, some at the same place."""
    places = [
        (round(float(lat), 7), round(float(lon), 7)) for lat, lon in rng.normal((34, -135), 1e-3, (count, 2))
    ]
    return [places[max(i - int(rng.random() < 0.2), 0)] for i in range(count)]


def codes_of(shapes: Shapes) -> tuple[npt.NDArray[np.int64], Bytes]:
    """Of two edges a link, there and back."""
    lines = [*(point for shape in shapes for point in shape)]
    start = np.cumsum([0, *map(len, shapes)]).astype(np.int32)
    link = np.repeat(np.arange(len(shapes), dtype=np.int32), 2)
    lat, lon = array(lines).T.copy()
    found: tuple[npt.NDArray[np.int64], Bytes] = encode_edges(
        link, np.arange(len(link)) % 2 == 0, start, lat, lon
    )
    return found


def without_repeats(points: list[Point]) -> list[Point]:
    return [point for i, point in enumerate(points) if i == 0 or point != points[i - 1]]


def edge_text(points: list[Point]) -> str:
    """What follows on the text of the first point."""
    return line_text(without_repeats(points)).removeprefix(line_text(points[:1]))


@for_cases(10)
def test_the_text_of_an_edge_goes_on_from_its_first_point_in_either_direction(case: int) -> None:
    rng = np.random.default_rng(case)
    shapes = [draw_places(rng, int(rng.integers(2, 6))) for _ in range(4)]
    if case == 0:
        shapes[1:3] = [ZIGZAG, ZIGZAG[:9]]
    shapes.append([shapes[0][0], (shapes[0][0][0] + 1e-3, shapes[0][0][1])])  # due north
    start, code = codes_of(shapes)
    texts = [text_of(code[a:b]) for a, b in pairwise(start.tolist())]
    assert texts == [edge_text(way) for shape in shapes for way in (shape, shape[::-1])]
    assert (start[0], start[-1]) == (0, len(code))


class Drawing:
    """Ways through edges in a row; each edge begins where the one before ends."""

    def __init__(self, rng: np.random.Generator, count: int) -> None:
        corners = draw_places(rng, count + 1)
        self.shapes = [[a, *draw_places(rng, int(rng.integers(0, 3))), b] for a, b in pairwise(corners)]
        self.points: list[Point] = []
        self.edges: list[int] = []
        self.ends: list[tuple[int, int, int]] = []
        self.expected: list[str] = []

    def add(self, head: list[Point], edges: Sequence[int], tail: list[Point]) -> None:
        """A way that begins with the points of head, and goes from where the edges end through those of tail. Odd edges go back."""
        middle = len(self.points) + len(head)
        self.points += head + tail
        self.edges += edges
        self.ends.append((middle, len(self.points), len(self.edges)))
        whole = "".join(edge_text(self.shapes[edge // 2][:: -1 if edge % 2 else 1]) for edge in edges)
        rest = whole + line_text(tail).removeprefix(line_text(tail[:1]))
        is_there = len(head) == 1 and not rest  # a line has two points, if the same
        self.expected.append(line_text(2 * head if is_there else head) + rest)

    def texts(self) -> Texts:
        names = [b'"\xe6\xbe\xaa"', b'"B"', b'"' + b"x" * 200 + b'"']
        start = np.cumsum([0, *map(len, names)])
        return Texts(*codes_of(self.shapes), start, np.frombuffer(b"".join(names), np.uint8))

    def lines(self) -> list[str]:
        end, edges = np.full(len(self.ends), -7, np.int64), np.array(self.edges, np.int32)
        ends, texts = np.array(self.ends, np.int64), self.texts()
        text = polylines(array(self.points), edges, ends, table_of(texts), end)
        return [text_of(text[a:b]) for a, b in pairwise([0, *end.tolist()])]


@for_cases(20)
def test_a_way_is_the_line_of_its_first_part_its_edges_and_its_last_part(case: int) -> None:
    rng = np.random.default_rng(case)
    drawing = Drawing(rng, 6)
    for _ in range(5):
        first, last = np.sort(rng.integers(0, 7, 2)).tolist()
        head, tail = (draw_places(rng, int(rng.integers(0, 3))) for _ in range(2))
        joint = [drawing.shapes[first][0] if first < 6 else drawing.shapes[5][-1]]
        match int(rng.integers(0, 6)):
            case 0:
                drawing.add([], range(0), [])
            case 1:
                drawing.add(joint, (), joint[: int(rng.integers(0, 2))])
            case _ if last > first:
                drawing.add(
                    [*head, *joint], range(2 * first, 2 * last, 2), [drawing.shapes[last - 1][-1], *tail]
                )
    assert drawing.lines() == drawing.expected


def test_a_way_that_begins_at_a_crossing_or_ends_at_one_needs_no_other_point() -> None:
    drawing = Drawing(np.random.default_rng(1), 3)
    begin, end = drawing.shapes[0][0], drawing.shapes[2][-1]
    drawing.add([begin], (0, 2, 4), [end])
    drawing.add([begin], (0, 2, 4), [])
    drawing.add([end], (5, 3, 1), [begin])
    drawing.add([begin], range(0), [begin, end])
    drawing.add([(34.5, 135.5), begin], range(0), [begin])
    assert drawing.lines() == drawing.expected


def answer_text(name: str, seconds: str, metres: int, line: str) -> str:
    return f'{{"to":{name},"seconds":{seconds},"length_m":{metres},"polyline6":{json.dumps(line)}}}'


def answer(drawing: Drawing, *, target: int = 1, time: int = 0, metres: float = 0.0) -> str:
    """Of a drawing with one way; the text of its line begins without any room."""
    one, texts = Rows(np.zeros(1), np.zeros(1)), drawing.texts()
    one.ways.target[0], one.ways.time[0], one.ways.metres[0] = target, time, metres
    one.ways.ends[:] = drawing.ends
    edges = np.array(drawing.edges, np.int32)
    return text_of(way_json(array(drawing.points), edges, one.way_table, table_of(texts)))


def test_there_is_room_for_the_longest_ways() -> None:
    together = Drawing(np.random.default_rng(1), 1)
    together.shapes = [[*ZIGZAG[:1], (0.0, 0.0), *ZIGZAG[:11]], ZIGZAG[:30]]
    for head, edges, tail in (
        (ZIGZAG, (), ZIGZAG), ([], (), []), (ZIGZAG[:2], (0, 2), ZIGZAG[:1]), (ZIGZAG[:1], (0, 3), []), (ZIGZAG[:1], (), []),
    ):  # fmt: skip
        alone = Drawing(np.random.default_rng(1), 1)
        alone.shapes = together.shapes
        alone.add(head, edges, tail)
        together.add(head, edges, tail)
        assert answer(alone) == answer_text('"B"', "0.0", 0, alone.expected[0])
    assert together.lines() == together.expected


def test_one_answer_is_json_with_the_line_of_its_way() -> None:
    drawing = Drawing(np.random.default_rng(2), 4)
    begin, end = drawing.shapes[0][0], drawing.shapes[3][-1]
    drawing.add([(34.1, -135.1), begin], (0, 2, 4, 6), [end, (34.2, -135.2)])
    made = answer(drawing, target=1, time=12_345, metres=456.5)
    assert made == answer_text('"B"', "1234.5", 456, drawing.expected[0])
    texts = drawing.texts()
    for target, name in ((0, '"澪"'), (2, f'"{"x" * 200}"')):
        made = text_of(line_json(target, 5, 457.5, array(BACKSLASHES), table_of(texts)))
        assert made == answer_text(name, "0.5", 458, line_text(BACKSLASHES))


def test_there_is_room_for_the_longest_answers() -> None:
    texts = Drawing(np.random.default_rng(2), 1).texts()
    made = text_of(line_json(1, -(2**31), -(2.0**63) + 1024, array(BACKSLASHES), table_of(texts)))
    line = line_text(BACKSLASHES)
    assert made == answer_text('"B"', "-214748364.8", -(2**63) + 1024, line)
    assert len(made) == FRAME_BYTES + len('"B"') + 2 * len(line)


def test_a_way_is_drawn_as_positions_and_as_a_line_at_once() -> None:
    for points in ([(34.5, -135.25)], [(-0.5e-6, 1.5e-6), (89.123456, 179.999999)], BACKSLASHES):
        positions, line = draw_json(array(points))
        rounded = [f"[{round(lon * 1e6) / 1e6:.6f},{round(lat * 1e6) / 1e6:.6f}]" for lat, lon in points]
        assert text_of(positions) == f"[{','.join(rounded)}]".replace("-0.000000", "0.000000")
        assert text_of(line) == json.dumps(line_text(points))


def test_there_is_room_for_the_longest_positions() -> None:
    for count in (1, 9):
        points = [(-LARGEST, -LARGEST)] * count
        positions, line = draw_json(array(points))
        assert text_of(positions) == f"[{','.join(['[-1073.741823,-1073.741823]'] * count)}]"
        assert text_of(line) == json.dumps(line_text(points))


def test_many_lines_are_an_array_with_null_where_there_is_none() -> None:
    text = letters("ab\\c\\\\\\\\d")
    for first, last in (([0, 2, 3, 5], [2, 5, 3, 9]), ([3] * 9, [3] * 9), ([4, 0], [8, 1]), ([], [])):
        made = json_texts(text, np.array(first, np.int64), np.array(last, np.int64))
        lines = [text_of(text[a:b]) or None for a, b in zip(first, last, strict=True)]
        assert text_of(made) == json.dumps(lines, separators=(",", ":"))


def test_there_is_room_for_many_lines_that_need_it_all() -> None:
    nothing, none = letters(""), np.zeros(9, np.int64)
    assert text_of(json_texts(nothing, none, none)) == f"[{','.join(['null'] * 9)}]"
    made = json_texts(letters("\\" * 20), np.zeros(1, np.int64), np.full(1, 20))
    assert text_of(made) == json.dumps(["\\" * 20])


def numbers(values: list[int], known: list[bool], decimals: int) -> str:
    return text_of(json_numbers(np.array(values, np.int64), np.array(known, np.bool_), decimals))


def test_many_numbers_are_an_array_with_null_where_it_is_not_known() -> None:
    assert numbers([12, -5, 7, 0], [True, True, False, True], 1) == "[1.2,-0.5,null,0.0]"
    assert numbers([9, 12], [False, True], 0) == "[null,12]"
    assert numbers([], [], 0) == "[]"
    longest = numbers([-(2**63) + 1] * 9, [True] * 9, 1)
    assert longest == f"[{','.join(['-922337203685477580.7'] * 9)}]"
    assert len(longest) == NUMBER_BYTES * 9 + 1
