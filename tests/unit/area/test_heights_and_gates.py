"""`mio area build` with heights and with the rule for private gates: what is asked for is in the network, and is told."""

from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin
from typer.testing import CliRunner

from routing import Network
from services.area.folder import read_area
from services.cli.area import app
from tests.unit.routing.build.maps import SOUTH, STEP, WEST, write_map

WAYS = [("abc", "highway=residential surface=asphalt")]


def built(tmp_path: Path, *options: str) -> Network:
    """The network of an area that was built by the command."""
    source = write_map(tmp_path, ["abc"], ways=WAYS, nodes={"b": "barrier=gate access=private"})
    done = CliRunner().invoke(app, ["build", "--osm", str(source), "--out", str(tmp_path / "area"), *options])
    assert done.exit_code == 0, done.output
    return Network.load(tmp_path / "area" / "network.mio")


def write_dem(path: Path) -> None:
    """Ground that rises to the east by a metre each pixel of 0.0001 degrees (11 %)."""
    heights = np.tile(np.arange(60, dtype=np.float32), (40, 1))
    with rasterio.open(
        path, "w", driver="GTiff", width=60, height=40, count=1, dtype="float32", crs="EPSG:4326",
        transform=from_origin(WEST - 2 * STEP, SOUTH + 2 * STEP, STEP / 10, STEP / 10),
    ) as file:  # fmt: skip
        file.write(heights, 1)


def test_heights_make_ways_steep_and_are_credited(tmp_path: Path) -> None:
    write_dem(tmp_path / "ground.tif")
    network = built(tmp_path, "--dem", str(tmp_path / "ground.tif"))
    assert np.nanmax(network.edge_climb_m) > 5
    assert any("ground.tif" in line for line in read_area(tmp_path / "area").attribution)


def test_without_heights_no_climb_is_known(tmp_path: Path) -> None:
    assert np.isnan(built(tmp_path).edge_climb_m).all()


def test_private_gates_are_shut_unless_the_area_says_that_somebody_opens_them(tmp_path: Path) -> None:
    shut, opened = built(tmp_path), built(tmp_path, "--private-gates-open")
    assert shut.node_count == 4
    assert shut.skipped == {"barriers on nodes": 1}
    assert opened.node_count == 5  # on foot it goes through; a car still stops
    assert (opened.link_length_m == 0).sum() == 2


def test_a_raster_of_another_place_is_refused_in_words(tmp_path: Path) -> None:
    write_dem(tmp_path / "ground.tif")
    source = write_map(tmp_path, ["abc"], ways=WAYS)
    source.write_text(source.read_text().replace('lat="34.', 'lat="35.'))
    dem = str(tmp_path / "ground.tif")
    done = CliRunner().invoke(
        app, ["build", "--osm", str(source), "--out", str(tmp_path / "area"), "--dem", dem]
    )
    assert done.exit_code == 2
    assert "not the network's" in " ".join(done.output.split())
    assert not (tmp_path / "area").exists()


def test_options_that_cannot_be_met_are_refused(tmp_path: Path) -> None:
    for options in (["--synthetic", "--dem", "x.tif"], ["--graph-csv", "x", "--private-gates-open"]):
        done = CliRunner().invoke(app, ["build", "--out", str(tmp_path / "area"), *options])
        assert done.exit_code == 2
