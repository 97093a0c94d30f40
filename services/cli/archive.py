"""`mio archive`: topics to Parquet by day, kept as long as their class allows. The work is in services.archive."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.cli.bars import counting
from streams.topics import DataClass


def archive(
    out: Annotated[Path, typer.Argument(help="The archive's folder; made where missing.", file_okay=False)],
    more: Annotated[
        list[DataClass] | None,
        typer.Option("--class", help="Archive this data class too; public and official always are."),
    ] = None,
) -> None:
    """Append what the event topics of MIO_WORLD on MIO_KAFKA have had since the last run, and remove what may not be kept longer.

    Run it once a day. Interrupted, it goes on where it was. Ends with 1 where records were missed or nothing can be read.
    """
    from services.archive.limits import USUAL, archived_topics
    from services.archive.parts import Archive, ArchiveError
    from services.archive.read_topics import reading
    from services.archive.write import Written, archive_topics
    from services.kit.settings import Settings
    from streams.broker import BrokerUnavailableError
    from streams.clock import SystemClock

    settings, console = Settings.from_env(os.environ), Console(stderr=True)
    target, now_ms = Archive(out, settings.world), SystemClock().now_ms()

    async def run() -> Written:
        with counting(console) as on_progress:
            async with reading(settings.kafka, settings.world) as reader:
                topics = archived_topics({*USUAL, *(more or ())})
                return await archive_topics(reader, target, topics, now_ms=now_ms, on_progress=on_progress)

    try:
        gone = target.purge(now_ms)
        written = asyncio.run(run())
    except (ArchiveError, BrokerUnavailableError) as error:
        typer.echo(f"mio: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{written.records:,} records in {written.parts:,} parts below {out / str(settings.world)}")
    for day in gone:
        typer.echo(f"removed {day}: its class may not be kept longer")
    for place in written.missed:
        typer.echo(f"mio: missed {place}: the broker had let go of them; archive more often", err=True)
    if written.missed:
        raise typer.Exit(1)
