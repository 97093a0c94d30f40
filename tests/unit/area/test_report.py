import csv
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import routing
from services.area.errors import AreaFolderError
from services.area.report.analysis import (
    CLASSES,
    CUT,
    UNUSABLE,
    Basis,
    Catchment,
    Situation,
    analyse,
    prepare,
)
from services.area.report.districts import District, locate, read_districts
from services.area.report.figures import percent, when, whole
from services.area.report.report import Report, make_report
from services.area.report.spots import EVERY_M, Residents, cut_streets, read_people
from services.area.report.style import STYLE
from services.area.report.tables import write_tables
from services.area.report.words import TEXT, html, pair
from services.area.show import read_sites
from services.cli.area import app
from services.drill.people import COUNT
from services.navigator.answers import Moment
from services.navigator.ground import HazardMapZone, load_ground
from services.navigator.state import World
from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.shelters import Layer, ShelterState
from streams.folds.shelters import Place, shelter_state
from tests.unit.navigator.situations import at, site, street, stretch, zone

NOW_MS = 1_756_700_000_000


@pytest.fixture(scope="module")
def city(made_up_city: Path) -> Path:
    return made_up_city


@pytest.fixture(scope="module")
def made(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    out = tmp_path_factory.mktemp("report") / "out"
    return make_report(city, out, now_ms=NOW_MS, progress=lambda _done, _total, _text: None)


@pytest.fixture(scope="module")
def page(made: Report) -> str:
    return made.page.read_text("utf-8")


def rows(made: Report, name: str) -> list[dict[str, str]]:
    data = (made.page.parent / name).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(data.decode("utf-8-sig").splitlines()))


def share_of(made: Report, hazard: Hazard | None, profile: str = "adult") -> float:
    (found,) = [s for s in made.situations if s.hazard == hazard]
    return found.streets[profile].within(15) or 0.0


def test_a_sample_of_streets_arrives_as_routes_from_there(made: Report, city: Path) -> None:
    """The figures are those that people are told, in the calm and with a hazard in force everywhere."""
    ground = load_ground(city)
    states = [shelter_state(s.id, Place(listed=s)) for s in read_sites(city)]
    moment = Moment.of(ground, World(places={s.id: s for s in states if s}, at_ms=NOW_MS))
    streets, rng = made.basis.streets, np.random.default_rng(3)
    (calm,) = [s for s in made.situations if s.hazard is None]
    for row in rng.integers(0, len(streets.spots), 200).tolist():
        link = int(streets.spots.link[row])
        answer = moment.answer(float(streets.lat[row]), float(streets.lon[row]), profile="adult").route
        if answer.snap.link != link:  # a crossing or a parallel street as near
            continue
        assert isinstance(answer, routing.Route)
        minutes = answer.seconds / 60
        bound = [0, 5, 10, 15, 1e9][int(calm.classes[row])]
        upper = [5, 10, 15, 1e9][int(calm.classes[row])]
        assert bound - 5 <= minutes
        assert minutes <= upper + 0.1


def test_shares_add_up_and_hazards_and_slower_walkers_reach_less(made: Report) -> None:
    for situation in made.situations:
        for shares in situation.streets.values():
            assert shares.amounts.sum() == pytest.approx(made.basis.streets.length_m.sum())
        for shares in situation.people.values():
            assert shares.amounts.sum() == pytest.approx(COUNT)
    assert share_of(made, Hazard.TSUNAMI) < share_of(made, None)
    assert share_of(made, None, "slow") < share_of(made, None)
    assert share_of(made, None, "wheelchair") < share_of(made, None, "stroller") + 1e-9
    (calm,) = [s for s in made.situations if s.hazard is None]
    assert calm.streets["wheelchair"].row(None)[UNUSABLE] > 0
    assert calm.streets["adult"].row(None)[UNUSABLE] == 0


def test_every_resident_is_in_one_catchment_and_room_is_told(made: Report) -> None:
    (calm,) = [s for s in made.situations if s.hazard is None]
    people = sum(row.people or 0 for row in calm.catchments)
    cut_off = calm.people["adult"].row(None)[CUT]
    assert people + cut_off == pytest.approx(COUNT)
    missing = [row.missing for row in calm.catchments]
    assert missing == sorted(missing, key=lambda short: -(short or 0))
    assert len(calm.catchments) == made.info.sites


def test_what_is_lost_at_a_bridge_is_what_the_page_says(made: Report, page: str) -> None:
    found = [one for s in made.situations for one in s.lengthening if one.kind == "bridge"]
    assert found
    assert any(one.name.startswith("澪") and one.name in page for one in found)


@pytest.mark.parametrize(
    ("people", "capacity", "missing"),
    [(120.0, 100, 20.0), (80.0, 100, -20.0), (None, 100, None), (5.0, None, None)],
)
def test_a_deficit_is_unknown_where_either_side_is(
    people: float | None, capacity: int | None, missing: float | None
) -> None:
    assert Catchment(site(1, capacity=capacity), 0.0, people).missing == missing


