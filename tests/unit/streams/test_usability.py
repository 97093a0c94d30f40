"""Whether a place can be used now: unknown is never yes, and each verdict has its reasons."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.events.base import SITE_HAZARDS, Hazard
from streams.events.repairs import Repaired
from streams.events.shelters import Layer, Opening, ShelterState
from streams.usability import STALE_REPORT_MS, VERDICTS, Reason, Verdict, judge_use

NOW = 10_000_000
FLOOD, TSUNAMI, QUAKE = Hazard.FLOOD, Hazard.TSUNAMI, Hazard.EARTHQUAKE


def place(**fields: Any) -> ShelterState:  # noqa: ANN401
    usable = {
        "lat": 34.5, "lon": 135.2, "suits": (FLOOD,), "unsuited": (TSUNAMI,), "opening": Opening.OPEN,
        "reported_as_of_ms": NOW - 60_000,
    }  # fmt: skip
    return ShelterState(id="s", **{**usable, **fields})


def verdict(
    hazard: Hazard = FLOOD,
    *,
    in_force: frozenset[Hazard] = frozenset(),
    **fields: Any,  # noqa: ANN401
) -> tuple[Verdict, Reason]:
    use = judge_use(place(**fields), hazard, in_force=in_force, now_ms=NOW)
    return use.verdict, use.reasons[0]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, (Verdict.YES, Reason.DESIGNATED)),
        ({"suits": ()}, (Verdict.UNKNOWN, Reason.FLAG_UNKNOWN)),
        ({"suits": (), "unsuited": (FLOOD,)}, (Verdict.NO, Reason.NOT_SUITED)),
        ({"layer": Layer.SHELTER}, (Verdict.UNKNOWN, Reason.NOT_A_SITE)),
        ({"opening": Opening.UNKNOWN}, (Verdict.UNKNOWN, Reason.OPENING_UNKNOWN)),
        ({"opening": Opening.NOT_OPEN}, (Verdict.NO, Reason.NOT_OPEN)),
        ({"opening": Opening.CLOSED}, (Verdict.NO, Reason.CLOSED)),
        ({"opening": Opening.FULL}, (Verdict.NO, Reason.FULL)),
        ({"headcount": 50, "capacity": 50}, (Verdict.NO, Reason.FULL)),
        ({"headcount": 49, "capacity": 50}, (Verdict.YES, Reason.DESIGNATED)),
        ({"headcount": 50, "capacity": None}, (Verdict.YES, Reason.DESIGNATED)),
        ({"reported_as_of_ms": NOW - STALE_REPORT_MS}, (Verdict.YES, Reason.DESIGNATED)),
        ({"reported_as_of_ms": NOW - STALE_REPORT_MS - 1}, (Verdict.UNKNOWN, Reason.REPORT_OLD)),
        ({"reported_as_of_ms": None}, (Verdict.UNKNOWN, Reason.REPORT_OLD)),
        ({"lat": None, "lon": None}, (Verdict.UNKNOWN, Reason.NO_POSITION)),
        ({"in_force": frozenset({FLOOD})}, (Verdict.YES, Reason.DESIGNATED)),
        ({"in_force": frozenset({TSUNAMI})}, (Verdict.NO, Reason.OTHER_DANGER)),
        ({"in_force": frozenset({QUAKE})}, (Verdict.UNKNOWN, Reason.OTHER_DANGER_UNKNOWN)),
        ({"in_force": frozenset({Hazard.WIND})}, (Verdict.YES, Reason.DESIGNATED)),
        ({"hazard": Hazard.WIND}, (Verdict.UNKNOWN, Reason.NO_FLAG_FOR_THIS)),
        ({"hazard": TSUNAMI}, (Verdict.NO, Reason.NOT_SUITED)),
    ],
)  # fmt: skip
def test_the_gravest_reason_decides(fields: dict[str, Any], expected: tuple[Verdict, Reason]) -> None:
    assert verdict(**fields) == expected


def test_a_full_place_stays_full_however_old_the_word_is() -> None:
    assert verdict(opening=Opening.FULL, reported_as_of_ms=None) == (Verdict.NO, Reason.FULL)


def test_a_position_that_staff_gave_is_said() -> None:
    use = judge_use(place(repaired=Repaired(at_ms=1, by="x")), FLOOD, in_force=(), now_ms=NOW)
    assert (use.verdict, Reason.POSITION_REPAIRED in use.reasons) == (Verdict.YES, True)


def test_every_reason_has_a_verdict() -> None:
    assert set(VERDICTS) == set(Reason)


@given(
    st.builds(
        place,
        layer=st.sampled_from(Layer),
        suits=st.sets(st.sampled_from(SITE_HAZARDS)).map(tuple),
        unsuited=st.sets(st.sampled_from(SITE_HAZARDS)).map(tuple),
        opening=st.sampled_from(Opening),
        headcount=st.none() | st.integers(0, 3),
        capacity=st.none() | st.integers(0, 3),
        reported_as_of_ms=st.none() | st.integers(0, NOW),
        lat=st.none() | st.just(34.0),
    ),
    st.sampled_from(Hazard),
    st.frozensets(st.sampled_from(Hazard)),
)
def test_unknown_is_never_yes(known: ShelterState, hazard: Hazard, in_force: frozenset[Hazard]) -> None:
    use = judge_use(known, hazard, in_force=in_force, now_ms=NOW)
    said = {VERDICTS[reason] for reason in use.reasons}
    assert (use.verdict is Verdict.NO) == (Verdict.NO in said)
    if use.verdict is Verdict.YES:
        assert said == {Verdict.YES}
        assert hazard in known.suits
        assert known.opening is Opening.OPEN
        assert known.lat is not None
