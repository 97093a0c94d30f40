"""A broker of its own for each fault, so that no other test's positions are counted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.local.kafka import LocalKafka
from services.local.ports import free_port


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[LocalKafka]:
    server = LocalKafka(tmp_path / "kafka", port=free_port(), controller_port=free_port())
    server.start()
    yield server
    server.stop()
