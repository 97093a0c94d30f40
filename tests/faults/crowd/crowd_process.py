"""One crowd process for tests: BOOTSTRAP MARK SESSION_S CHECKPOINT_S. Touches MARK when its partitions are loaded."""

import asyncio
import sys
from pathlib import Path

from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.crowd.service import CrowdConfig, serve
from streams.world import World


async def main(bootstrap: str, mark: str, session_s: str, checkpoint_s: str) -> None:
    config = CrowdConfig(bootstrap, World.DRILL, float(session_s), float(checkpoint_s))
    broker = KafkaBroker(bootstrap, World.DRILL, SystemClock(), timeout_s=10)
    await serve(config, broker, ready=Path(mark).touch)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
