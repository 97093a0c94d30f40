"""`mio dlq`: the dead letters of a running system; list, show, replay, drop. Settings come from the environment (MIO_...)."""

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import structlog
import typer
from rich.console import Console

from services.cli.dlq_lines import as_json, as_table, counts_table, describe, shown_bytes
from services.cli.dlq_work import SOURCES, Desk, read_letters
from services.kit.settings import Settings, SettingsError
from streams.broker import Broker, BrokerError, Publisher
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.events.letters import Outcome
from streams.open_letters import Choice, Letter, UnknownLetterError, count_by

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="List, show, replay and drop what could not be read."
)

COLUMNS = 140
"""Of a list that goes into a file; a terminal knows its own width."""
SPAN = re.compile(r"(\d{1,6})([smhd])")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

Ids = Annotated[list[str], typer.Argument(help="Ids of letters, or how they begin.", show_default=False)]
One = Annotated[str, typer.Argument(help="Id of a letter, or how it begins.")]
By = Annotated[str, typer.Option(help="Desk or role that acts, such as 防災課; never a person's name.")]
Reason = Annotated[str, typer.Option(help="Only letters refused for this reason.")]
From = Annotated[str, typer.Option("--source", help="Only letters of this source (of records: this key).")]
Name = Annotated[str, typer.Option("--topic", help="Only letters of this topic, such as site-reports.")]
Older = Annotated[str, typer.Option(help="Only letters older than this, such as 30m, 6h or 2d.")]


@app.callback()
def dlq() -> None:
    """List, show, replay and drop what could not be read. Settings come from the environment (MIO_...)."""


@app.command("list")
def list_letters(
    reason: Reason = "",
    source: From = "",
    topic: Name = "",
    older_than: Older = "",
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line, the counts last.")] = False,
) -> None:
    """Print each open letter, the oldest first, and how many there are by reason, topic and source."""
    choice = _choice(reason, source, topic=topic, older_than=older_than)

    async def read(broker: Broker, _settings: Settings) -> list[Letter]:
        return (await read_letters(broker)).list_open(choice)

    found = _with_broker(read)
    if json:
        for letter in found:
            typer.echo(as_json(letter))
        counts = [
            {"reason": key[0], "topic": key[1], "source": key[2], "letters": number}
            for key, number in sorted(count_by(found, names=("reason", "topic", "source")).items())
        ]
        typer.echo(msgspec.json.encode({"open": len(found), "counts": counts}))
        return
    terminal = Console()
    console = terminal if terminal.is_terminal else Console(width=COLUMNS)
    if found:
        console.print(as_table(found, now_ms=SystemClock().now_ms()))
        console.print(counts_table(found))
    typer.echo(f"{len(found):,} open letters")


@app.command("show")
def show(
    letter: One,
    personal: Annotated[
        str, typer.Option(help="Why personal data in it has to be seen; this is recorded.")
    ] = "",
    save: Annotated[Path | None, typer.Option(help="Write its bytes to this file.", dir_okay=False)] = None,
    whole: Annotated[bool, typer.Option(help="Show all of it, not only the beginning.")] = False,
    by: By = "operator",
) -> None:
    """Print one letter: why, where, when, what was done about it, and its bytes as text that any terminal can show."""

    async def work(broker: Broker, settings: Settings) -> None:
        letters = await read_letters(broker, keeps=(letter,))
        found = letters.get(letter)
        may_look = not found.is_private or bool(personal.strip())
        typer.echo(
            describe(found, letters.list_marks(found), is_open=letters.is_open(found), details=may_look)
        )
        if not may_look:
            typer.echo(
                f"not shown: class '{found.topic.data_class}'. --personal 'why' shows it, and is recorded"
            )
            return
        if found.is_private:
            await _desk(await broker.publisher(), settings, by).mark(found, Outcome.SHOWN, personal.strip())
        if save is not None:
            await asyncio.to_thread(save.write_bytes, found.value or b"")
            typer.echo(f"{found.size:,} bytes written to {save}")
        else:
            typer.echo(shown_bytes(found.value or b"", whole=whole))

    _with_broker(work)


