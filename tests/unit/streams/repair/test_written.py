"""What a position that cannot be used may have meant, inside the area only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.repair.written import find_written

OSAKA = (34.4, 135.3, 34.9, 135.7)
JAPAN = (20.0, 122.0, 46.0, 154.0)


@pytest.mark.parametrize("written", ["135.5, 34.6", "34.6, 135.5", "[135.5, 34.6]"])
def test_degrees_in_either_order_are_one_candidate(written: str) -> None:
    (found,) = find_written(written, box=OSAKA)
    assert (found.lat, found.lon, found.reasons, found.source) == (34.6, 135.5, ("swapped",), "written")


@pytest.mark.parametrize("written", ["[-44000.5, -146000.25]", "-146000.25, -44000.5"])
def test_metres_are_a_candidate_in_the_zone_that_lies_here(written: str) -> None:
    (found,) = find_written(written, box=OSAKA)
    # zone VI has its origin at 36 N, 136 E
    assert found.id.startswith("EPSG:6674")
    assert (round(found.lat, 3), round(found.lon, 3), found.reasons) == (34.683, 135.52, ("metres",))


def test_the_origin_of_a_zone_is_where_the_law_puts_it() -> None:
    found = find_written("200.5, 200.5", box=(35.9, 135.9, 36.1, 136.1))
    assert {(round(c.lat, 2), round(c.lon, 2)) for c in found} == {(36.0, 136.0)}
    assert {c.id for c in found} == {"EPSG:6674", "EPSG:6674-xy"}


@pytest.mark.parametrize("written", ["", "north, 135.5", "1, 2, 3", "134.5, 200.0", "nan, inf", "12.5, 13.5"])
def test_what_fits_nowhere_here_is_no_candidate(written: str) -> None:
    assert find_written(written, box=OSAKA) == ()


@given(st.text(max_size=30) | st.tuples(st.floats(), st.floats()).map(lambda p: f"{p[0]}, {p[1]}"))
def test_any_text_is_answered_and_nothing_lies_outside_the_box(written: str) -> None:
    south, west, north, east = JAPAN
    assert all(south <= c.lat <= north and west <= c.lon <= east for c in find_written(written, box=JAPAN))
