"""Each rule by which a position does not count, under the name by which it is told and documented."""

from pathlib import Path

import pytest

from services.cli.crowd_metrics import show
from services.kit.metrics import render
from streams.codec import PositionColumns
from streams.crowd.lattice import Lattice
from streams.crowd.partition import COUNTED, PartitionFold
from streams.crowd.report import Report
from tests.unit.crowd.made import FORGET, PLACES, columns_of, one

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "positions.md"
HERE, FIVE_KM = PLACES[0], PLACES[3]
BY_RULE: dict[str, tuple[list[PositionColumns], int]] = {
    "repeated": ([one(1, minute=2), one(1, minute=2), one(1, minute=1)], 2),
    "late": ([one(1, minute=30), one(2, minute=14.9)], 1),
    "ahead": ([columns_of(0, [(1, 60_000, HERE), (2, 60_001, HERE)])], 1),
    "no-place": ([one(1, place=(90.5, 0)), one(2, place=(0, 180.5)), one(3, place=(float("nan"), 0))], 3),
    "jumped": ([one(1), one(1, minute=0.25, place=FIVE_KM)], 1),
    "forgotten": ([one(1), one(1, minute=1, place=FORGET)], 1),
    "expired": ([one(1), one(2, minute=15.2)], 1),
}


def tally_of(batches: list[PositionColumns]) -> dict[str, int]:
    fold = PartitionFold(0, Lattice())
    fold.fold(batches, offset=0)
    return fold.tally()


@pytest.mark.parametrize("rule", BY_RULE)
def test_what_does_not_count_is_told_under_its_rule_and_under_no_other(rule: str) -> None:
    batches, expected = BY_RULE[rule]
    positions = sum(len(batch) for batch in batches)
    tally = tally_of(batches)
    assert tally[rule] == expected
    # who expired was accepted once; everything else is told under one name
    told = {name: count for name, count in tally.items() if count and name != "expired"}
    assert sum(told.values()) == positions
    assert set(told) <= {rule, "accepted"}


def test_five_kilometres_in_a_minute_are_a_train_and_no_jump() -> None:
    assert tally_of([one(1), one(1, minute=1, place=FIVE_KM)])["jumped"] == 0


def test_every_outcome_has_a_test_a_line_in_the_reference_and_a_metric() -> None:
    assert set(BY_RULE) | {"accepted"} == set(COUNTED)
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"| `{outcome}` |" in page for outcome in COUNTED)
    show(Report(dict.fromkeys(COUNTED, 1), 0, 0, partitions=1, devices=1, device_bytes=30, cells=1))
    assert all(
        f'mio_crowd_positions_total{{outcome="{outcome}"}}'.encode() in render() for outcome in COUNTED
    )
