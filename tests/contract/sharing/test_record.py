"""The newest policy over JMA's own sample telegrams, as recorded history."""

from pathlib import Path

import pytest

from services.cli.policy_backtest import read_record
from services.cli.policy_page import when
from streams.events.base import Action
from streams.events.gates import Stand
from streams.sharing.backtest import Record, run
from streams.sharing.levels import belongs
from streams.sharing.outcomes import Outcome
from streams.sharing.versions import newest, read_version
from streams.world import World


@pytest.fixture(scope="module")
def record(data_dir: Path) -> Record:
    found, notes = read_record(data_dir / "alerts" / "jma" / "telegrams.zip", None, World.REAL)
    assert "241 documents were set aside" in notes[0]
    assert "0 could not be read whole" in notes[0]
    return found


@pytest.fixture(scope="module")
def outcome(record: Record) -> Outcome:
    return run(record, read_version(newest()), lambda _code, _alarm_ms: ())


def test_telegrams_open_consented_sharing_in_hundreds_of_municipalities_and_unconsented_in_none(
    outcome: Outcome,
) -> None:
    opened = {g.row for g in outcome.gates if g.first_ms(Stand.OPEN) is not None}
    armed = {g.row for g in outcome.gates if g.first_ms(Stand.ARMED) is not None}
    assert (opened, armed) == ({2}, {3, 6})
    assert len(outcome.gates) > 1_000


def test_no_span_begins_before_its_telegram_or_with_one_that_was_not_meant(
    record: Record, outcome: Outcome
) -> None:
    said = {one.id: one for one in record.said}
    for gate in outcome.gates:
        for span in gate.spans:
            if span.by:
                document = said[span.by]
                assert belongs(document.status, World.REAL)
                assert document.action is not Action.CANCEL
                assert gate.municipality in document.grades
                assert document.issued_at_ms <= span.from_ms


def test_nara_in_september_2011_opens_at_the_minute_of_its_telegram(record: Record, outcome: Outcome) -> None:
    """Totsukawa (29449): the floods of typhoon 12, from which the sample telegrams of Nara are."""
    first = next(g.first_ms(Stand.OPEN) for g in outcome.gates if (g.municipality, g.row) == ("29449", 2))
    assert first is not None
    assert when(first) == "2011-09-03 12:00"
    assert first in {one.issued_at_ms for one in record.said if "29449" in one.grades}
