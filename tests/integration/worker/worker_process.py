"""A worker as the tests start it: `worker_process.py BOOTSTRAP WORLD FOLDER MARK SESSION_S`.

FOLDER holds areas.geojson. While FOLDER/refuse exists, publishing to the topics that it names fails.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from streams.broker import BrokerUnavailableError, Message, Publisher
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.topics import Topic
from streams.worker.app import WorkerConfig
from streams.worker.service import serve
from streams.world import World


class Refusing:
    """A publisher whose broker does not acknowledge what the file names."""

    def __init__(self, inner: Publisher, file: Path) -> None:
        self._inner = inner
        self._file = file

    async def publish(self, topic: Topic, messages: Sequence[Message]) -> None:
        if self._file.exists() and topic.name in self._file.read_text(encoding="utf-8").split():
            raise BrokerUnavailableError(f"{topic.name}: refused for a test")
        await self._inner.publish(topic, messages)


class Broker(KafkaBroker):
    """The real broker with such publishers."""

    refuse: Path

    async def publisher(self) -> Refusing:  # type: ignore[override]
        return Refusing(await super().publisher(), self.refuse)


async def main() -> None:
    bootstrap, world, folder, mark, session_s = sys.argv[1:]
    broker = Broker(bootstrap, World(world), SystemClock())
    broker.refuse = Path(folder) / "refuse"
    areas = (Path(folder) / "areas.geojson").read_bytes()
    config = WorkerConfig(bootstrap, World(world), Path(folder) / Path(mark).stem, session_s=float(session_s))
    await serve(config, broker, areas, ready=Path(mark).touch)


if __name__ == "__main__":
    asyncio.run(main())
