"""What a process is told by its environment, read once and never changed."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from streams.clock import Clock, parse_clock
from streams.world import World

PROCESS_ORDER = ("staff", "ingest", "gateway", "navigator", "worker", "crowd", "view", "counts")
PORT_ORDER = (*PROCESS_ORDER, "redis", "kafka", "kafka-controller")
"""Who has which port above the base. The only place that says so; processes and launcher both ask `port_of`."""
PORT_BASE = 8700

REDIS_SCHEMES = ("redis://", "rediss://", "unix://")
LOG_FORMS = ("text", "json")
MOST_WORKERS = 64


class SettingsError(ValueError):
    """A variable that cannot be used; the message names it, its value and what is expected."""


def port_of(name: str, base: int = PORT_BASE) -> int:
    """The port of a process or server."""
    return base + PORT_ORDER.index(name)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All `MIO_...` variables."""

    world: World = World.DRILL
    kafka: str = f"127.0.0.1:{port_of('kafka')}"
    redis: str = f"redis://127.0.0.1:{port_of('redis')}/0"
    state: Path = Path(".mio")
    area: Path = Path(".mio/area")
    clock: str = "system"
    log: str = "text"
    host: str = "127.0.0.1"  # other hosts reach a process only where this is set, as in a container
    port_base: int = PORT_BASE
    partner_key: str = ""
    device_secret: str = ""
    navigator_workers: int = 1  # processes that answer routes behind one port
    sources: str = ""  # the file that declares where documents come from; the area's where empty
    source_keys: dict[
        str, str
    ] = {}  # MIO_SOURCE_...: keys of these sources, by the names that the file gives
    municipalities: str = ""  # whose staff this page is for, by comma; all of the area where empty

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Reads the environment.

        Raises:
            SettingsError: names the variable.
        """
        base = _port(env, "MIO_PORT_BASE", PORT_BASE)
        try:
            world = World(env.get("MIO_WORLD", World.DRILL))
        except ValueError:
            raise SettingsError(f"MIO_WORLD={env['MIO_WORLD']!r}: expected 'drill' or 'real'") from None
        clock = env.get("MIO_CLOCK", "system")
        try:
            parse_clock(clock)
        except ValueError as error:
            raise SettingsError(f"MIO_CLOCK={clock!r}: {error}") from None
        form = env.get("MIO_LOG", "text")
        if form not in LOG_FORMS:
            raise SettingsError(f"MIO_LOG={form!r}: expected one of {', '.join(LOG_FORMS)}")
        state = Path(env.get("MIO_STATE", ".mio"))
        return cls(
            world=world,
            kafka=env.get("MIO_KAFKA") or f"127.0.0.1:{port_of('kafka', base)}",
            redis=_redis(env) or f"redis://127.0.0.1:{port_of('redis', base)}/0",
            state=state,
            area=Path(env.get("MIO_AREA") or state / "area"),
            clock=clock,
            log=form,
            host=env.get("MIO_HOST") or "127.0.0.1",
            port_base=base,
            partner_key=env.get("MIO_PARTNER_KEY", ""),
            device_secret=env.get("MIO_DEVICE_SECRET", ""),
            navigator_workers=_workers(env),
            sources=env.get("MIO_SOURCES", ""),
            source_keys={name: key for name, key in env.items() if name.startswith("MIO_SOURCE_")},
            municipalities=env.get("MIO_MUNICIPALITIES", ""),
        )

    def port(self, process: str) -> int:
        """The loopback port of one of our processes."""
        return port_of(process, self.port_base)

    def make_clock(self) -> Clock:
        """The clock of this process's world."""
        return parse_clock(self.clock)


def _redis(env: Mapping[str, str]) -> str:
    """Its address; empty where none is named. The error shows no more of it than its scheme: it may hold a password."""
    address = env.get("MIO_REDIS", "")
    if address and not address.startswith(REDIS_SCHEMES):
        begin = address.partition(":")[0]
        raise SettingsError(f"MIO_REDIS={begin!r}...: expected one of {', '.join(REDIS_SCHEMES)} in front")
    return address


def _port(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isdigit() or not 1024 <= int(text) <= 65_000:
        raise SettingsError(f"{name}={text!r}: expected a port number between 1024 and 65000")
    return int(text)


def _workers(env: Mapping[str, str]) -> int:
    text = env.get("MIO_NAVIGATOR_WORKERS") or "1"
    if not text.isdigit() or not 1 <= int(text) <= MOST_WORKERS:
        raise SettingsError(
            f"MIO_NAVIGATOR_WORKERS={text!r}: expected a number of processes from 1 to {MOST_WORKERS}"
        )
    return int(text)
