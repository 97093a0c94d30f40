"""`mio feed sources` and `mio feed subscription`: what the source file declares, and how each source is. Asks only our own ingest."""

import os
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx
import msgspec
import typer
from rich.console import Console
from rich.table import Table

from services.cli.up import PortBase
from services.ingest.declared import Declared, PushSource
from services.ingest.source_file import NAME, Declaration, find_source_file, read_source_file
from services.ingest.subscription import make_subscription
from services.kit.settings import SettingsError, port_of

COLUMNS = ("source", "state", "heard", "expected", "says", "kind", "licence", "contact")
WELL = frozenset({"well", "waiting"})
ANSWER_S = 3.0
PLAIN_COLUMNS = 160
"""Of a table that goes into a file; a terminal knows its own width."""

States = Mapping[str, Mapping[str, Any]]
File = Annotated[
    Path | None,
    typer.Option(
        "--file", help=f"The file; else MIO_SOURCES, else {NAME} of the area.", envvar="MIO_SOURCES"
    ),
]
Area = Annotated[Path, typer.Option(help="The area's folder.", envvar="MIO_AREA")]


class Version(StrEnum):
    """Which broker is to be subscribed to."""

    V2 = "v2"
    LD = "ld"


def list_sources(
    file: File = None,
    area: Area = Path(".mio/area"),
    port_base: PortBase = 8700,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List every declared source with its state. Ends with 1 where the file has mistakes, or a source needs somebody."""
    declared = read_declared(file, area)
    states, now_ms, trouble = ask_states(f"http://127.0.0.1:{port_of('ingest', port_base)}")
    rows = [show(d.source, states.get(d.source.id), now_ms) for d in declared]
    if as_json:
        for each, row in zip(declared, rows, strict=True):
            typer.echo(msgspec.json.encode({"line": each.line, **row}))
    else:
        print_table(rows)
    if trouble:
        typer.echo(f"mio: {trouble}", err=True)
    if trouble or any(row["state"] not in WELL for row in rows):
        raise typer.Exit(1)


def print_subscription(
    source: Annotated[str, typer.Argument(help="Id of a push source.")],
    address: Annotated[str, typer.Option(help="Where this ingest is reached from the broker.")],
    version: Annotated[Version, typer.Option(help="NGSI v2 or NGSI-LD.")] = Version.V2,
    file: File = None,
    area: Area = Path(".mio/area"),
) -> None:
    """Print the subscription that a context broker needs so that it notifies us. Sends nothing; put the key in by hand."""
    found = next((d.source for d in read_declared(file, area) if d.source.id == source), None)
    if not isinstance(found, PushSource) or found.check != "key":
        raise typer.BadParameter(
            f"{source!r} is no declared push source that is checked by key", param_hint="SOURCE"
        )
    made = make_subscription(found, address, version.value)
    typer.echo(msgspec.json.format(msgspec.json.encode(made), indent=2))


def read_declared(named: Path | None, area: Path) -> Sequence[Declaration]:
    """The file's sources. Where it has mistakes they are printed, and the command ends with 1."""
    try:
        return read_source_file(_get_file(named, area))
    except SettingsError as error:
        typer.echo("\n".join(f"mio: {line}" for line in str(error).splitlines()), err=True)
        raise typer.Exit(1) from None


def _get_file(named: Path | None, area: Path) -> Path:
    file = find_source_file(str(named) if named else "", area)
    if file is None:
        raise SettingsError(f"no {NAME} in {area}; docs/how-to/connect-a-feed.md says how to begin one")
    return file


def ask_states(address: str) -> tuple[States, int, str]:
    """States by source and the world's time, of a running ingest; else why there are none."""
    try:
        answer = httpx.get(f"{address}/v1/sources", timeout=ANSWER_S, trust_env=False).raise_for_status()
        body = answer.json()
    except (httpx.HTTPError, ValueError):
        return (
            {},
            0,
            f"no ingest answers at {address}: how the sources are is not known ('mio up' starts one)",
        )
    return {row["source"]: row for row in body["declared"]}, int(body["now_ms"]), ""


def show(source: Declared, state: Mapping[str, Any] | None, now_ms: int) -> dict[str, str]:
    """One line of the table. A source that the running ingest does not know is one that was added since it began."""
    unset = [name for name in source.env_names() if not os.environ.get(name)]
    told = dict(state or {})
    heard_ms = told.get("heard_ms")
    notes = (
        [str(told.get("detail") or "")] if state else [f"not set here: {', '.join(unset)}"] if unset else []
    )
    return {
        "source": source.id,
        "state": str(told.get("state", "unknown")),
        "heard": "never" if heard_ms is None else f"{max(0, now_ms - heard_ms) // 1000} s ago",
        "expected": "no rhythm" if source.silent_after_s is None else f"every {source.silent_after_s} s",
        "says": ", ".join(source.says),
        "kind": source.way,
        "licence": source.licence,
        "contact": source.contact,
        "note": " ".join(note for note in notes if note),
    }


def print_table(rows: Sequence[Mapping[str, str]]) -> None:
    """One line a source, and below it what is wrong."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in COLUMNS:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(row[name] for name in COLUMNS))
    terminal = Console()
    (terminal if terminal.is_terminal else Console(width=PLAIN_COLUMNS)).print(table)
    for row in rows:
        if row["note"]:
            typer.echo(f"{row['source']}: {row['note']}")
