"""One bench and one gateway on it for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.unit.gateway.gateways import Bench, Client, gateway


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.close()


@pytest.fixture
async def client(bench: Bench) -> AsyncIterator[Client]:
    async with gateway(bench) as client:
        yield client
