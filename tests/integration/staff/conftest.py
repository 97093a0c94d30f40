"""The made-up city's folder, and a view of that evening in a real Redis."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from streams.view.redis import RedisView
from streams.world import World
from tests.integration.staff.scene import Writer, evening, wipe


@pytest.fixture(scope="session")
def area(made_up_city: Path) -> Path:
    return made_up_city


@pytest.fixture
async def writer(redis_url: str, area: Path) -> AsyncIterator[Writer]:
    """Writes into an empty view that already holds the evening."""
    wipe(redis_url)
    view = RedisView(redis_url, World.DRILL)
    writer = Writer(view)
    await evening(area, writer)
    yield writer
    await view.close()
