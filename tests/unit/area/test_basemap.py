"""The basemap: every street once, classes that can be told apart, the same tiles each time, all or nothing."""

import subprocess
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from routing.build.synthetic import make_city
from routing.network import Network
from services.area import basemap
from services.area.basemap import build_basemap, list_lines


@pytest.fixture(scope="module")
def network() -> Network:
    return make_city().network


def test_each_link_is_one_line_with_its_class_and_its_bridge(network: Network) -> None:
    features = [msgspec.json.decode(line) for line in list_lines(network)]
    assert len(features) == network.link_count
    classes = Counter(f["properties"]["class"] for f in features)
    assert set(classes) == {"major", "street", "path", "steps"}
    assert 0.05 < classes["major"] / classes["street"] < 0.3
    bridges = {f["properties"]["name"] for f in features if f["properties"].get("bridge")}
    assert "澪1号橋" in bridges
    lon, lat = features[0]["geometry"]["coordinates"][0]
    assert (135 < lon < 136, 34 < lat < 35) == (True, True)


def test_the_same_network_gives_the_same_tiles_and_nothing_else_is_left_behind(
    network: Network, tmp_path: Path
) -> None:
    said: list[str] = []
    for name in ("a.pmtiles", "b.pmtiles"):
        build_basemap(network, tmp_path / name, progress=said.append)
    assert (tmp_path / "a.pmtiles").read_bytes() == (tmp_path / "b.pmtiles").read_bytes()
    assert (tmp_path / "a.pmtiles").read_bytes()[:7] == b"PMTiles"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.pmtiles", "b.pmtiles"]


def test_a_failure_of_the_tile_maker_leaves_no_half_map(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(basemap, "MIN_ZOOM", 99)
    with pytest.raises(subprocess.CalledProcessError):
        build_basemap(network, tmp_path / "a.pmtiles", progress=lambda _: None)
    assert list(tmp_path.iterdir()) == []
