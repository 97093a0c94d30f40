"""A repair holds for what was said then, ends when the source says where it is, and can be taken back; in any order."""

from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cells import Gazetteer, cells_of_circle
from streams.codec import decode, encode
from streams.events.base import Action, Hazard, Status
from streams.events.closures import ClosureRepair, ClosureReport, ClosureState, Geometry, Saying
from streams.events.repairs import Repair
from streams.events.shelters import Layer, ShelterState, SiteRepair, UnplacedSite
from streams.folds.closures import ClosureFile, read_closure_file
from streams.topics import CLOSURES, REPAIRS, SHELTERS
from streams.worker.steps import Context, Step, step_closure, step_place
from streams.world import World
from tests.unit.streams.given import closure, reports, site, sites

HERE, THERE = (34.5, 135.27), (34.51, 135.28)
GAZETTEER = Gazetteer({"muni/99101": cells_of_circle(*HERE, radius_m=3000)}, {"muni/99101": "澪北市"})
CONTEXT = Context(World.DRILL, GAZETTEER)
ROAD = Geometry("point", ((HERE,),))


def unplaced(at: int | None = None, **fields: object) -> UnplacedSite:
    return UnplacedSite(
        **{
            "id": "s", "source": "list", "layer": Layer.SITE, "name": "丘の公園", "as_of_ms": at, "why": "coordinates-missing",
            **fields,
        }
    )  # type: ignore[arg-type]  # fmt: skip


def repair(at: int, **fields: object) -> SiteRepair:
    return SiteRepair(
        **{
            "id": "s", "at_ms": at, "by": "防災課", "name": "丘の公園", "lat": THERE[0], "lon": THERE[1],
            **fields,
        }
    )  # type: ignore[arg-type]  # fmt: skip


def closure_repair(at: int, **fields: object) -> ClosureRepair:
    return ClosureRepair(
        **{"id": "c", "at_ms": at, "by": "土木課", "said": Saying(), "geometry": ROAD, **fields}
    )  # type: ignore[arg-type]


def run(
    events: Iterable[msgspec.Struct], *, context: Context = CONTEXT
) -> tuple[ShelterState | None, Repair | None, bytes]:
    """The last state, the last line of the repair list, and the table's row."""
    row: bytes | None = None
    told: dict[str, bytes | None] = {}
    for event in events:
        step = step_place(context, row, b"s", encode(event))
        row = step.row
        told |= {topic.name: message.value for topic, message in step.messages}
        assert {m.key for t, m in step.messages if t is REPAIRS} <= {b"site/s"}
    state, line = told.get(SHELTERS.name), told.get(REPAIRS.name)
    return decode(state, ShelterState) if state else None, decode(line, Repair) if line else None, row or b""


def test_a_place_without_a_position_is_known_with_all_else_and_on_the_list() -> None:
    state, line, _ = run([unplaced(suits=(Hazard.FLOOD,), capacity=50, address="泉町1", place="line 9")])
    assert state is not None
    assert (state.lat, state.name, state.suits, state.capacity, state.address) == (
        None, "丘の公園", (Hazard.FLOOD,), 50, "泉町1",
    )  # fmt: skip
    assert line is not None
    assert (line.key, line.why, line.place, line.is_open, line.repaired) == (
        "site/s", "coordinates-missing", "line 9", True, None,
    )  # fmt: skip


def test_a_repair_places_it_and_says_who_and_from_which_candidate() -> None:
    state, line, _ = run([unplaced(), repair(5, candidate="gsi/E1")])
    assert state is not None
    assert line is not None
    assert (state.lat, state.lon) == THERE
    assert state.repaired == line.repaired
    assert line.repaired is not None
    assert (line.is_open, line.repaired.by, line.repaired.candidate, line.repaired.at_ms) == (
        False, "防災課", "gsi/E1", 5,
    )  # fmt: skip


def test_taken_back_it_is_open_again_and_a_newer_repair_places_it_anew() -> None:
    undone = repair(6, action=Action.CANCEL, lat=None, lon=None)
    state, line, _ = run([unplaced(), repair(5), undone])
    assert (state and state.lat, line and line.is_open) == (None, True)
    state, line, _ = run([unplaced(), undone, repair(7, lat=HERE[0], lon=HERE[1]), repair(5)])
    assert (state and state.lat, line and line.is_open) == (HERE[0], False)


def test_a_record_of_the_source_with_its_own_position_ends_the_repair() -> None:
    state, line, _ = run([unplaced(1), repair(5), site(2)])
    assert state is not None
    assert ((state.lat, state.lon), state.repaired, line) == (HERE, None, None)
    state, line, _ = run([unplaced(), repair(5), site(None)])
    assert (state and state.repaired, line) == (None, None)


def test_a_repair_is_not_for_another_place_that_got_the_same_id() -> None:
    state, line, _ = run([unplaced(1), repair(5), unplaced(2, name="別の公園")])
    assert state is not None
    assert line is not None
    assert (state.lat, state.repaired, line.is_open) == (None, None, True)


def test_until_somebody_looks_a_place_stays_where_an_older_row_of_its_name_lay_and_is_on_the_list() -> None:
    state, line, _ = run([site(1), unplaced(2, capacity=70)])
    assert state is not None
    assert ((state.lat, state.lon), state.capacity, line and line.is_open) == (HERE, 70, True)
    state, _, _ = run([site(1), unplaced(2, name="別の公園")])
    assert (state and state.lat) is None
    state, _, _ = run([site(1, removed=True), unplaced(2)])
    assert (state and state.lat) is None
    state, line, _ = run([site(1), unplaced(2), repair(3)])
    assert (state and state.lat, line and line.is_open) == (THERE[0], False)


