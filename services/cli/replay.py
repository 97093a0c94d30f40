"""`mio replay`: a recorded period again, as an exercise. Starts a drill of its own on this machine, unless told where one runs."""

import asyncio
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from services.cli.bars import counting
from services.cli.up import Area, Log, LogForm, PortBase, get_area, run_until_stopped
from streams.clock import ScenarioClock, SystemClock
from streams.world import World

if TYPE_CHECKING:
    from services.archive.replay import OnProgress, Player, Recording
    from streams.broker import Publisher, Record
    from streams.topics import Topic

BOOKMARK = "replay.json"
LEAD_S = 40
"""Between the start of a drill's processes and the period's begin, on the wall: so long they may take to be up."""

FAR_MS = 1 << 60
"""Behind every day of an archive."""


def parse_moment(text: str) -> int:
    """ISO 8601 with its offset, in milliseconds.

    Raises:
        typer.BadParameter: says what is missing.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a moment such as 2026-09-01T14:00+09:00") from error
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} does not say of which clock: write {text}+09:00 for Japan's")
    return int(moment.timestamp() * 1000)


def replay(
    begin: Annotated[str, typer.Option("--from", help="First moment, such as 2026-09-01T14:00+09:00.")],
    end: Annotated[str, typer.Option("--to", help="The moment before which it ends.")],
    speed: Annotated[float, typer.Option(min=1, max=3600, help="Recorded seconds per second.")] = 30,
    archive: Annotated[Path | None, typer.Option(help="Folder that mio archive wrote.", exists=True)] = None,
    kafka: Annotated[
        str, typer.Option(help="Broker whose topics hold the period, in place of --archive.")
    ] = "",
    world: Annotated[World, typer.Option(help="The world that was recorded.")] = World.REAL,
    event_time: Annotated[
        bool,
        typer.Option(
            "--event-time",
            help="By the times that events say themselves, not by their arrival: for a drill that was recorded.",
        ),
    ] = False,
    into: Annotated[
        str, typer.Option(help="Broker of a drill that runs already; without it one is started here.")
    ] = "",
    state: Annotated[
        Path, typer.Option(help="Folder of the replay; an interrupted one goes on there.", file_okay=False)
    ] = Path(".mio/replay"),
    area: Area = None,
    once: Annotated[bool, typer.Option("--once", help="End when the period is over.")] = False,
    port_base: PortBase = 8700,
    log: Log = LogForm.TEXT,
) -> None:
    """Play a recorded period again, as an exercise: what stood before it at once, the rest in its own time, faster.

    Every event is re-marked 訓練 and goes into a drill world only. Positions and other personal data are never replayed.
    """
    from services.archive.parts import ArchiveError
    from services.archive.replay import ReplayError
    from streams.broker import BrokerUnavailableError

    from_ms, to_ms = parse_moment(begin), parse_moment(end)
    if os.environ.get("MIO_WORLD") == World.REAL:
        raise typer.BadParameter("MIO_WORLD=real: a replay goes into a drill world; unset it")
    if to_ms <= from_ms:
        raise typer.BadParameter(f"--to {end} is not after --from {begin}")
    if (archive is None) == (not kafka):
        raise typer.BadParameter("name one of --archive and --kafka: where was the period recorded?")
    try:
        recording = asyncio.run(_read(archive, kafka, world, to_ms=to_ms, by_event_time=event_time))
        typer.echo(
            f"{len(recording.cues):,} events to play; {recording.unreadable:,} records were none then either"
        )
        stage = _Stage(recording, from_ms=from_ms, speed=speed, bookmark=state / BOOKMARK)
        if into:
            asyncio.run(stage.play(into))
        else:
            _with_processes(stage, get_area(area, state), port_base=port_base, log=log, once=once)
    except (ArchiveError, ReplayError, BrokerUnavailableError) as error:
        typer.echo(f"mio: {error}", err=True)
        raise typer.Exit(1) from error


async def _read(
    archive: Path | None, kafka: str, world: World, *, to_ms: int, by_event_time: bool
) -> "Recording":
    from services.archive.parts import Archive
    from services.archive.read_topics import reading
    from services.archive.replay import from_archive, from_topics, record

    found: Iterable[tuple[Topic, Record]]
    if archive is not None:
        found = from_archive(Archive(archive, world), before_ms=FAR_MS if by_event_time else to_ms)
    else:
        async with reading(kafka, world) as reader:
            found = await from_topics(reader)
    return record(world, found, to_ms=to_ms, by_event_time=by_event_time)


@dataclass(frozen=True)
class _Stage:
    """A recording, and how it is to be played."""

    recording: "Recording"
    from_ms: int
    speed: float
    bookmark: Path

    @property
    def is_interrupted(self) -> bool:
        return self.bookmark.exists()

    def player(self, publisher: "Publisher", on_progress: "OnProgress") -> "Player":
        from services.archive.replay import Player

        return Player(self.recording, publisher, self.bookmark, self.from_ms, on_progress)

    def clock(self, *, lead_s: float = 0) -> ScenarioClock:
        """It shows the period's begin, or the moment of an interruption, so many seconds from now on the wall."""
        from services.archive.replay import find_next_ms

        begins_ms = find_next_ms(self.recording, self.bookmark, self.from_ms)
        return ScenarioClock(begins_ms - int(lead_s * self.speed * 1000), SystemClock().now_ms(), self.speed)

    async def play(self, bootstrap: str, clock: ScenarioClock | None = None) -> None:
        """Into the drill of that broker."""
        from services.archive.target import check_target
        from streams.broker_kafka import KafkaBroker
        from streams.topics import MANIFEST

        await check_target(bootstrap)
        broker = KafkaBroker(bootstrap, World.DRILL, SystemClock())
        try:
            await broker.ensure_topics(MANIFEST)
            self.bookmark.parent.mkdir(parents=True, exist_ok=True)
            with counting(Console(stderr=True)) as on_progress:
                wrote = await self.player(await broker.publisher(), on_progress).play(clock or self.clock())
        finally:
            await broker.close()
        typer.echo(f"訓練 the period is over: {wrote:,} events were written")


def _with_processes(stage: _Stage, area: Path, *, port_base: int, log: LogForm, once: bool) -> None:
    """Starts a drill of its own, whose clock shows the period's time, and plays into it."""
    from services.drill.fresh_state import make_fresh_state
    from services.local.plan import Plan
    from services.local.supervisor import Supervisor

    state = stage.bookmark.parent
    if stage.is_interrupted:
        typer.echo(f"going on where the last run ended ({stage.bookmark})")
    else:
        make_fresh_state(state, say=typer.echo)
    clock = stage.clock(lead_s=LEAD_S)
    told = f"scenario:{clock.scenario_start_ms}:{clock.wall_start_ms}:{clock.speed:g}"
    plan = Plan(state=state, world=World.DRILL, area=area, port_base=port_base, clock=told, log=log)
    supervisor = Supervisor(plan)

    def during() -> None:
        typer.echo(f"訓練 the page: {plan.url('staff')}/")
        asyncio.run(stage.play(supervisor.kafka, clock))
        if not once:
            typer.echo("the page stays up until Ctrl-C")
            threading.Event().wait()

    run_until_stopped(supervisor, log=log, during=during)
