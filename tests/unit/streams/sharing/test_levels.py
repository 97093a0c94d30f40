"""Which municipalities a telegram concerns, how its grades become levels, and what of a series is remembered."""

import h3.api.basic_int as h3
from hypothesis import given
from hypothesis import strategies as st

from streams.cells import Gazetteer
from streams.events.base import AreaRef
from streams.sharing.levels import KEPT_MS, Said, Towns, fold_said, level_of
from streams.sharing.versions import Parameters
from tests.unit.streams.sharing.acts import HOUR, NOWHERE, said

HERE = h3.latlng_to_cell(34.5, 135.2, 8)
THERE = h3.latlng_to_cell(34.7, 135.5, 8)


def towns(**cells: tuple[int, ...]) -> Towns:
    return Towns.of_gazetteer(Gazetteer({name.replace("_", "/"): found for name, found in cells.items()}, {}))


def area(scheme: str, code: str) -> AreaRef:
    return AreaRef(scheme, code, "")


def test_a_coast_concerns_every_municipality_that_it_shares_ground_with_however_cells_are_compacted() -> None:
    known = towns(
        muni_99101=(HERE,),
        muni_99102=(THERE,),
        muni_99103=(h3.cell_to_parent(THERE, 6),),
        tsunami_1=(h3.cell_to_center_child(HERE, 10),),
        tsunami_2=(h3.cell_to_parent(HERE, 6), h3.cell_to_center_child(THERE, 9)),
        tsunami_3=(h3.latlng_to_cell(0, 0, 8),),
    )
    assert known.list_of(area("tsunami", "1")) == ("99101",)
    assert known.list_of(area("tsunami", "2")) == ("99101", "99102", "99103")
    assert known.list_of(area("tsunami", "3")) == ()
    assert known.list_of(area("muni", "99101")) == ("99101",)


def test_without_its_ground_an_area_concerns_the_municipality_of_its_code_or_nobody() -> None:
    assert NOWHERE.list_of(area("city", "2710000")) == ("27100",)
    assert NOWHERE.list_of(area("quake", "1720400")) == ("17204",)
    assert NOWHERE.list_of(area("muni", "27100")) == ("27100",)
    for scheme, code in (
        ("district", "130010"),
        ("tsunami", "331"),
        ("quake", "390"),
        ("river", "8606040001"),
    ):
        assert NOWHERE.list_of(area(scheme, code)) == ()


def test_a_level_is_the_issuers_own_else_the_versions_else_none() -> None:
    numbers = Parameters(levels={"warning": 3, "tsunami/warning": 4})
    assert level_of(("level/2",), numbers) == 2
    assert level_of(("wind/warning",), numbers) == 3
    assert level_of(("wind/warning", "tsunami/warning"), numbers) == 4
    assert level_of(("wind/emergency",), numbers) == level_of((), numbers) == 0


@given(st.permutations([said(0, 5), said(1), said(20 * 24), said(20 * 24 + 1), said(7 * 24)]))
def test_a_series_forgets_what_lies_far_behind_its_newest_document_in_any_order(history: list[Said]) -> None:
    known: tuple[Said, ...] = ()
    for one in history:
        known = fold_said(known, one)
    assert [one.issued_at_ms for one in known] == [h * HOUR for h in (7 * 24, 20 * 24, 20 * 24 + 1)]
    assert known[-1].issued_at_ms - known[0].issued_at_ms <= KEPT_MS
