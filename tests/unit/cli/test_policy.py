"""`mio policy backtest`: what it reads, what it writes, and what it says of input that it cannot use."""

from pathlib import Path

import h3.api.basic_int as h3
import msgspec
import pytest
from typer.testing import CliRunner

from services.cli.main import app
from services.cli.policy_backtest import Report
from services.cli.policy_people import PeopleError, make_people, read_people
from streams.cells import Gazetteer, cells_of_circle
from streams.sharing.codes import Sheet, digest_of
from streams.sharing.outcomes import Outcome
from tests.unit.streams.sharing.acts import approved, proposed

HEADER = "subject,municipality,lat,lon,choice,level,protection_order,trapped_at\n"
TELEGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control><Title>気象警報・注意報（Ｈ２７）</Title>
<DateTime>2026-09-01T00:00:00Z</DateTime><Status>{status}</Status><EditorialOffice>架空地方気象台</EditorialOffice>
<PublishingOffice>架空地方気象台</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>警報</Title>
<ReportDateTime>2026-09-01T09:00:00+09:00</ReportDateTime><TargetDateTime>2026-09-01T09:00:00+09:00</TargetDateTime>
<EventID/><InfoType>発表</InfoType><Serial/><InfoKind>警報</InfoKind><InfoKindVersion>1.0</InfoKindVersion>
<Headline><Text>架空の警報</Text></Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/meteorology1/"><Warning type="気象警報・注意報（市町村等）"><Item>
<Kind><Name>大雨特別警報</Name><Code>33</Code><Status>発表</Status></Kind>
<Area><Name>澪北市</Name><Code>9910100</Code></Area></Item></Warning></Body></Report>
"""


@pytest.fixture
def record(tmp_path: Path) -> Path:
    folder = tmp_path / "record"
    folder.mkdir()
    (folder / "real.xml").write_text(TELEGRAM.format(status="通常"), encoding="utf-8")
    (folder / "drill.xml").write_text(TELEGRAM.format(status="訓練"), encoding="utf-8")
    return folder


def mio(*words: object) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["policy", "backtest", *map(str, words)])
    return answer.exit_code, answer.output


def read(path: Path) -> Report:
    return msgspec.json.decode(path.read_bytes(), type=Report)


def test_a_record_and_people_become_json_a_page_and_a_summary(record: Path, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text(
        HEADER
        + "s1,99101,34.55,135.25,granted,3,0,2026-09-01T10:00+09:00\ns2,99101,34.55,135.25,refused,3,0,\n",
        encoding="utf-8",
    )
    out, page = tmp_path / "out.json", tmp_path / "out.html"
    code, said = mio(
        "--telegrams", record, "--people", people, "--against", "2026-1", "--json", out, "--html", page
    )
    assert code == 0, said
    report = read(out)
    assert [(one.row, one.persons, one.of) for one in report.outcome.exposures] == [(2, 1, 2)]
    assert report.outcome.trapped[0].located_ms == report.outcome.trapped[0].trapped_ms
    assert report.against
    assert report.against.gates == ()
    assert report.changes
    assert "<svg" in page.read_text(encoding="utf-8")
    assert "row 2: armed in 0 municipalities, open in 1; 1 persons in 1 cells visible" in said
    assert "1 telegrams are not of the world real" in said
    assert "generated" not in said
    assert "keep this report as you keep the file of people" in page.read_text(encoding="utf-8")


def test_declarations_are_read_line_by_line_and_open_their_gate(record: Path, tmp_path: Path) -> None:
    acts, out = tmp_path / "acts.jsonl", tmp_path / "out.json"
    events = proposed(10), approved(proposed(10))
    acts.write_bytes(b"\n".join(msgspec.json.encode(event) for event in events))
    assert mio("--telegrams", record, "--declarations", acts, "--json", out)[0] == 0
    assert _open_rows(read(out).outcome) == {2, 3}
    acts.write_text('{"type": "proposed"}', encoding="utf-8")
    code, said = mio("--telegrams", record, "--declarations", acts)
    assert code == 2
    assert said.startswith("mio policy: ")


def test_a_declaration_may_be_assumed_and_is_refused_as_a_real_one_would_be(
    record: Path, tmp_path: Path
) -> None:
    acts, out = tmp_path / "acts.jsonl", tmp_path / "out.json"
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "sharing-in-an-emergency.md").read_text(
        encoding="utf-8"
    )
    acts.write_text(page.partition("```json")[2].partition("```")[0], encoding="utf-8")
    assert mio("--telegrams", record, "--declarations", acts, "--json", out)[0] == 0
    (gate,) = (gate for gate in read(out).outcome.gates if (gate.municipality, gate.row) == ("99102", 3))
    assert [span.stand for span in gate.spans] == ["open", "closed"]
    assert gate.spans[0].until_ms == gate.spans[0].from_ms + 3 * 3_600_000
    acts.write_text(acts.read_text(encoding="utf-8").replace('"rescue"', '" "'), encoding="utf-8")
    code, said = mio("--telegrams", record, "--declarations", acts)
    assert code == 2
    assert "line 2: purpose-missing" in said


def _open_rows(outcome: Outcome) -> set[int]:
    return {gate.row for gate in outcome.gates if any(span.stand == "open" for span in gate.spans)}


def test_generated_people_say_so_and_a_drill_reads_only_what_is_practice(
    record: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.json"
    code, said = mio("--telegrams", record, "--world", "drill", "--json", out)
    assert code == 0
    assert "no real person" in said
    assert "--area" in said
    report = read(out)
    assert report.outcome.world == "drill"
    assert report.outcome.residents == 100
    assert mio("--telegrams", record, "--world", "drill", "--json", tmp_path / "again.json")[0] == 0
    assert (tmp_path / "again.json").read_bytes() == out.read_bytes()


@pytest.mark.parametrize(
    "words",
    [
        ("--telegrams", "nowhere"),
        ("--telegrams", ".", "--policy", "1999-1"),
        ("--telegrams", ".", "--people", "nowhere.csv"),
        ("--telegrams", ".", "--area", "nowhere"),
    ],
)
def test_what_is_not_there_is_named(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = mio(*words)
    assert code == 2
    assert words[-1] in said


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("subject,lat\n", "municipality, lon are missing"),
        (HEADER + "s1,99101,91,135,,,,\n", "line 2: 91.0, 135.0 is no place"),
        (HEADER + "s1,99101,north,135,,,,\n", "line 2: could not convert"),
        (HEADER + "s1,99101,34,135,granted,high,,\n", "line 2: invalid literal"),
        (HEADER + "s1,99101,34,135,granted,3,maybe,\n", "line 2: 'maybe' is neither"),
        (HEADER + "s1,99101,34,135,granted,3,0,2026-09-01T10:00\n", "needs its offset"),
    ],
)
def test_people_that_cannot_be_read_are_refused_with_line_and_value(
    text: str, fault: str, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PeopleError, match=fault):
        read_people(path)


def test_generated_people_live_in_their_municipality_where_the_area_is_known() -> None:
    cells = cells_of_circle(34.5, 135.2, radius_m=2_000)
    gazetteer = Gazetteer({"muni/99101": cells}, {})
    people = make_people("99101", 1, gazetteer)
    assert people == make_people("99101", 1, gazetteer)
    places = [h3.cell_to_latlng(one.cell) for one in people]
    assert all(h3.great_circle_distance(place, (34.5, 135.2), unit="m") < 2_600 for place in places)
    assert {one.choice for one in people} == {"none", "granted", "refused"}
    assert any(one.trapped_ms for one in people)
    assert not any(one.trapped_ms for one in make_people("99101", 0, gazetteer))


def test_codes_are_printed_once_and_only_their_digests_are_kept(tmp_path: Path) -> None:
    sheet = tmp_path / "ben.json"
    words = ["policy", "codes", "ben", "--sheet", str(sheet), "--count", "3"]
    answer = CliRunner().invoke(app, words)
    printed = [line.split()[1] for line in answer.output.splitlines()[1:]]
    kept = msgspec.json.decode(sheet.read_bytes(), type=Sheet)
    assert (answer.exit_code, len(printed)) == (0, 3)
    assert kept == Sheet("ben", tuple(digest_of("ben", code) for code in printed))
    assert CliRunner().invoke(app, words).exit_code == 2, "a sheet is never overwritten"
