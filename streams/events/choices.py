"""What a municipality chose: the policy version that decides for it, and the parameters that are its own to set."""

from enum import StrEnum

from streams.events.base import Event


class Regime(StrEnum):
    """How consent to the list of those who need assistance works in this municipality (its ordinance says so)."""

    OPT_IN = "opt-in"
    OPT_OUT = "opt-out"
    REFUSAL_HONOURED = "refusal-honoured"


class PolicyChosen(Event, frozen=True, kw_only=True, tag="policy-chosen"):
    """Topic `policy-choices`, key = municipality; the newest stands. Numbers can only be stricter than the version's."""

    municipality: str
    at_ms: int
    by: str
    policy: str
    regime: Regime = Regime.OPT_IN
    fewer_than: int | None = None
    hours: dict[int, int] = {}  # noqa: RUF012 - msgspec copies an empty default; row -> hours of an opening
