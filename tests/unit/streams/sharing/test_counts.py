"""The numbers of a version by which counts are protected hold together, or the version is refused."""

import pytest
from msgspec.structs import replace

from streams.sharing.counts import CountRules, list_faults
from streams.sharing.versions import list_versions, read_version


@pytest.mark.parametrize("version", list_versions())
def test_every_version_protects_counts(version: str) -> None:
    parameters = read_version(version).parameters
    assert list_faults(parameters.counts, fewer_than=parameters.fewer_than) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"bound": 0}, {"bound": 10, "hold": 21}, {"hold": 8}, {"spread": 0.0}, {"spread": 7.0}, {"clock_s": 0},
        {"incident_days": 0},
    ],
    ids=str,
)  # fmt: skip
def test_numbers_that_do_not_hold_together_are_named(changed: dict[str, float]) -> None:
    (fault,) = list_faults(replace(CountRules(), **changed), fewer_than=10)
    name = next(iter(changed))
    assert fault.startswith(f"counts.{name} {changed[name]}")


def test_the_strictest_numbers_of_sensitive_places_are_allowed() -> None:
    assert list_faults(CountRules(bound=8, spread=8.0, hold=17), fewer_than=10) == []
