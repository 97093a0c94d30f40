"""`mio area report`: options, a bar and a summary. The report is services.area.report's."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.cli.bars import counting


def report(
    folder: Annotated[Path, typer.Argument(help="An area folder (mio area build).")],
    out: Annotated[
        Path | None, typer.Option(help="Folder to write into; FOLDER-report unless given.")
    ] = None,
    people: Annotated[
        Path | None,
        typer.Option(help="Where people live: CSV with lat,lon,count. The made-up city has its own."),
    ] = None,
) -> None:
    """Report to planners: who reaches a suitable site in time, what much depends on, where room is short."""
    from routing.errors import RoutingError
    from services.area.errors import AreaFolderError
    from services.area.report import summary
    from services.area.report.report import make_report
    from streams.clock import SystemClock

    console = Console(stderr=True)
    chosen = out or folder.with_name(f"{folder.resolve().name}-report")
    try:
        with counting(console) as show:
            made = make_report(folder, chosen, people=people, now_ms=SystemClock().now_ms(), progress=show)
    except (AreaFolderError, RoutingError, OSError) as error:
        console.print(f"mio area: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from None
    for japanese, _ in summary.sentences(made.basis, made.situations):
        typer.echo(f"・{japanese}")
    typer.echo(f"{made.page}")
