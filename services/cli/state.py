"""`mio state`: whether worker, Kafka and Redis say the same, and how Redis is made to. Settings come from the environment (MIO_...)."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, TypeVar

import msgspec
import structlog
import typer

from services.cli.state_lines import as_text, counted
from services.kit.settings import Settings, SettingsError
from streams.broker import Broker, BrokerError, BrokerUnavailableError, Record
from streams.broker_kafka import KafkaBroker
from streams.cells import Gazetteer
from streams.state_diff import DERIVED, TABLES, Difference, Newest, compare_all, count_kinds, list_alive
from streams.topics import MANIFEST, Topic
from streams.view.port import VIEWED, View, ViewError
from streams.view.redis import RedisView

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Say whether worker, Kafka and Redis hold the same."
)
READ: tuple[Topic, ...] = tuple(dict.fromkeys((*TABLES, *DERIVED, *VIEWED)))
PATIENCE_S = 60.0
LOOK_S = 0.2
DIFFERENT, CANNOT_LOOK = 1, 2


@app.callback()
def state() -> None:
    """Say whether worker, Kafka and Redis hold the same. Settings come from the environment (MIO_...)."""


@app.command("diff")
def diff(
    settle_s: Annotated[
        float, typer.Option(help="So long something may be under way before it counts as different.")
    ] = 3.0,
    most: Annotated[int, typer.Option(help="Differences to name; all are counted.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line, the counts last.")] = False,
) -> None:
    """Compare the worker's tables, Kafka's state topics and the view in Redis. Ends with 0 when all say the same, 1 when not.

    2: Kafka, Redis or the area's places could not be read.
    """

    async def work(broker: Broker, view: View, settings: Settings) -> tuple[dict[str, int], set[Difference]]:
        areas = await asyncio.to_thread((settings.area / "areas.geojson").read_bytes)
        read = await follow_all(broker, READ)
        keys = {topic.name: len(list_alive(read[topic])) for topic in READ}
        return keys, await find_lasting(Gazetteer.load(areas), read, view, settle_s=settle_s)

    keys, found = _with_both(work)
    if json:
        for one in sorted(found):
            typer.echo(msgspec.json.encode(one))
        counts = [
            {"holder": key[0], "topic": key[1], "kind": key[2], "keys": number}
            for key, number in count_kinds(found).items()
        ]
        typer.echo(msgspec.json.encode({"differences": len(found), "counts": counts, "keys": keys}))
    else:
        typer.echo(counted(keys))
        typer.echo(as_text(found, most=most))
    if found:
        raise typer.Exit(DIFFERENT)


@app.command("rewrite")
def rewrite() -> None:
    """Empty this world's view in Redis; the running view process writes it whole again from Kafka within seconds."""

    async def work(_broker: Broker, view: RedisView, settings: Settings) -> str:
        await view.wipe()
        return settings.world

    typer.echo(f"the view of world '{_with_both(work)}' was emptied; `mio state diff` says when it is whole")


async def follow_all(broker: Broker, topics: Sequence[Topic]) -> dict[Topic, Newest]:
    """The newest record of each key, read once whole and kept up to date while the broker is open.

    Raises:
        BrokerUnavailableError: it does not answer.
    """
    await broker.ensure_topics(MANIFEST)
    newest: dict[Topic, dict[bytes, Record]] = {topic: {} for topic in topics}

    def keep(topic: Topic) -> Callable[[Sequence[Record]], None]:
        return lambda records: newest[topic].update((record.key, record) for record in records)

    followers = [await broker.follow(topic, keep(topic)) for topic in topics]
    try:
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(follower.wait_caught_up() for follower in followers))
    except TimeoutError:
        raise BrokerUnavailableError(f"the states could not be read within {PATIENCE_S:.0f} s") from None
    return dict(newest)


async def find_lasting(
    gazetteer: Gazetteer, read: dict[Topic, Newest], view: View, *, settle_s: float
) -> set[Difference]:
    """Differences that are there in every look until the time is over; none as soon as one look finds none.

    While events come in, a row, a state and the view follow each other within a second: that is no difference.
    """
    ends_s = time.monotonic() + settle_s
    lasting: set[Difference] | None = None
    while True:
        found = compare_all(gazetteer, read, (await view.snapshot()).rows)
        lasting = found if lasting is None else lasting & found
        if not lasting or time.monotonic() >= ends_s:
            return lasting
        await asyncio.sleep(LOOK_S)


def _with_both(work: Callable[[Broker, RedisView, Settings], Awaitable[T]]) -> T:
    """Does it with broker and view of the environment; what they lack is said in one sentence."""

    async def do(settings: Settings) -> T:
        broker = KafkaBroker(settings.kafka, settings.world, settings.make_clock())
        view = RedisView(settings.redis, settings.world)
        try:
            return await work(broker, view, settings)
        finally:
            await view.close()
            await broker.close()

    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    try:
        return asyncio.run(do(Settings.from_env(os.environ)))
    except (BrokerError, ViewError, SettingsError, OSError) as error:
        sys.stderr.write(f"mio: {error}\n")
        raise typer.Exit(CANNOT_LOOK) from None
