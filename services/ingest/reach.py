"""Puts the declared sources to work: who asks which, by which key, and who watches them all."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

import httpx

from services.ingest.asking import keep_asking
from services.ingest.declared import (
    LEAST_SIGNED_CHARS,
    AnySource,
    FeedSource,
    FolderSource,
    PullSource,
    PushSource,
)
from services.ingest.doors import Door, Doors, read_key
from services.ingest.folder import FolderPoller
from services.ingest.http_pull import Puller
from services.ingest.intake import Intake
from services.ingest.pollers import FeedPoller, Poller, PullPoller
from services.ingest.schedule import Schedule
from services.ingest.seen import SeenEntries
from services.ingest.source_file import find_source_file, get_keys, read_source_file
from services.ingest.watch import Watch
from services.kit.settings import Settings, SettingsError
from streams.broker import Broker
from streams.clock import Clock, SystemClock
from streams.folds.sources import Outcome
from streams.topics import SEEN_ENTRIES


@dataclass(frozen=True)
class Reach:
    """The watch over all sources, the doors of those that send, and what runs as long as the process lives."""

    watch: Watch
    doors: Doors
    background: tuple[Callable[[], Awaitable[object]], ...]


@dataclass(frozen=True)
class Means:
    """What asking needs. wall: publishers live by it, whatever the clock of a drill says."""

    client: httpx.AsyncClient
    intake: Intake
    seen: SeenEntries
    wall: Clock


async def open_reach(settings: Settings, broker: Broker, intake: Intake) -> Reach:
    """Reads the source file and what the stream knows of its sources.

    Raises:
        SettingsError: a mistake in the file. A key that is missing is none: its source is in trouble, the others are not.
    """
    file = find_source_file(settings.sources, settings.area)
    sources = [d.source for d in read_source_file(file)] if file else []
    wall = SystemClock()
    watch = Watch(sources, intake.publisher, intake.clock)
    seen = SeenEntries(intake.publisher, wall)
    await watch.open(broker)
    follower = await broker.follow(SEEN_ENTRIES, seen.apply)
    await follower.wait_caught_up()
    client = httpx.AsyncClient(follow_redirects=False)
    means = Means(client, intake, seen, wall)
    doors, asking = open_sources(sources, settings.source_keys, watch, means)
    parts = [functools.partial(keep_asking, poller, schedule, watch) for poller, schedule in asking]
    return Reach(watch, Doors(doors, wall), (watch.run, functools.partial(_close_at_end, client), *parts))


async def _close_at_end(client: httpx.AsyncClient) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        await client.aclose()


def open_sources(
    sources: Iterable[AnySource], env: Mapping[str, str], watch: Watch, means: Means
) -> tuple[dict[str, Door], list[tuple[Poller, Schedule]]]:
    """The doors, and whom to ask. A source whose key is missing has neither, and says so."""
    doors: dict[str, Door] = {}
    asking: list[tuple[Poller, Schedule]] = []
    for source in sources:
        try:
            keys = get_keys(source, env)
            if isinstance(source, PushSource):
                doors[source.id] = make_door(source, keys)
            else:
                asking.append((make_poller(source, keys, means), Schedule(source.interval_s)))
        except SettingsError as error:
            watch.note(source.id, Outcome.FAILED, str(error))
    return doors, asking


def make_door(source: PushSource, keys: tuple[str, ...]) -> Door:
    """The door of a source that sends.

    Raises:
        SettingsError: a key that cannot be one, or could be guessed.
    """
    if short := [
        name for name, key in zip(source.key_envs, keys, strict=False) if len(key) < LEAST_SIGNED_CHARS
    ]:
        raise SettingsError(
            f"source {source.id!r}: {short[0]} has less than {LEAST_SIGNED_CHARS} characters: use a long random text"
        )
    try:
        return Door(source, tuple(read_key(key, source.check) for key in keys))
    except ValueError as error:
        raise SettingsError(f"source {source.id!r}: {error}") from None


def make_poller(
    source: FeedSource | PullSource | FolderSource, keys: tuple[str, ...], means: Means
) -> Poller:
    """Whoever asks a source."""
    if isinstance(source, FolderSource):
        return FolderPoller(source, means.intake, wall=means.wall)
    puller = Puller(means.client, source, wall=means.wall, key=keys[0] if keys else "")
    if isinstance(source, PullSource):
        return PullPoller(source, puller, means.intake)
    return FeedPoller(source, puller, means.intake, seen=means.seen, wall=means.wall)
