"""`mio up`: one machine, everything on it, until Ctrl-C. The work is the supervisor's; here are options and words."""

import os
import signal
import threading
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.local.plan import Plan
from services.local.supervisor import Supervisor
from streams.world import World

SHOWN = (
    ("staff", "the page for staff, and its API under /v1"),
    ("ingest", "takes documents: POST /v1/documents"),
    ("gateway", "takes positions of devices that agreed: POST /v1/positions"),
    ("navigator", "answers ways to safety: POST /v1/routes"),
)


class LogForm(StrEnum):
    """How the log is printed."""

    TEXT = "text"
    JSON = "json"


State = Annotated[
    Path, typer.Option(help="Folder that keeps the data between runs.", envvar="MIO_STATE", file_okay=False)
]
Area = Annotated[
    Path | None,
    typer.Option(help="Area folder (mio area build); STATE/area unless given.", envvar="MIO_AREA"),
]
PortBase = Annotated[int, typer.Option(help="First of eleven ports on loopback.", envvar="MIO_PORT_BASE")]
Log = Annotated[LogForm, typer.Option(help="Lines for people, or JSON lines.", envvar="MIO_LOG")]


def up(
    state: State = Path(".mio"),
    area: Area = None,
    world: Annotated[World, typer.Option(help="Which world lives here.", envvar="MIO_WORLD")] = World.DRILL,
    port_base: PortBase = 8700,
    clock: Annotated[
        str, typer.Option(help="'system', or 'scenario:START_MS:WALL_MS:SPEED'.", envvar="MIO_CLOCK")
    ] = "system",
    log: Log = LogForm.TEXT,
) -> None:
    """Start what is missing on this machine (Kafka, Redis) and every process of ours; stop all with Ctrl-C."""
    plan = Plan(
        state=state,
        world=world,
        area=get_area(area, state),
        port_base=port_base,
        clock=clock,
        log=log,
        kafka=os.environ.get("MIO_KAFKA") or None,
        redis=os.environ.get("MIO_REDIS") or None,
        kafka_heap_mib=int(os.environ.get("MIO_KAFKA_HEAP_MIB", "256")),
    )
    run_until_stopped(Supervisor(plan), log=log)


def get_area(area: Path | None, state: Path) -> Path:
    """The area folder.

    Raises:
        PartMissingError: there is none; says how to build one.
    """
    from services.local.errors import PartMissingError

    folder = area or state / "area"
    if not (folder / "area.json").exists():
        raise PartMissingError(
            f"no area in {folder}. Build one first: 'mio area build --synthetic --out {folder}' for a made-up city, "
            "or from your own town's map (see 'mio area build --help'). 'mio demo' does all of this by itself."
        )
    return folder


def run_until_stopped(
    supervisor: Supervisor, *, log: LogForm, during: Callable[[], object] = threading.Event().wait
) -> None:
    """Starts everything, shows the addresses, does `during`, and stops in order: also on Ctrl-C, SIGTERM or a closed terminal.

    A second Ctrl-C does not wait.
    """
    # said for SIGINT too: whoever is started in the background of a script inherits it as ignored
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        supervisor.start()
        if log is LogForm.TEXT:
            show_addresses(supervisor.plan)
        during()
    except KeyboardInterrupt:
        supervisor.say("stopping in order; press Ctrl-C again to end everything at once")
    finally:
        stop(supervisor)


def stop(supervisor: Supervisor) -> None:
    """Stops everything in order, or at once on another Ctrl-C."""
    try:
        supervisor.stop()
    except KeyboardInterrupt:
        supervisor.end()


def show_addresses(plan: Plan) -> None:
    """A table of what can be opened where."""
    from rich.console import Console
    from rich.table import Table

    world = "DRILL 訓練" if plan.world is World.DRILL else "REAL"
    table = Table(title=f"Miotsukushi is up, world: {world}", title_justify="left")
    table.add_column("process")
    table.add_column("address")
    table.add_column("what for")
    for name, purpose in SHOWN:
        if name in plan.processes:
            table.add_row(name, plan.url(name), purpose)
    Console().print(table)
