"""Row 1 in the stream: no other municipality, no small number, nothing undecided."""

import h3.api.basic_int as h3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cells import Gazetteer
from streams.counts.gate import CountsGate, municipalities_by_cell
from streams.sharing.decide import CountsRequest, Decider, Decision, Recipient

OURS, THEIRS = h3.latlng_to_cell(34.5, 135.27, 9), h3.latlng_to_cell(34.9, 135.7, 9)
AREAS = Gazetteer(
    {
        "muni/99101": tuple(h3.cell_to_children(OURS, 10)),
        "muni/99102": (h3.cell_to_parent(THEIRS, 7),),
        "tsunami/999": tuple(h3.grid_disk(OURS, 5)),
    },
    {},
)


@pytest.fixture(scope="module")
def gate() -> CountsGate:
    return CountsGate(Decider.load(), municipalities_by_cell(AREAS))


@given(
    st.sampled_from([OURS, *h3.grid_ring(OURS, 2), THEIRS, *h3.grid_ring(THEIRS, 1)]),
    st.one_of(st.none(), st.integers(10, 30)),
)
def test_what_is_let_through_goes_to_the_cells_own_municipality(cell: int, shown: int | None) -> None:
    gate = CountsGate(Decider.load(), municipalities_by_cell(AREAS))
    shared = gate.let_through(cell, shown, 7)
    owner = gate.find_municipality(cell)
    if owner is None:
        assert shared is None
    else:
        assert shared is not None
        assert (shared.recipient, shared.cell, shared.shown) == (f"staff:{owner}", cell, shown)
        assert (shared.policy, shared.row, shared.as_of_ms, shared.fewer_than) == ("2026-1", 1, 7, 10)


def test_every_municipality_that_may_see_counts_is_a_recipient_once(gate: CountsGate) -> None:
    assert gate.recipients() == ["staff:99101", "staff:99102"]


def test_each_cell_belongs_to_the_municipality_that_holds_its_centre(gate: CountsGate) -> None:
    assert gate.find_municipality(OURS) == "99101"
    assert gate.find_municipality(THEIRS) == "99102"


def test_a_cell_of_no_municipality_reaches_nobody(gate: CountsGate) -> None:
    sea = h3.latlng_to_cell(30.0, 140.0, 9)
    assert gate.find_municipality(sea) is None
    assert gate.let_through(sea, 500, 7) is None


def test_a_tsunami_area_is_not_a_municipality(gate: CountsGate) -> None:
    beside = next(iter(h3.grid_ring(OURS, 4)))
    assert gate.let_through(beside, 500, 7) is None


def test_the_key_sum_never_leaves(gate: CountsGate) -> None:
    shared = gate.let_through(OURS, 50, 7)
    assert shared is not None
    assert "key_sum" not in shared.__struct_fields__


def test_where_the_policy_refuses_nothing_is_let_through() -> None:
    class Refusing(Decider):
        def __init__(self) -> None:
            self.asked: list[tuple[Recipient, CountsRequest]] = []

        def decide_counts(self, recipient: Recipient, request: CountsRequest) -> Decision:
            self.asked.append((recipient, request))
            return Decision(permitted=False, policy="x", row=None, reason="no-rule-permits")

    decider = Refusing()
    gate = CountsGate(decider, municipalities_by_cell(AREAS))
    assert [gate.let_through(OURS, 50, 7) for _ in range(3)] == [None, None, None]
    assert len(decider.asked) == 1
    recipient, request = decider.asked[0]
    assert (recipient.municipality, request.municipality, request.protected) == ("99101", "99101", True)
