"""Heights: sampled along links, up is slower than down, unknown stays unknown, and a real raster is read where it lies."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

import routing
from routing.build.elevation import Elevation, interpolate, open_dem, tobler_pace, with_elevation
from routing.errors import NetworkError
from routing.profiles import CLOSED, edge_costs
from tests.unit.routing.build.maps import SOUTH, STEP, WEST, Map

Way = routing.Way
WALK = "highway=footway surface=asphalt"


def slope_east(per_cent: float) -> Elevation:
    """Ground that rises to the east: 1 degree of longitude is 92.2 km at 34 degrees north."""
    metres = np.cos(np.radians(SOUTH)) * np.pi * 6_371_008.8 / 180
    return lambda lon, _lat: (lon - WEST) * metres * per_cent / 100


def line(tmp_path: Path, text: str = WALK) -> routing.Network:
    return Map(tmp_path, ["ab"], ways=[("ab", text)]).network


def test_walking_up_takes_longer_than_down_by_toblers_law(tmp_path: Path) -> None:
    network = with_elevation(line(tmp_path), slope_east(10), credit="made up")
    adult = edge_costs(network, routing.get_profile("adult"))
    flat = float(network.link_length_m[0]) * 10
    up = int(np.flatnonzero(network.node_lon[network.edge_head] > network.node_lon[network.edge_tail])[0])
    assert adult[up] / flat == pytest.approx(np.exp(3.5 * 0.10), rel=0.01)
    assert adult[1 - up] / flat == pytest.approx(np.exp(3.5 * (0.05 - 0.05)), rel=0.01)
    assert network.edge_climb_m[up] == pytest.approx(network.link_length_m[0] * 0.1, rel=0.01)
    assert network.edge_climb_m[1 - up] == 0
    assert tobler_pace(np.array([0.0, -0.05, 0.05])).tolist() == pytest.approx(
        [1, np.exp(-0.175), np.exp(0.175)]
    )
    assert network.attribution.endswith("heights: made up")


def test_a_hill_between_two_places_of_one_height_is_climbed_both_ways(tmp_path: Path) -> None:
    half = WEST + STEP / 2
    network = with_elevation(
        line(tmp_path), lambda lon, _: 10 * (1 - np.abs(lon - half) / (STEP / 2)), credit="x"
    )
    assert network.edge_climb_m.tolist() == pytest.approx([10, 10], abs=2.1)
    assert (network.edge_pace > 1.3).all()


@pytest.mark.parametrize(
    "text", [f"{WALK} bridge=yes", f"{WALK} tunnel=yes", "highway=corridor surface=asphalt"]
)
def test_bridges_tunnels_and_corridors_have_no_ground_beneath_them(tmp_path: Path, text: str) -> None:
    network = with_elevation(line(tmp_path, text), slope_east(30), credit="x")
    assert np.isnan(network.edge_climb_m).all()
    assert np.isnan(network.edge_pace).all()
    costs = edge_costs(network, routing.get_profile("wheelchair"))
    assert costs.tolist() == edge_costs(line(tmp_path, text), routing.get_profile("wheelchair")).tolist()
    assert not network.link_way[0] & Way.INCLINE_KNOWN


def test_one_unknown_height_leaves_the_link_unknown_and_is_reported(tmp_path: Path) -> None:
    where = Map(tmp_path, ["a b c"], ways=[("ab", WALK), ("bc", WALK)])
    network = with_elevation(
        where.network, lambda lon, _: np.where(lon > WEST + 3 * STEP, np.nan, 5.0), credit="x"
    )
    known = np.isfinite(network.edge_climb_m)
    assert known.sum() == 2
    assert (network.edge_climb_m[known] == 0).all()
    assert network.skipped["per cent of the length without a height"] == 50


@pytest.mark.parametrize(
    ("text", "per_cent", "passes"),
    [(WALK, 5, True), (WALK, 7, False), (WALK, -7, False), (f"{WALK} wheelchair=yes", 7, True)],
)
def test_measured_steepness_excludes_wheelchairs_unless_somebody_looked(
    tmp_path: Path, text: str, per_cent: float, passes: object
) -> None:
    network = with_elevation(line(tmp_path, text), slope_east(per_cent), credit="x")
    assert bool((edge_costs(network, routing.get_profile("wheelchair")) < CLOSED).all()) is passes
    assert network.link_way[0] & Way.INCLINE_KNOWN


def test_stairs_take_their_own_time_whatever_the_slope(tmp_path: Path) -> None:
    stairs = line(tmp_path, "highway=steps")
    raised = with_elevation(stairs, slope_east(40), credit="x")
    adult = routing.get_profile("adult")
    assert edge_costs(raised, adult).tolist() == edge_costs(stairs, adult).tolist()


def raster(
    tmp_path: Path,
    heights: np.ndarray,
    *,
    crs: str | None = "EPSG:4326",
    corner: tuple[float, float] = (WEST - STEP, SOUTH + STEP),
) -> Path:
    """A GeoTIFF with pixels of 0.0005 degrees from its north-west corner."""
    path = tmp_path / "dem.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=heights.shape[1], height=heights.shape[0], count=1, dtype="float32", crs=crs,
        transform=from_origin(*corner, STEP / 2, STEP / 2), nodata=-9999, compress="lzw",
    ) as file:  # fmt: skip
        file.write(heights.astype(np.float32), 1)
    return path


def test_a_raster_is_read_between_the_centres_of_its_pixels(tmp_path: Path) -> None:
    rows, columns = np.mgrid[0:10, 0:20]
    path = raster(tmp_path, columns * 10.0 + rows)
    elevation = open_dem(path, (SOUTH - 2 * STEP, WEST, SOUTH, WEST + 5 * STEP))
    lon, lat = np.array([WEST, WEST + STEP / 4, WEST + STEP]), np.full(3, SOUTH)
    # pixel edges are at WEST - STEP + k * STEP / 2, so WEST lies on the edge between columns 1 and 2: 15 there
    assert elevation(lon, lat) == pytest.approx(np.array([15, 20, 35]) + 1.5)


def test_a_hole_in_the_raster_and_what_lies_outside_are_unknown(tmp_path: Path) -> None:
    heights = np.full((10, 20), 7.0)
    heights[:, 10:] = -9999
    elevation = open_dem(raster(tmp_path, heights), (SOUTH - STEP, WEST, SOUTH, WEST + 20 * STEP))
    lon = WEST + np.array([1, 3.9, 5, 20]) * STEP
    assert elevation(lon, np.full(4, SOUTH)).tolist() == pytest.approx(
        [7, np.nan, np.nan, np.nan], nan_ok=True
    )


def test_a_raster_in_metres_lies_where_it_lies(tmp_path: Path) -> None:
    """UTM zone 53 N: its central meridian is 135 degrees east, easting 500,000 m."""
    path = tmp_path / "utm.tif"
    northing = 3_762_155.0  # of 34 degrees north on the meridian, WGS 84
    with rasterio.open(
        path, "w", driver="GTiff", width=100, height=100, count=1, dtype="float32", crs="EPSG:32653",
        transform=from_origin(500_000 - 500, northing + 500, 10, 10),
    ) as file:  # fmt: skip
        file.write(np.tile(np.arange(100, dtype=np.float32), (100, 1)), 1)
    elevation = open_dem(path, (SOUTH, WEST, SOUTH + 1e-4, WEST + 1e-4))
    assert elevation(np.array([WEST]), np.array([SOUTH])) == pytest.approx([49.5], abs=0.1)


@pytest.mark.parametrize(
    ("crs", "corner", "words"),
    [(None, (WEST, SOUTH), "coordinate reference"), ("EPSG:4326", (10.0, 50.0), "not the network")],
)
@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_raster_of_nowhere_or_elsewhere_is_refused(
    tmp_path: Path, crs: str | None, corner: tuple[float, float], words: str
) -> None:
    path = raster(tmp_path, np.zeros((4, 4)), crs=crs, corner=corner)
    with pytest.raises(NetworkError, match=words):
        open_dem(path, (SOUTH, WEST, SOUTH + STEP, WEST + STEP))


def test_what_is_no_raster_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.tif").write_text("heights")
    with pytest.raises(NetworkError, match="cannot be read"):
        open_dem(tmp_path / "no.tif", (0, 0, 1, 1))


def test_a_raster_of_one_pixel_knows_only_its_centre() -> None:
    one = np.array([[4.0]])
    assert interpolate(one, np.array([0.0, 0.1]), np.array([0.0, 0.0])).tolist() == pytest.approx(
        [4, np.nan], nan_ok=True
    )
