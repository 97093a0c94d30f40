"""A publisher that listens, and a desk that takes what it says."""

from collections.abc import AsyncIterator

import pytest

from tests.unit.ingest.desk import Desk, open_desk
from tests.unit.ingest.publisher import Publisher, publishing


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with publishing() as publisher:
        yield publisher


@pytest.fixture
async def office() -> AsyncIterator[Desk]:
    async with open_desk() as desk:
        yield desk
