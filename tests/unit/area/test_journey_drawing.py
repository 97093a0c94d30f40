import json
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from services.area.drawing import Frame
from services.area.errors import AreaFolderError
from services.cli.route import read_closures, route

FROM = "34.50,135.205"


@pytest.fixture(scope="module")
def city(made_up_city: Path) -> Path:
    return made_up_city


@pytest.fixture(scope="module")
def cli() -> typer.Typer:
    made = typer.Typer()
    made.command()(route)
    return made


def closures_on(tmp_path: Path, *positions: list[float], **more: object) -> Path:
    features = [
        {
            "type": "Feature",
            "properties": {
                "id": f"c{n}", "status": "closed", "as_of": "2026-01-01T00:00:00+09:00", "modes": ["foot"], **more,
            },
            "geometry": {"type": "Point", "coordinates": position},
        }
        for n, position in enumerate(positions)
    ]  # fmt: skip
    path = tmp_path / "closures.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_the_picture_holds_way_start_place_and_the_zone_in_force(
    city: Path, cli: typer.Typer, tmp_path: Path
) -> None:
    out = tmp_path / "way.svg"
    done = CliRunner().invoke(cli, [str(city), "--from", FROM, "--hazards", "tsunami", "--picture", str(out)])
    assert done.exit_code == 0, done.output
    svg = out.read_text("utf-8")
    for kind, count in (("way", 1), ("start", 1), ("goal", 1), ("zone", 2)):
        assert svg.count(f'class="{kind}"') == count, kind
    assert 'class="closed"' not in svg
    assert "訓練" in svg
    calm = tmp_path / "calm.svg"
    assert CliRunner().invoke(cli, [str(city), "--from", FROM, "--picture", str(calm)]).exit_code == 0
    assert 'class="zone"' not in calm.read_text("utf-8")


def test_supposed_closures_are_walked_round_and_drawn(city: Path, cli: typer.Typer, tmp_path: Path) -> None:
    calm = json.loads(CliRunner().invoke(cli, [str(city), "--from", FROM, "--json"]).stdout)
    course = calm["geometry"]["coordinates"]
    path, out = closures_on(tmp_path, course[len(course) // 2]), tmp_path / "way.svg"
    done = CliRunner().invoke(
        cli, [str(city), "--from", FROM, "--closures", str(path), "--json", "--picture", str(out)]
    )
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["geometry"] != calm["geometry"]
    assert out.read_text("utf-8").count('class="closed"') == 1


@pytest.mark.parametrize(
    ("position", "more", "told"),
    [
        ([10.0, 50.0], {}, "lies in another area"),
        ([135.205, 34.5], {"modes": ["car"]}, "for cars only"),
        ([135.205, 34.5], {"modes": None}, "does not say whom it stops"),
        ([135.205, 34.5], {"ends_at": "2026-01-02T00:00:00+09:00"}, "not in force now"),
    ],
)
def test_a_closure_that_closes_nothing_here_is_told(
    city: Path, cli: typer.Typer, tmp_path: Path, position: list[float], more: dict[str, object], told: str
) -> None:
    path = closures_on(tmp_path, position, **more)
    done = CliRunner().invoke(cli, [str(city), "--from", FROM, "--closures", str(path)])
    assert done.exit_code == 0, done.output
    assert f"closure c0: {told}" in done.stderr or told in done.stderr


def test_a_file_without_closures_is_refused(city: Path, cli: typer.Typer, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("hello")
    done = CliRunner().invoke(cli, [str(city), "--from", FROM, "--closures", str(path)])
    assert done.exit_code == 2
    assert "holds no closure" in " ".join(done.stderr.split())
    with pytest.raises(AreaFolderError, match="cannot be read"):
        read_closures(tmp_path / "none.geojson")


def test_a_frame_shows_all_points_whatever_their_shape() -> None:
    for points in ([(34.0, 135.0)], [(34.0, 135.0), (34.0, 135.2)], [(34.0, 135.0), (34.3, 135.001)]):
        frame = Frame.around(points)
        assert all(0 < x < frame.width and 0 < y < frame.height for x, y in (frame.place(*p) for p in points))
        assert 0.8 < frame.height / frame.width < 1.2
    assert not Frame.around([(34.0, 135.0)]).shows([34.1], [135.0])


def test_the_picture_fetches_nothing(city: Path, cli: typer.Typer, tmp_path: Path) -> None:
    out = tmp_path / "way.svg"
    CliRunner().invoke(cli, [str(city), "--from", FROM, "--picture", str(out)])
    assert not re.search(r'(href|src)="', out.read_text("utf-8"))


def test_an_answer_to_stay_is_drawn_with_where_one_stands(
    tmp_path: Path, cli: typer.Typer, city: Path
) -> None:
    sites = city / "sites.jsonl"
    alone = tmp_path / "alone"
    alone.mkdir()
    for file in city.iterdir():
        (alone / file.name).write_bytes(b"" if file == sites else file.read_bytes())
    out = tmp_path / "stay.svg"
    done = CliRunner().invoke(cli, [str(alone), "--from", FROM, "--picture", str(out)])
    assert done.exit_code == 0, done.output
    svg = out.read_text("utf-8")
    assert svg.count('class="start"') == 1
    assert 'class="way"' not in svg
    assert 'class="goal"' not in svg
