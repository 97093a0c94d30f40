"""`mio feed`: what the adapters make of files, folders and archives, and what is declared of sources. Sends nothing anywhere."""

import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.cli.feed_documents import Found, count_documents, list_documents, readable
from services.cli.feed_lines import Summary, event_line, rejection_line
from services.cli.feed_sources import list_sources, print_subscription
from streams.adapters.registry import UNKNOWN, Reading, Source, read
from streams.clock import SystemClock
from streams.events.base import Rejection

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Read documents from files; list the declared sources."
)
app.command("sources")(list_sources)
app.command("subscription")(print_subscription)

SOURCE = "file"
SUMMARY_COLUMNS = 120
"""Of a summary that goes into a file; a terminal knows its own width."""


@app.callback()
def feed() -> None:
    """Read documents from files; list the declared sources."""


@app.command("read")
def read_paths(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders or zip archives.", show_default=False)],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, the summary last.")
    ] = False,
    by_folder: Annotated[
        bool, typer.Option("--by-folder", help="Sum up by folder or archive, and format.")
    ] = False,
    only_summary: Annotated[bool, typer.Option("--summary", help="Print the summary only.")] = False,
) -> None:
    """Print each event, each rejection with reason and place, what was set aside, and a summary. Sends nothing.

    Ends with 1 where a path does not exist or nothing could be read.
    """
    missing = [path for path in paths if not _exists(path)]
    if missing:
        names = ", ".join(readable(str(path)) for path in missing)
        typer.echo(f"mio: {names}: no such file or folder", err=True)
        raise typer.Exit(1)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    summary = Summary(by_folder=by_folder)
    show = _show_json if as_json else _show_line
    for found, reading in _read_all(paths):
        summary.add(reading, found.place)
        if not only_summary:
            show(found, reading)
    if as_json:
        typer.echo(summary.as_json())
    else:
        typer.echo()
        terminal = Console()
        (terminal if terminal.is_terminal else Console(width=SUMMARY_COLUMNS)).print(summary.as_table())
    if summary.is_empty:
        typer.echo(f"mio: nothing could be read in {summary.documents:,} documents", err=True)
        raise typer.Exit(1)


def _exists(path: Path) -> bool:
    """A path whose folder may not be looked into counts as there: it becomes a rejection, not an error."""
    try:
        return path.exists() or path.is_symlink()
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False


def _read_all(paths: Sequence[Path]) -> Iterator[tuple[Found, Reading]]:
    """Each document with its reading; progress goes to a terminal's standard error only."""
    source = Source(SOURCE, SystemClock().now_ms())
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading", total=sum(count_documents(path) for path in paths))
        for path in paths:
            for found in list_documents(path):
                yield found, _read_one(found, source)
                progress.advance(task)


def _read_one(found: Found, source: Source) -> Reading:
    if found.problem is None:
        return read(found.data, source, name=found.name)
    problem = found.problem
    rejection = Rejection(source=source.id, place="document", reason=problem.reason, detail=problem.detail)
    return Reading(UNKNOWN, (), (rejection,))


def _show_line(found: Found, reading: Reading) -> None:
    lines = [event_line(event) for event in reading.events]
    lines += [rejection_line(rejection) for rejection in reading.rejections]
    lines += [readable(f"set aside  {note}") for note in reading.notes]
    if not lines:
        lines = ["nothing in it"]
    typer.echo("\n".join(f"{found.place}: {line}" for line in lines))


def _show_json(found: Found, reading: Reading) -> None:
    about = {"document": found.place, "format": reading.format, "kind": reading.kind}
    parts: list[dict[str, object]] = [{"event": event} for event in reading.events]
    parts += [{"rejection": rejection} for rejection in reading.rejections]
    parts += [{"note": note} for note in reading.notes]
    for part in parts or [{"note": "nothing in it"}]:
        typer.echo(msgspec.json.encode(about | part))
