"""The made-up city's folder, and a view of that evening in a real Redis."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.area.build import build_synthetic
from streams.view.redis import RedisView
from streams.world import World
from tests.integration.staff.scene import Writer, evening, wipe


@pytest.fixture(scope="session")
def area(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthetic city as an area folder."""
    folder = tmp_path_factory.mktemp("staff") / "area"
    build_synthetic(folder, progress=lambda _: None)
    return folder


@pytest.fixture
async def writer(redis_url: str, area: Path) -> AsyncIterator[Writer]:
    """Writes into an empty view that already holds the evening."""
    wipe(redis_url)
    view = RedisView(redis_url, World.DRILL)
    writer = Writer(view)
    await evening(area, writer)
    yield writer
    await view.close()
