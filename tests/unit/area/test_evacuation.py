"""`mio area evacuate`: nobody is lost on either plan, sites keep their places, and the tables add up to what the screen says."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from services.area.errors import AreaFolderError
from services.area.evacuation import (
    GROUPS,
    SUMMARY,
    Evacuation,
    Order,
    evacuate,
    figures,
    write_evacuation,
)
from services.cli.area import app
from streams.events.base import Hazard

NOW_MS = 1_756_700_000_000
PEOPLE = 2_000


def plan(folder: Path, order: Order) -> Evacuation:
    return evacuate(folder, order, now_ms=NOW_MS, progress=lambda _done, _total, _text: None)


@pytest.fixture(scope="module")
def made(made_up_city: Path) -> Evacuation:
    return plan(made_up_city, Order(PEOPLE, window_min=5.0))


def test_everybody_arrives_by_either_plan(made: Evacuation) -> None:
    for seen in (made.nearest, made.spread):
        assert seen.stranded == 0
        assert seen.loads(len(made.sites)).sum() == PEOPLE
    assert made.spread.over(made.places) == 0


def test_people_are_spread_over_the_streets_and_leave_within_the_window(made: Evacuation) -> None:
    assert len(np.unique(made.crowd.node)) > PEOPLE / 2
    left = made.spread.arrived_s - made.spread.trip_s
    assert left.min() >= 0
    assert np.median(left) == pytest.approx(150, abs=60)


def test_the_tables_add_up(made: Evacuation, tmp_path: Path) -> None:
    write_evacuation(made, tmp_path, made_ms=NOW_MS)
    told = json.loads((tmp_path / SUMMARY).read_text("utf-8"))
    assert told["people"] == PEOPLE
    assert told["made_up"] is True
    assert told["spread"] == figures(made.spread, made.places)
    assert sum(site["spread"] for site in told["sites"]) == PEOPLE
    assert all(site["spread"] <= site["capacity"] for site in told["sites"])
    rows = list(csv.DictReader((tmp_path / GROUPS).read_text("utf-8-sig").splitlines()))
    assert sum(int(row["people"]) for row in rows) == PEOPLE
    assert max(float(row["last arrival min"]) for row in rows) == round(made.spread.clearance_s / 60, 1)


def test_a_hazard_leaves_only_sites_that_suit_it(made_up_city: Path, made: Evacuation) -> None:
    fewer = plan(made_up_city, Order(50, hazards=frozenset({Hazard.TSUNAMI})))
    assert 0 < len(fewer.sites) < len(made.sites)
    assert all(Hazard.TSUNAMI in site.suits for site in fewer.sites)


def test_people_of_a_file_start_where_it_says(made_up_city: Path, tmp_path: Path, made: Evacuation) -> None:
    network = made.field.network
    lat, lon = float(network.node_lat[0]), float(network.node_lon[0])
    file = tmp_path / "people.csv"
    file.write_text(f"lat,lon,count\n{lat},{lon},7\n{lat},{lon},0\n", "utf-8")
    few = plan(made_up_city, Order(file))
    assert len(few.crowd) == 7
    assert few.source == "people.csv"


def test_nothing_is_made_of_nobody(made_up_city: Path) -> None:
    with pytest.raises(AreaFolderError, match="nobody to plan for"):
        plan(made_up_city, Order(0))


def test_the_command_tells_both_plans(made_up_city: Path, tmp_path: Path) -> None:
    options = ["evacuate", str(made_up_city), "--people", "300", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, options)
    assert done.exit_code == 0, done.output
    assert "訓練" in done.output
    assert "nearest way" in done.output
    assert "300 people" in done.output
    assert (tmp_path / "out" / SUMMARY).exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--hazard", "rain"], "rain: choose of"),
        (["--people", "nobody.csv"], "cannot be read"),
        (["--profile", "horse"], "no profile 'horse'"),
    ],
)
def test_what_cannot_be_planned_is_refused_by_name(made_up_city: Path, options: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["evacuate", str(made_up_city), *options])
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())
