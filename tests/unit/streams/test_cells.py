"""Areas become cells that cover them; a gazetteer says which."""

import math

import h3.api.basic_int as h3
import msgspec
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from streams.cells import (
    HAZARD_RESOLUTION,
    AreaError,
    Gazetteer,
    boundary,
    cell_name,
    cell_number,
    cells_of_circle,
    cells_of_rings,
    cells_of_shape,
    covers,
)
from streams.events.base import AreaRef

lats, lons = st.floats(24, 46), st.floats(123, 146)
sizes = st.floats(0.0001, 0.03)


def box(lat: float, lon: float, size: float) -> shapely.Polygon:
    return shapely.box(lon, lat, lon + size, lat + size)


@given(lats, lons, sizes, st.floats(0, 1), st.floats(0, 1))
def test_the_cells_of_an_area_hold_every_cell_whose_centre_is_inside(
    lat: float, lon: float, size: float, u: float, v: float
) -> None:
    area = box(lat, lon, size)
    cells = frozenset(cells_of_shape(area))
    centre = h3.cell_to_latlng(h3.latlng_to_cell(lat + u * size, lon + v * size, HAZARD_RESOLUTION))
    if area.buffer(-1e-9).contains(shapely.Point(centre[1], centre[0])):
        assert covers(cells, *centre)


@given(lats, lons, sizes)
def test_no_area_is_without_a_cell_and_none_reaches_farther_than_a_cell(
    lat: float, lon: float, size: float
) -> None:
    area = box(lat, lon, size)
    cells = cells_of_shape(area)
    assert cells
    near = area.buffer(0.003)
    for cell in h3.uncompact_cells(cells, HAZARD_RESOLUTION):
        at = h3.cell_to_latlng(cell)
        assert near.contains(shapely.Point(at[1], at[0]))


@given(lats, lons, sizes)
def test_cells_are_sorted_distinct_and_compact(lat: float, lon: float, size: float) -> None:
    cells = cells_of_shape(box(lat, lon, size))
    assert list(cells) == sorted(set(cells))
    assert sorted(h3.compact_cells(h3.uncompact_cells(cells, HAZARD_RESOLUTION))) == list(cells)


def test_a_hole_is_not_covered() -> None:
    ring = box(34.4, 135.2, 0.1).difference(box(34.44, 135.24, 0.02))
    cells = frozenset(cells_of_shape(ring))
    assert not covers(cells, 34.45, 135.25)
    assert covers(cells, 34.42, 135.22)


@given(lats, lons, st.floats(0, 3000))
def test_a_disc_holds_its_centre_and_the_cells_whose_centre_is_near_and_no_other(
    lat: float, lon: float, radius_m: float
) -> None:
    cells = frozenset(cells_of_circle(lat, lon, radius_m=radius_m))
    assert covers(cells, lat, lon)
    bound_m = max(radius_m, h3.average_hexagon_edge_length(HAZARD_RESOLUTION, unit="m"))
    for cell in h3.uncompact_cells(cells, HAZARD_RESOLUTION):
        assert h3.great_circle_distance(h3.cell_to_latlng(cell), (lat, lon), unit="m") <= bound_m
    for bearing in range(0, 360, 45):
        at = _moved(lat, lon, metres=radius_m * 0.99, bearing=bearing)
        centre = h3.cell_to_latlng(h3.latlng_to_cell(*at, HAZARD_RESOLUTION))
        if h3.great_circle_distance(centre, (lat, lon), unit="m") <= bound_m:
            assert covers(cells, *at)


def _moved(lat: float, lon: float, *, metres: float, bearing: int) -> tuple[float, float]:
    north, east = metres * math.cos(math.radians(bearing)), metres * math.sin(math.radians(bearing))
    return lat + north / 111_320, lon + east / (111_320 * math.cos(math.radians(lat)))


def test_rings_that_cross_themselves_are_mended_and_none_gives_no_cells() -> None:
    bow = ((34.5, 135.2), (34.52, 135.22), (34.52, 135.2), (34.5, 135.22), (34.5, 135.2))
    assert cells_of_rings([bow])
    assert cells_of_rings([]) == ()


@pytest.mark.parametrize(
    "ring",
    [((34.5, 135.2),) * 4, ((34.5, 135.2), (34.6, 135.2), (34.5, 135.2), (34.5, 135.2))],
    ids=["point", "line"],
)
def test_a_ring_without_an_area_still_has_a_cell(ring: tuple[tuple[float, float], ...]) -> None:
    assert cells_of_rings([ring])


def test_of_a_region_only_what_lies_in_the_box_has_cells_and_at_once() -> None:
    region = ((30.0, 130.0), (30.0, 140.0), (40.0, 140.0), (40.0, 130.0))
    here = (34.60, 135.50, 34.62, 135.52)
    cells = frozenset(cells_of_rings([region], within=here))
    assert covers(cells, 34.61, 135.51)
    assert not covers(cells, 34.65, 135.51)
    assert cells_of_rings([((1.0, 1.0), (1.0, 1.1), (1.1, 1.1))], within=here) == ()


def test_a_gazetteer_knows_the_box_round_its_areas() -> None:
    def feature(lon: float) -> dict[str, object]:
        ring = [[lon, 34.0], [lon + 0.01, 34.0], [lon + 0.01, 34.01], [lon, 34.0]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        return {"type": "Feature", "properties": {"refs": ["muni/1"], "name": "n"}, "geometry": geometry}

    def load(*features: dict[str, object]) -> Gazetteer:
        return Gazetteer.load(msgspec.json.encode({"type": "FeatureCollection", "features": features}))

    assert load(feature(135.0), feature(135.5)).box == (34.0, 135.0, 34.01, 135.51)
    assert load().box is None


def test_a_name_is_the_cell_in_hexadecimal_and_back() -> None:
    cell = h3.latlng_to_cell(34.5, 135.27, 9)
    assert cell_number(cell_name(cell)) == cell
    assert len(boundary(cell)) == 6


def _areas(*features: tuple[list[str], shapely.Polygon]) -> bytes:
    return msgspec.json.encode(
        {
            "type": "FeatureCollection",
            "features": [
                {"properties": {"refs": refs, "name": refs[0]}, "geometry": shapely.geometry.mapping(shape)}
                for refs, shape in features
            ],
        }
    )


def test_a_ref_of_two_features_covers_both() -> None:
    gazetteer = Gazetteer.load(
        _areas(
            (["muni/99101", "city/9910100"], box(34.5, 135.2, 0.01)), (["muni/99101"], box(34.6, 135.2, 0.01))
        )
    )
    both = frozenset(gazetteer.cells_of(AreaRef("muni", "99101", "")))
    one = frozenset(gazetteer.cells_of(AreaRef("city", "9910100", "")))
    assert covers(both, 34.505, 135.205)
    assert covers(both, 34.605, 135.205)
    assert not covers(one, 34.605, 135.205)


def test_an_area_that_is_not_served_has_no_cells() -> None:
    assert Gazetteer.load(_areas()).cells_of(AreaRef("muni", "13101", "千代田区")) == ()


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"features": 1}', b'{"features": [{"properties": {}}]}', b"\xff", b'{"features":[{"properties":{"refs":["a/1"]},"geometry":{"type":"Blob"}}]}']
)  # fmt: skip
def test_a_file_that_is_not_of_areas_says_so(data: bytes) -> None:
    with pytest.raises(AreaError, match=r"areas\.geojson"):
        Gazetteer.load(data)
