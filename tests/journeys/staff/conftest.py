"""The same evening as the integration tests, served for the browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.staff.conftest import area, writer
from tests.integration.staff.scene import Writer, serving

__all__ = ["area", "writer"]


@pytest.fixture
async def site(area: Path, redis_url: str, writer: Writer) -> AsyncIterator[str]:
    """The address of a staff page over that evening."""
    async with serving(area, redis_url) as url:
        yield url