def small(
    *zones: HazardMapZone, residents: Residents | None = None, places: tuple[ShelterState, ...] = ()
) -> tuple[Basis, tuple[Situation, ...]]:
    west = District("99101", "西", stretch(-1, 4.5))
    basis = prepare(
        street(*zones), places, districts=(west,), residents=residents, now_ms=1_000, progress=lambda *_: None
    )
    return basis, analyse(basis, progress=lambda *_: None)


def test_streets_outside_every_border_have_a_row_of_their_own() -> None:
    basis, situations = small(places=(site(0),))
    amounts = situations[0].streets["adult"].amounts
    assert amounts.shape == (2, CLASSES)
    assert amounts.sum(axis=1) == pytest.approx(
        basis.streets.length_m.sum() * np.array([0.45, 0.55]), rel=0.02
    )


def test_with_a_zone_nobody_is_led_in_and_those_beyond_are_cut_off() -> None:
    _, situations = small(zone(Hazard.TSUNAMI, 3.5, 4.5), places=(site(0, Hazard.TSUNAMI),))
    by_hazard = {s.hazard: s for s in situations}
    assert by_hazard[None].streets["adult"].row(None)[CUT] == 0
    cut_off = by_hazard[Hazard.TSUNAMI].streets["adult"].row(None)
    assert cut_off[CUT] / cut_off.sum() == pytest.approx(0.55, abs=0.02)
    assert by_hazard[Hazard.TSUNAMI].zones == 1


def test_a_hazard_that_no_site_suits_has_no_figures_but_is_named() -> None:
    _, situations = small(places=(site(0, Hazard.TSUNAMI),))
    by_hazard = {s.hazard: s for s in situations}
    assert by_hazard[Hazard.FIRE].suitable == ()
    assert by_hazard[Hazard.FIRE].catchments == ()
    assert {s.hazard for s in situations} == {None, *SITE_HAZARDS}


def test_residents_far_from_any_way_are_told_and_not_counted() -> None:
    lat, lon = at(3)
    residents = Residents(
        np.array([lat, lat + 0.05]),
        np.array([lon, lon]),
        np.array([40.0, 2.0]),
        source="census",
        as_of="2020",
    )
    basis, situations = small(residents=residents, places=(site(0),))
    assert basis.unplaced == 2
    assert situations[0].people["adult"].amounts.sum() == 40
    assert situations[0].catchments[0].people == 40


def test_streets_are_asked_at_least_every_ten_metres() -> None:
    streets = cut_streets(street().network)
    assert streets.length_m.max() <= EVERY_M
    assert streets.length_m.sum() == pytest.approx(street().network.link_length_m.sum(), rel=1e-6)
    assert np.diff(np.sort(streets.lon)).max() * 111_195 * np.cos(np.radians(34)) < 1.1 * EVERY_M


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("lat,lon\n1,2\n", "no column count"),
        ("lat,lon,count\n", "no row"),
        ("lat,lon,count\n34,135,\n", "line 2: lat='34', lon='135', count=''"),
        ("lat,lon,count\n34,135,1\n34,135,-3\n", "line 3: count -3.0"),
        ("lat,lon,count\n3858000,500000,3\n", "is no place"),
        ("lat,lon,count\n34,135,nan\n", "count nan"),
    ],
)
def test_people_that_cannot_be_meant_are_refused_by_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text)
    with pytest.raises(AreaFolderError, match=re.escape(complaint)):
        read_people(path)


def test_people_come_from_a_spreadsheet_too(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("name,lat,lon,count\r\n一丁目,34.5,135.2,12.5\r\n", encoding="utf-8-sig")
    found = read_people(path)
    assert (found.lat[0], found.lon[0], found.count[0], found.source) == (34.5, 135.2, 12.5, "people.csv")


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "–"), (0.0, "0%"), (1.0, "100%"), (0.9999, "99.9%"), (0.0002, "<0.1%"), (0.618, "61.8%")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(share: float | None, text: str) -> None:
    assert percent(share) == text


def test_one_of_something_is_never_rounded_to_none() -> None:
    assert (whole(0.0), whole(0.2), whole(1234.6)) == ("0", "1", "1,235")


def test_an_unknown_date_is_said_and_a_known_one_is_japan_s() -> None:
    assert when(None) == ("日付不明", "date unknown")
    assert when(NOW_MS)[0] == "2025-09-01 13:13 JST"


def test_a_district_s_common_border_counts_once() -> None:
    halves = (District("1", "a", stretch(-1, 4)), District("2", "b", stretch(4, 11)))
    lat, lon = at(4)
    assert locate(halves, np.array([lat, 0.0]), np.array([lon, 0.0])).tolist() == [0, 2]


def test_a_single_shape_for_several_municipalities_has_no_code(city: Path) -> None:
    assert [d.code for d in read_districts(city, municipalities=3)] == ["99101", "99102", "99103"]


def test_every_sentence_is_there_in_both_languages() -> None:
    fields = {key: [set(re.findall(r"{(\w+)}", side)) for side in both] for key, both in TEXT.items()}
    assert {key for key, (one, other) in fields.items() if one != other} == set()
    assert 'lang="ja"' in html(pair("title"))
    assert 'lang="en"' in html(pair("title"))


