"""`mio audit`: takes the record of what was shown to whom out of a running system, and checks such a record offline."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.kit.settings import Settings, SettingsError
from streams.audit.keys import PUBLIC, KeyFileError, read_public_key
from streams.audit.verify import Report
from streams.audit.verify import verify as check
from streams.broker import BrokerError, Record
from streams.broker_kafka import KafkaBroker
from streams.topics import DISCLOSURE_ROOTS, DISCLOSURES, MANIFEST

PATIENCE_S = 60
MOST_FAULTS = 50
"""Printed; the sum tells of the others."""

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Take out and check the record of what was shown."
)


@app.callback()
def audit() -> None:
    """Take out and check the record of what was shown to whom. Settings come from the environment (MIO_...)."""


@app.command("export")
def export(
    out: Annotated[Path, typer.Argument(help="The file to write, JSON lines.", dir_okay=False)],
) -> None:
    """Write all records and signed roots that the broker has. They hold references only, no personal data."""
    try:
        settings = Settings.from_env(os.environ)
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from None
    try:
        lines = asyncio.run(_read(settings))
    except (BrokerError, TimeoutError) as error:
        typer.echo(f"mio: no broker answers at {settings.kafka} ({error}); is 'mio up' running?", err=True)
        raise typer.Exit(1) from None
    out.write_bytes(b"".join(line + b"\n" for line in lines))
    typer.echo(
        f"{len(lines):,} lines written to {out}; check them anywhere: mio audit verify {out} "
        f"--key {settings.state / PUBLIC}"
    )


async def _read(settings: Settings) -> list[bytes]:
    lines: list[bytes] = []

    def take(records: Sequence[Record]) -> None:
        lines.extend(record.value for record in records if record.value is not None)

    broker = KafkaBroker(settings.kafka, settings.world, settings.make_clock())
    try:
        async with asyncio.timeout(PATIENCE_S):
            await broker.ensure_topics(MANIFEST)
            for topic in (DISCLOSURES, DISCLOSURE_ROOTS):
                await (await broker.follow(topic, take)).wait_caught_up()
    finally:
        await broker.close()
    return lines


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="An export, JSON lines.", exists=True, dir_okay=False)],
    key: Annotated[Path, typer.Option(help="The public key (audit.pub) of whoever runs the system.")],
) -> None:
    """Find every record that was taken away, changed or slipped in. Needs no network. Ends with 1 where there is any."""
    try:
        public = read_public_key(key)
    except KeyFileError as error:
        raise typer.BadParameter(str(error), param_hint="--key") from None
    with file.open("rb") as lines:
        report = check(lines, public)
    for line in describe(report):
        typer.echo(line)
    if not report.is_good:
        raise typer.Exit(1)


def describe(report: Report) -> list[str]:
    """What was found, in sentences."""
    lines = [f"{fault.place}: {fault.what}" for fault in report.faults[:MOST_FAULTS]]
    if len(report.faults) > MOST_FAULTS:
        lines.append(f"... and {len(report.faults) - MOST_FAULTS:,} more")
    found = f"{report.records:,} records in {report.chains:,} chains, {report.signed:,} signed"
    if report.unsigned:
        found += (
            f"; {report.unsigned:,} came after the last root of their chain, and nobody vouches for them yet"
        )
    verdict = (
        "as they were written"
        if report.is_good
        else f"{len(report.faults):,} faults: NOT as they were written"
    )
    return [*lines, f"{found}: {verdict}"]