@app.command("replay")
def replay(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Ids of letters, or how they begin.", show_default=False)
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All open letters that the other options choose.")
    ] = False,
    reason: Reason = "",
    source: From = "",
    topic: Name = "",
    again: Annotated[bool, typer.Option(help="Also those that were replayed or dropped before.")] = False,
    by: By = "operator",
) -> None:
    """Send letters back the way they came: documents through ingest's reader, records to their topic. Twice changes nothing.

    Ends with 1 where a document was refused again; it stays open.
    """
    if bool(ids) == every:
        raise typer.BadParameter("name letters, or choose with --all", param_hint="IDS")
    choice = _choice(reason, source, topic=topic)

    async def work(broker: Broker, settings: Settings) -> int:
        names = tuple(ids or [one.id for one in (await read_letters(broker)).list_open(choice)])
        letters = await read_letters(broker, keeps=names) if names else None
        chosen = [letters.get(name) for name in names] if letters else []
        desk = _desk(await broker.publisher(), settings, by)
        failed = 0
        for one in chosen:
            if letters and not letters.is_open(one) and not again:
                typer.echo(f"{one.id}  done before: nothing sent (--again sends it once more)")
                continue
            done = await desk.replay(one)
            refused = f", refused again: {', '.join(done.refused)}" if done.refused else ""
            typer.echo(f"{one.id}  {done.events} events sent to {one.topic.name}{refused}")
            failed += bool(done.refused)
        if not chosen:
            typer.echo("no open letter was chosen")
        return failed

    if _with_broker(work):
        raise typer.Exit(1)


@app.command("drop")
def drop(
    ids: Ids,
    reason: Annotated[str, typer.Option(help="Why nobody needs them; this is recorded.")],
    by: By = "operator",
) -> None:
    """Mark letters as not needed. Their bytes stay until the topic's time is over; `mio dlq replay --again` still sends them."""
    if not reason.strip():
        raise typer.BadParameter("say why nobody needs it", param_hint="--reason")

    async def work(broker: Broker, settings: Settings) -> None:
        letters = await read_letters(broker)
        chosen = [letters.get(name) for name in ids]
        desk = _desk(await broker.publisher(), settings, by)
        for one in chosen:
            await desk.mark(one, Outcome.DROPPED, reason.strip())
            typer.echo(f"{one.id}  dropped")

    _with_broker(work)


def _desk(publisher: Publisher, settings: Settings, by: str) -> Desk:
    return Desk(publisher, settings.world, settings.make_clock(), by)


def _choice(reason: str, source: str, *, topic: str, older_than: str = "") -> Choice:
    known = [known.name for known in SOURCES]
    if topic and topic not in known:
        raise typer.BadParameter(f"{topic!r} is not one of {', '.join(known)}", param_hint="--topic")
    before_ms = SystemClock().now_ms() - _span_ms(older_than) if older_than else None
    return Choice(reason, source, topic, before_ms)


def _span_ms(text: str) -> int:
    found = SPAN.fullmatch(text)
    if not found:
        raise typer.BadParameter(
            f"{text!r}: expected a number and s, m, h or d, such as 6h", param_hint="--older-than"
        )
    return int(found[1]) * SECONDS[found[2]] * 1000


def _with_broker(work: Callable[[Broker, Settings], Awaitable[T]]) -> T:
    """Does it with the broker of the environment; what it lacks is said in one sentence."""

    async def do(settings: Settings) -> T:
        broker = KafkaBroker(settings.kafka, settings.world, settings.make_clock())
        try:
            return await work(broker, settings)
        finally:
            await broker.close()

    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    try:
        return asyncio.run(do(Settings.from_env(os.environ)))
    except (BrokerError, UnknownLetterError, SettingsError, OSError) as error:
        sys.stderr.write(f"mio: {error}\n")
        raise typer.Exit(1) from None
