"""What one launcher will run: the processes, their ports and the environment they are given. Starts nothing."""

import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.kit.settings import PORT_BASE, PROCESS_ORDER, port_of
from streams.world import World

STOP_ORDER = (
    ("ingest", "gateway"),
    ("navigator", "staff"),
    ("worker", "crowd", "counts", "view"),
    ("redis",),
    ("kafka",),
)
"""First whoever takes things in, last whoever keeps them. Within a group all are stopped at once."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One machine, one world, one state folder. `kafka` and `redis` are addresses of servers that run already."""

    state: Path
    world: World = World.DRILL
    area: Path | None = None
    port_base: int = PORT_BASE
    clock: str = "system"
    log: str = "text"
    kafka: str | None = None
    redis: str | None = None
    kafka_heap_mib: int = 256
    processes: tuple[str, ...] = PROCESS_ORDER
    command: tuple[str, ...] = (sys.executable, "-m", "services.cli", "run")
    extra: Mapping[str, str] = field(default_factory=dict)
    """More environment for every process of ours."""

    def port(self, name: str) -> int:
        """The loopback port of a process or server."""
        return port_of(name, self.port_base)

    def url(self, name: str) -> str:
        """Where a process answers HTTP."""
        return f"http://127.0.0.1:{self.port(name)}"

    def environment(self, *, kafka: str, redis: str) -> dict[str, str]:
        """What every process of ours is told."""
        told = {
            "MIO_WORLD": str(self.world),
            "MIO_KAFKA": kafka,
            "MIO_REDIS": redis,
            "MIO_STATE": str(self.state.absolute()),
            "MIO_CLOCK": self.clock,
            "MIO_LOG": self.log,
            "MIO_PORT_BASE": str(self.port_base),
            **read_secrets(self.state),
            **self.extra,
        }
        if self.area:
            told["MIO_AREA"] = str(self.area.absolute())
        return told


SECRETS = ("MIO_PARTNER_KEY", "MIO_DEVICE_SECRET")


def read_secrets(state: Path) -> dict[str, str]:
    """The secrets of this state folder, made the first time, readable by their owner only; the environment's win."""
    file = state / "secrets.json"
    kept: dict[str, str] = json.loads(file.read_text(encoding="ascii")) if file.exists() else {}
    missing = [name for name in SECRETS if name not in kept]
    if missing:
        kept |= {name: secrets.token_urlsafe(32) for name in missing}
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
            json.dump(kept, output)
    return kept | {name: os.environ[name] for name in SECRETS if os.environ.get(name)}
