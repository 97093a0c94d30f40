"""`mio area evacuate`: options, a bar and a table. The plan is services.area.evacuation's."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from services.cli.bars import counting

if TYPE_CHECKING:
    from services.area.evacuation import Evacuation
    from streams.events.base import Hazard

COLUMNS = (
    ("last_min", "last there, min"), ("p95_min", "95 % there, min"), ("mean_trip_min", "mean trip, min"),
    ("mean_queue_min", "of it in queues, min"), ("over_capacity", "turned away"), ("no_way", "no way"),
)  # fmt: skip


def evacuate(
    folder: Annotated[Path, typer.Argument(help="An area folder (mio area build).")],
    people: Annotated[
        str | None,
        typer.Option(
            help="How many leave, spread over the streets; or a CSV file with lat,lon,count. The made-up city has its own."
        ),
    ] = None,
    profile: Annotated[
        str, typer.Option(help="Who walks: adult, slow, child, stroller, wheelchair.")
    ] = "adult",
    hazard: Annotated[
        list[str] | None,
        typer.Option(help="In force everywhere, such as tsunami; sites must suit it. May be repeated."),
    ] = None,
    window: Annotated[
        float, typer.Option(min=0, help="Minutes over which people leave; 0: all at once.")
    ] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write into; FOLDER-evacuation unless given.")
    ] = None,
) -> None:
    """How long until everybody is there: on the nearest ways, and spread over streets and sites so that queues stay short."""
    from routing.errors import RoutingError
    from services.area.errors import AreaFolderError
    from services.area.evacuation import Order, evacuate, write_evacuation
    from streams.clock import SystemClock

    console, now_ms = Console(stderr=True), SystemClock().now_ms()
    count = int(people) if people and people.isdecimal() else Path(people) if people else None
    order = Order(count, profile, _hazards(hazard or []), window)
    chosen = out or folder.with_name(f"{folder.resolve().name}-evacuation")
    try:
        with counting(console) as show:
            made = evacuate(folder, order, now_ms=now_ms, progress=show)
            write_evacuation(made, chosen, made_ms=now_ms)
    except (AreaFolderError, RoutingError, OSError) as error:
        console.print(f"mio area: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(2) from None
    _tell(made, chosen)


def _hazards(names: list[str]) -> "frozenset[Hazard]":
    from streams.events.base import SITE_HAZARDS, Hazard

    known = {str(hazard): hazard for hazard in SITE_HAZARDS}
    for name in names:
        if name not in known:
            raise typer.BadParameter(f"{name}: choose of {', '.join(known)}", param_hint="--hazard")
    return frozenset(Hazard(name) for name in names)


def _tell(made: "Evacuation", out: Path) -> None:
    from services.area.evacuation import figures

    table = Table(title=_title(made), title_justify="left")
    table.add_column("", no_wrap=True)
    for _, heading in COLUMNS:
        table.add_column(heading, justify="right")
    for name, seen in (
        ("nearest way", made.nearest),
        ("spread", made.spread),
    ):
        told = figures(seen, made.places)
        table.add_row(name, *("unknown" if told[key] is None else f"{told[key]:,}" for key, _ in COLUMNS))
    Console().print(table)
    if made.unknown_sizes:
        typer.echo(
            f"note: of {made.unknown_sizes} sites nobody wrote down the capacity; they count as large enough"
        )
    typer.echo(
        "note: widths are assumed by class of road; queues that grow back over a crossing are not in these figures"
    )
    typer.echo(f"{out}")


def _title(made: "Evacuation") -> str:
    drill = "訓練 drill: " if made.info.synthetic else ""
    return f"{drill}{made.info.name}: {len(made.crowd):,} people ({made.source}) to {len(made.sites)} sites"
