"""`mio policy backtest`: reads a record and people, runs versions over it, writes JSON and a page. Computes nothing itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from services.cli.feed_documents import list_documents
from services.cli.policy_acts import read_acts
from services.cli.policy_page import make_page
from services.cli.policy_people import GENERATED, MADE_UP_PLACES, PeopleError, make_people, read_people
from streams.adapters.registry import Source, read
from streams.cells import AreaError, Gazetteer
from streams.events.alerts import Severity, Telegram
from streams.events.gates import Stand
from streams.sharing.backtest import MakeResidents, Record, run
from streams.sharing.levels import Said, Towns, belongs, say
from streams.sharing.outcomes import Change, Outcome, list_changes
from streams.sharing.versions import PolicyError, newest, read_version
from streams.sharing.visibility import Resident
from streams.world import World

SYNTHETIC = "synthetic"
AREAS = "areas.geojson"
AS_SENSITIVE = "cells are shown with however few people: keep this report as you keep the file of people"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What is written as JSON. against: the same record under the other version."""

    outcome: Outcome
    against: Outcome | None = None
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()


def backtest(
    telegrams: Annotated[Path, typer.Option(help="Files, a folder or a zip archive of alerts: the record.")],
    policy: Annotated[str, typer.Option(help="Version to try out; the newest unless given.")] = "",
    against: Annotated[str, typer.Option(help="Another version to compare with.")] = "",
    declarations: Annotated[
        Path | None, typer.Option(help="Declarations and choices of municipalities: JSON, one event a line.")
    ] = None,
    people: Annotated[str, typer.Option(help="CSV of people, or synthetic.")] = SYNTHETIC,
    area: Annotated[
        Path | None, typer.Option(help="Area folder: which municipality an area touches.")
    ] = None,
    world: Annotated[World, typer.Option(help="drill reads 訓練 and 試験 in place of 通常.")] = World.REAL,
    json: Annotated[Path | None, typer.Option(help="Write the whole result here.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report here.")] = None,
) -> None:
    """Run a policy version over a recorded past: when gates would have armed, opened and closed, and who would have seen whom."""
    try:
        gazetteer = Gazetteer.load((area / AREAS).read_bytes()) if area else None
        version = read_version(policy or newest())
        record, notes = read_record(telegrams, gazetteer, world)
        if declarations:
            acts, choices = read_acts(declarations, version, world)
            record = replace(record, declarations=acts, choices=choices)
        residents, said = _people(people, gazetteer)
        tried = run(record, version, residents)
        other = run(record, read_version(against), residents) if against else None
    except (PolicyError, PeopleError, AreaError, OSError, msgspec.DecodeError) as error:
        typer.echo(f"mio policy: {error}", err=True)
        raise typer.Exit(2) from None
    changes = tuple(list_changes(other, tried)) if other else ()
    report = Report(outcome=tried, against=other, changes=changes, notes=(*notes, *said, *tried.notes))
    if json:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    if html:
        html.write_text(
            make_page(tried, against=other, changes=changes, notes=report.notes), encoding="utf-8"
        )
    _print(report)


@dataclass
class _Reading:
    said: list[Said]
    rejected: int = 0
    set_aside: int = 0
    elsewhere: int = 0
    unplaced: int = 0

    def notes(self, world: World, *, has_area: bool) -> Iterator[str]:
        """What of the record could not be used, and why."""
        yield (
            f"{len(self.said)} telegrams were read; {self.set_aside} documents were set aside as no danger to flee from, "
            f"{self.rejected} could not be read whole"
        )
        yield f"{self.elsewhere} telegrams are not of the world {world}: they move nothing"
        yield (
            f"{self.unplaced} telegrams name only areas that belong to no known municipality (coasts, rivers, forecast "
            f"areas){'' if has_area else ': give an area with --area'}"
        )


def read_record(telegrams: Path, gazetteer: Gazetteer | None, world: World) -> tuple[Record, tuple[str, ...]]:
    """The documents of a record, and what of them could not be used."""
    if not telegrams.exists():
        raise FileNotFoundError(f"{telegrams}: no such file or folder")
    towns = Towns.of_gazetteer(gazetteer) if gazetteer else Towns({})
    found = _Reading([])
    for document in list_documents(telegrams):
        reading = read(document.data, Source("record", 0), name=document.name)
        found.rejected += bool(reading.rejections) or document.problem is not None
        found.set_aside += bool(reading.notes)
        for event in reading.events:
            if isinstance(event, Telegram):
                _take(event, towns, found, world)
    return Record(found.said, world=world), tuple(found.notes(world, has_area=gazetteer is not None))


def _take(event: Telegram, towns: Towns, found: _Reading, world: World) -> None:
    said = say(event, towns)
    found.said.append(said)
    found.elsewhere += not belongs(event.status, world)
    in_force = any(c.severity is not Severity.NONE for area in event.areas for c in area.conditions)
    found.unplaced += in_force and not said.grades


def _people(name: str, gazetteer: Gazetteer | None) -> tuple[MakeResidents, tuple[str, ...]]:
    """Who lives in each municipality, and what must be said about them."""
    if name != SYNTHETIC:
        known = read_people(Path(name))
        return (lambda code, _: known.get(code, ())), (AS_SENSITIVE,)
    made: dict[tuple[str, int], Sequence[Resident]] = {}

    def residents(code: str, alarm_ms: int) -> Sequence[Resident]:
        key = (code, alarm_ms)
        if key not in made:
            made[key] = make_people(code, alarm_ms, gazetteer)
        return made[key]

    return residents, (GENERATED, *(() if gazetteer else (MADE_UP_PLACES,)))


def _print(report: Report) -> None:
    console = Console(highlight=False, markup=False, width=120)
    for outcome in (report.outcome, report.against):
        if outcome:
            for line in _lines(outcome):
                console.print(line)
    if report.outcome.world is World.DRILL:
        console.print("訓練: this is from a drill")
    if report.against:
        console.print(
            f"{len(report.changes):,} differences between {report.against.policy} and {report.outcome.policy}"
        )
    for note in report.notes:
        console.print(f"note: {note}")


def _lines(outcome: Outcome) -> list[str]:
    located = [cell for cell in outcome.trapped if cell.located_ms is not None]
    counted = [cell for cell in outcome.trapped if cell.counted_ms is not None]
    head = (
        f"policy {outcome.policy} over {outcome.documents:,} telegrams, {outcome.municipalities:,} municipalities, "
        f"{outcome.residents:,} people"
    )
    lines = [head]
    for row in sorted({gate.row for gate in outcome.gates}):
        gates = [gate for gate in outcome.gates if gate.row == row]
        armed = sum(gate.first_ms(Stand.ARMED) is not None for gate in gates)
        opened = sum(gate.first_ms(Stand.OPEN) is not None for gate in gates)
        looks = [one for one in outcome.exposures if one.row == row]
        lines.append(
            f"  row {row}: armed in {armed:,} municipalities, open in {opened:,}; {sum(o.persons for o in looks):,} persons in "
            f"{sum(len(o.cells) for o in looks):,} cells visible, {sum(o.person_minutes for o in looks):,} person-minutes"
        )
    lines.append(
        f"  trapped cells: {len(outcome.trapped):,}; staff see a count in {len(counted):,}, whom in {len(located):,}"
    )
    return lines