def test_a_place_that_leaves_the_list_leaves_the_repair_list() -> None:
    state, line, _ = run([unplaced(1), repair(5), site(2, removed=True)])
    assert (state, line) == (None, None)


def test_a_repair_alone_makes_no_place() -> None:
    state, line, _ = run([repair(5)])
    assert (state, line) == (None, None)


def test_a_municipality_that_is_no_more_is_on_the_list_and_can_be_set_right() -> None:
    old = site(1, municipality="99199")
    state, line, _ = run([old])
    assert state is not None
    assert line is not None
    assert (state.lat, state.municipality, line.why, line.written) == (
        HERE[0], "99199", "municipality-unknown", "99199",
    )  # fmt: skip
    right = repair(5, lat=None, lon=None, municipality="99101")
    state, line, _ = run([old, right])
    assert (state and state.municipality, state and state.lat, line and line.is_open) == (
        "99101",
        HERE[0],
        False,
    )
    _, line, _ = run([old, site(2, municipality="99101")])
    assert line is None


@pytest.mark.parametrize(
    "fields", [{"municipality": "99101"}, {"municipality": ""}, {"municipality": "27100", "lat": 35.9}]
)
def test_a_place_of_this_area_or_of_another_has_nothing_to_repair(fields: dict[str, object]) -> None:
    state, line, _ = run([site(1, **fields)])
    assert (state is not None, line) == (True, None)


rows = st.builds(unplaced, st.none() | st.integers(0, 4), name=st.sampled_from(["丘の公園", "別の公園"]))
acts = st.builds(
    repair,
    st.integers(0, 4),
    action=st.sampled_from([Action.ISSUE, Action.CANCEL]),
    name=st.sampled_from(["丘の公園", "別の公園"]),
    lat=st.sampled_from([34.5, 34.6]),
)
codes = sites.map(lambda s: msgspec.structs.replace(s, municipality="99199"))
history = st.lists(rows | acts | sites | codes | reports, min_size=1, max_size=7)


@given(history.flatmap(lambda h: st.tuples(st.just(h), st.permutations(h + h))))
def test_any_order_and_any_repeats_end_in_the_same_state_line_and_row(
    histories: tuple[list[msgspec.Struct], list[msgspec.Struct]],
) -> None:
    straight, shuffled = histories
    assert run(straight) == run(shuffled)


def test_a_repair_may_be_folded_in_the_real_world() -> None:
    real = Context(World.REAL, GAZETTEER)
    state, _, _ = run([unplaced(status=Status.ACTUAL), repair(5)], context=real)
    assert (state and state.lat) == THERE[0]


def fold_closures(*events: msgspec.Struct) -> ClosureState | None:
    row: bytes | None = None
    step: Step | None = None
    for event in events:
        step = step_closure(CONTEXT, row, b"c", encode(event))
        row = step.row
    assert step is not None
    ((topic, message),) = step.messages
    assert topic is CLOSURES
    return decode(message.value, ClosureState) if message.value else None


def test_a_closure_without_a_drawing_is_where_staff_put_it_and_keeps_what_it_said() -> None:
    state = fold_closures(closure(1, misdrawn="coordinates-swapped"), closure_repair(5))
    assert state is not None
    assert (state.geometry, state.said, state.misdrawn) == (ROAD, Saying(), "coordinates-swapped")
    assert state.repaired is not None
    assert state.repaired.by == "土木課"


def test_a_road_may_be_chosen_in_place_of_the_name_that_was_said() -> None:
    said = Saying(road_names=("大通",))
    act = closure_repair(5, said=said, geometry=None, road_names=("大通り",))
    state = fold_closures(closure(1, road_names=("大通",)), act)
    assert state is not None
    assert (state.road_names, state.geometry, state.said) == (("大通り",), None, said)


@pytest.mark.parametrize("change", [{"geometry": ROAD}, {"road_names": ("国道9号",)}, {"starts_at_ms": 3}])
def test_once_the_source_says_something_else_of_its_place_the_repair_is_over(
    change: dict[str, object],
) -> None:
    away = Geometry("point", ((THERE,),))
    state = fold_closures(closure(1), closure_repair(5, geometry=away), closure(2, **change))
    assert state is not None
    assert (state.repaired, state.geometry) == (None, change.get("geometry"))


def test_the_same_said_again_with_a_newer_date_keeps_the_repair_and_undo_ends_it() -> None:
    state = fold_closures(closure_repair(5), closure(1), closure(9, cause="冠水"))
    assert state is not None
    assert (state.geometry, state.cause) == (ROAD, "冠水")
    state = fold_closures(
        closure(1), closure_repair(6, action=Action.CANCEL, geometry=None), closure_repair(5)
    )
    assert state is not None
    assert (state.geometry, state.repaired) == (None, None)


def test_a_repaired_closure_that_is_withdrawn_is_open() -> None:
    assert fold_closures(closure(1), closure_repair(5), closure(6, action=Action.CANCEL)) is None


def test_rows_of_before_there_were_repairs_are_read() -> None:
    report = closure(1)
    assert read_closure_file(encode(report)) == ClosureFile(report)
    assert read_closure_file(encode(ClosureFile(report, closure_repair(2)))) == ClosureFile(
        report, closure_repair(2)
    )
    assert read_closure_file(None) == ClosureFile()
    step = step_closure(CONTEXT, encode(report), b"c", encode(closure(0)))
    assert isinstance(read_closure_file(step.row).report, ClosureReport)
