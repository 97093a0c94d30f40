"""The made-up city as an area folder, built once; small populations and short scripts on top of it."""

from pathlib import Path

import pytest

from services.drill.city import City
from services.drill.people import People, make_people
from services.drill.scenario import Scenario, make_scenario

START_MS = 1_788_238_800_000
"""2026-09-01 14:00 in Japan."""


@pytest.fixture(scope="session")
def area(made_up_city: Path) -> Path:
    return made_up_city


@pytest.fixture(scope="session")
def city(area: Path) -> City:
    return City.load(area)


@pytest.fixture(scope="session")
def people(city: City) -> People:
    return make_people(city, count=3_000)


@pytest.fixture(scope="session")
def scenario(city: City) -> Scenario:
    return make_scenario(city, start_ms=START_MS)