class Outside(HTMLParser):
    """Collects whatever a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"src", "href", "xlink:href"} and not (value or "").startswith("#"):
                self.found.append(f"{tag} {name}={value}")


def test_the_page_is_whole_in_itself_and_says_that_it_is_a_drill(page: str) -> None:
    parser = Outside()
    parser.feed(page)
    assert parser.found == []
    assert "script" not in parser.tags
    assert "url(http" not in page
    assert "@import" not in page
    assert "訓練用・架空の都市" in page
    assert parser.tags.count("h1") == 1


def test_the_page_names_source_and_age_of_its_figures(page: str, made: Report) -> None:
    assert "2025-09-01" in page
    assert made.info.network_hash[:12] in page
    assert "架空の住民" in page
    assert "架空のハザードマップ (generated)" in page
    assert made.info.attribution[0] in page


def test_what_is_unknown_of_the_surface_is_told_of_wheels(page: str, made: Report) -> None:
    assert made.basis.surface_unknown == pytest.approx(0.5, abs=0.02)
    assert f"{made.basis.surface_unknown:.1%}" in page


def test_the_tables_open_in_spreadsheets_and_carry_mark_source_and_age(made: Report) -> None:
    reach = rows(made, "reach.csv")
    assert len(reach) == 9 * 2 * 5 * 4
    assert all(row["訓練 drill"] and row["作成 made"].endswith("JST") for row in reach)
    whole_m = sum(float(r["計 total"]) for r in reach if r["災害 hazard"] == "none" and r["単位 unit"] == "m")
    assert whole_m == pytest.approx(5 * made.basis.streets.length_m.sum(), rel=1e-3)
    catchments = rows(made, "catchments.csv")
    assert all(row["一覧の日付 list date"] == "2025-09-01" for row in catchments)
    assert {r["種類 kind"] for r in rows(made, "bottlenecks.csv")} >= {"橋 / Bridge"}


def test_a_name_that_a_spreadsheet_would_run_is_harmless(tmp_path: Path, made: Report) -> None:
    hostile = Catchment(ShelterState(id="=1+1", layer=Layer.SITE, name="@SUM(A1)"), 1.0, None)
    situation = replace(made.situations[0], catchments=(hostile,))
    write_tables(tmp_path, made.info, made.basis, [situation], made_ms=NOW_MS)
    text = (tmp_path / "catchments.csv").read_text("utf-8-sig")
    assert "'=1+1" in text
    assert "'@SUM(A1)" in text
    assert "不明 / unknown" in text


def test_the_command_writes_the_report_and_tells_the_gist(city: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    people = tmp_path / "people.csv"
    people.write_text("lat,lon,count\n34.5,135.24,100\n34.51,135.25,50\n")
    done = CliRunner().invoke(app, ["report", str(city), "--out", str(out), "--people", str(people)])
    assert done.exit_code == 0, done.output
    assert "15分以内" in done.output
    assert {p.name for p in out.iterdir()} == {
        "report.html",
        "reach.csv",
        "bottlenecks.csv",
        "catchments.csv",
    }
    assert "people.csv" in (out / "report.html").read_text("utf-8")
    people.write_text("a,b\n")
    failed = CliRunner().invoke(app, ["report", str(city), "--people", str(people)])
    assert failed.exit_code == 2
    assert "no column" in " ".join(failed.output.split())


def test_a_site_far_from_any_way_serves_nobody_and_is_told() -> None:
    lat, lon = at(3)
    far = ShelterState(id="far", layer=Layer.SITE, lat=lat + 0.05, lon=lon, suits=(Hazard.FIRE,))
    _, situations = small(places=(site(0), far))
    by_hazard = {s.hazard: s for s in situations}
    assert [place.id for place in by_hazard[None].suitable] == ["E0"]
    assert (by_hazard[None].remote, len(by_hazard[None].catchments)) == (1, 1)
    assert (by_hazard[Hazard.FIRE].suitable, by_hazard[Hazard.FIRE].remote) == ((), 1)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance of #rrggbb."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("#16202a", "#ffffff"),  # ink on paper, on tint, behind a bar, on a number
        ("#16202a", "#eef2f5"),
        ("#16202a", "#d5e6f4"),
        ("#16202a", "#ffd92f"),
        ("#46525e", "#ffffff"),
        ("#46525e", "#e6eaee"),
        ("#a50f15", "#ffffff"),
        ("#ffffff", "#7a1020"),
        ("#ffffff", "#16202a"),
    ],
)
def test_every_text_colour_can_be_read_on_its_ground(text: str, ground: str) -> None:
    light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
    assert text in STYLE or text == "#ffffff"


def test_no_other_colour_is_written_in_the_style_sheet() -> None:
    known = {
        "16202a",
        "46525e",
        "c3cad1",
        "fff",
        "eef2f5",
        "d5e6f4",
        "e6eaee",
        "2166ac",
        "7a1020",
        "ffd92f",
        "a50f15",
        "111",
    }
    assert set(re.findall(r"#([0-9a-f]{3,6})\b", STYLE)) == known
