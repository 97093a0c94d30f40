"""Events with one interesting field each, and strategies that draw histories of them."""

from hypothesis import strategies as st

from streams.events.alerts import AreaConditions, Condition, Severity, Telegram
from streams.events.base import Action, AreaRef, Hazard, Status
from streams.events.closures import ClosureReport, ClosureSnapshot, Mode
from streams.events.shelters import Layer, Opening, ShelterReport, SiteReport

SERIES = "jma/tsunami"
BAY = AreaRef("tsunami", "999", "澪湾")


def condition(severity: Severity = Severity.WARNING) -> Condition:
    return Condition(hazard=Hazard.TSUNAMI, severity=severity, code="51", name="津波警報")


def telegram(
    at: int,
    *,
    event: str = "",
    action: Action = Action.ISSUE,
    serial: int = 0,
    until: int | None = None,
    status: Status = Status.EXERCISE,
    conditions: tuple[Condition, ...] | None = None,
    series: str = SERIES,
) -> Telegram:
    said = (condition(),) if conditions is None else conditions
    return Telegram(
        id=f"{at}/{event}/{action}/{serial}/{until}", series=series, kind="VTSE41", source="test", status=status,
        action=action, title="津波警報", headline="", issuer="訓練", issued_at_ms=at, event_id=event, serial=serial,
        valid_until_ms=until, areas=(AreaConditions(area=BAY, conditions=said),),
    )  # fmt: skip


def closure(
    at: int, *, action: Action = Action.ISSUE, cause: str = "flood", **fields: object
) -> ClosureReport:
    return ClosureReport(id="c", source="road", as_of_ms=at, action=action, cause=cause, **fields)  # type: ignore[arg-type]


def snapshot(at: int, *named: str) -> ClosureSnapshot:
    return ClosureSnapshot(id="feed", source="feed", as_of_ms=at, closures=tuple(sorted(named)))


def site(at: int | None = None, **fields: object) -> SiteReport:
    return SiteReport(
        **{  # type: ignore[arg-type]
            "id": "s", "source": "list", "layer": Layer.SITE, "name": "丘の公園", "lat": 34.5, "lon": 135.27, "as_of_ms": at,
            **fields,
        }
    )  # fmt: skip


def report(at: int, **fields: object) -> ShelterReport:
    return ShelterReport(**{"id": "s", "source": "staff", "as_of_ms": at, **fields})  # type: ignore[arg-type]


telegrams = st.builds(
    telegram,
    st.integers(0, 5),
    event=st.sampled_from(["", "a", "b"]),
    action=st.sampled_from(Action),
    serial=st.integers(0, 2),
    until=st.sampled_from([None, 2, 4]),
)
closures = st.builds(
    closure,
    st.integers(0, 4),
    action=st.sampled_from([Action.ISSUE, Action.CANCEL]),
    cause=st.sampled_from(["flood", "fire"]),
    modes=st.sampled_from([(), (Mode.CAR,), (Mode.FOOT, Mode.CAR)]),
)
sites = st.builds(
    site,
    st.none() | st.integers(0, 4),
    source=st.sampled_from(["list", "other"]),
    capacity=st.none() | st.integers(0, 3),
    removed=st.booleans(),
)
reports = st.builds(
    report,
    st.integers(0, 4),
    opening=st.sampled_from(Opening),
    headcount=st.none() | st.integers(0, 3),
    capacity=st.none() | st.integers(0, 3),
)
