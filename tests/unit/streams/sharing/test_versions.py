"""Versions: immutable, valid, complete; compared and printed as they run."""

from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from services.cli import policy as command
from services.cli.main import app
from streams.sharing import versions
from streams.sharing.compare import list_differences
from streams.sharing.rules import ROWS, list_faults, permits_by_row, read_rules
from streams.sharing.table import PAGE, as_html, as_markdown, with_table
from streams.sharing.versions import list_versions, newest, read_version, released_digests
from tests.unit.streams.sharing.table import permitted, with_circumstances

NEW = read_version(newest())
RULES = read_rules(NEW.policies)


def mio(*words: str, text: str = "") -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["policy", *words], input=text)
    return answer.exit_code, answer.output


@pytest.mark.parametrize("name", list_versions())
def test_every_version_is_valid_and_unchanged_since_its_release(name: str) -> None:
    assert list_faults(read_rules(read_version(name).policies)) == []
    assert released_digests()[name] == read_version(name).digest


def test_the_newest_version_has_a_permit_for_each_of_the_thirteen_rows() -> None:
    assert set(permits_by_row(RULES)) == set(ROWS)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('@basis("consent")\n', "", "@basis is missing"),
        ('@basis_ja("取消")\n', "", "@basis_ja is missing"),
        ('@scope_ja("一人")\n', "", "@scope_ja is missing"),
        ('@needs_ja("事業者または研究者; 保護済み")', '@needs_ja("保護済み")', "@needs_ja must name"),
        ('@reason("cancelled")', '@reason("other")', "no forbid with the reason cancelled"),
        ('@row("13")', '@row("12")', "row 13: no permit"),
        ('@row("13")', '@row("14")', "row 14: not a row"),
        ('@needs("vendor or researcher; protected")', '@needs("protected")', "must name each of 2"),
        ('@hours("6")\n@at_most_h', "@at_most_h", "@hours must be a whole number"),
        ('@approved_by("mayor")\n', "", "nobody could open the gate"),
        ('@gate("telegram")', '@gate("weather")', "neither telegram nor people"),
        ('@declares("polygon")', '@declares("everything")', "@declares must be one of"),
    ],
)
def test_an_incomplete_rule_is_a_fault_with_its_row(old: str, new: str, fault: str) -> None:
    assert old in NEW.policies
    faults = list_faults(read_rules(NEW.policies.replace(old, new)))
    assert any(fault in one for one in faults), faults


def test_the_committed_table_is_the_rules_own() -> None:
    page = (Path(__file__).parents[4] / PAGE).read_text(encoding="utf-8")
    assert page == with_table(page, NEW), "run: python -m streams.sharing.table"


def test_the_table_has_a_line_a_row_with_its_basis_and_a_line_for_each_forbid() -> None:
    text = as_markdown(NEW)
    for row, rule in permits_by_row(RULES).items():
        line = next(line for line in text.splitlines() if line.startswith(f"| {row} |"))
        assert rule.annotations["basis"] in line
    assert text.count("\n- `") == sum(not rule.permits for rule in RULES)


def test_the_page_shows_the_conditions_that_the_engine_evaluates_and_nothing_from_outside() -> None:
    page = as_html(NEW)
    assert "context.gate.level &gt;= context.consent.level" in page
    assert "災害対策基本法49条の11第3項" in page
    assert "approved by another: mayor" in page
    assert "別の人（市町村長）が承認" in page
    assert "http" not in page


def test_a_page_without_a_place_for_the_table_is_refused() -> None:
    with pytest.raises(ValueError, match="generated"):
        with_table("# Gates", NEW)


def test_a_difference_names_the_row_what_and_both_texts() -> None:
    changed = (
        NEW.policies.replace('@hours("6")\n@at_most_h', '@hours("4")\n@at_most_h')
        .replace(
            'when { context.gate.two_persons }\nwhen { context.in_scope };\n\n@row("4")',
            'when { context.gate.two_persons };\n\n@row("4")',
        )
        .replace(
            '@needs("staff; gate open; two persons; declared polygon")',
            '@needs("staff; gate open; two persons")',
        )
    )
    other = versions.Version(
        "x", changed, NEW.schema, msgspec.structs.replace(NEW.parameters, fewer_than=12), ""
    )
    found = {(one.where, one.what): (one.before, one.after) for one in list_differences(NEW, other)}
    assert set(found) == {
        ("row 3", "@hours"), ("row 3", "@needs"), ("row 3", "conditions"), ("parameters", "fewer_than")
    }  # fmt: skip
    assert found["row 3", "@hours"] == ("6", "4")
    assert "in_scope" in found["row 3", "conditions"][0]
    assert list_differences(NEW, NEW) == []


def test_the_older_version_lacks_twelve_rows() -> None:
    added = [one.where for one in list_differences(read_version("2026-1"), NEW) if one.what == "rule added"]
    assert {f"row {row}" for row in range(2, 14)} <= set(added)


def test_checking_names_a_text_that_was_changed_after_its_release(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mio("check") == (0, "2026-1 (in service): valid\n2026-2: valid\n")
    monkeypatch.setattr(command, "released_digests", lambda: {"2026-1": "0", "2025-1": "0"})
    code, said = mio("check")
    assert code == 1
    assert "2026-1 (in service): its text was changed" in said
    assert "2026-2: not in released.json" in said
    assert "2025-1: released, and not there any more" in said


def test_explaining_on_the_command_line_says_what_is_missing_and_ends_with_one() -> None:
    code, said = mio("explain", "-", text=msgspec.json.encode(permitted(3)).decode())
    assert (code, said.splitlines()[0]) == (0, "permitted  (policy 2026-2, row 3)")
    refused = with_circumstances(permitted(3), in_scope=False, purpose="")
    code, said = mio("explain", "-", text=msgspec.json.encode(refused).decode())
    assert code == 1
    assert "refused: purpose-missing" in said
    assert "basis: APPI 27(1)(ii)" in said
    assert "LACKS  declared polygon: context.in_scope" in said
    assert "FORBID purpose-missing" in said


def test_the_request_in_the_documentation_is_one_and_is_permitted() -> None:
    page = (Path(__file__).parents[4] / PAGE).read_text(encoding="utf-8")
    code, said = mio("explain", "-", text=page.partition("```json")[2].partition("```")[0])
    assert (code, said.splitlines()[0]) == (0, "permitted  (policy 2026-2, row 3)")


@pytest.mark.parametrize("text", ["{", "{}", '{"row": 3, "extra": 1}'])
def test_a_request_that_is_none_is_refused_with_its_fault(text: str) -> None:
    code, said = mio("explain", "-", text=text)
    assert code == 2
    assert said.startswith("mio policy: ")


def test_comparing_and_printing_on_the_command_line() -> None:
    code, said = mio("diff", "2026-1", "2026-2")
    assert code == 0
    assert "row 3: rule added" in said
    assert mio("diff", "2026-1", "1999-1")[0] == 2
    assert mio("table") == (0, as_markdown(NEW))
