"""`mio route`: one question to an area folder, answered here and now. What is in force is what `--hazards` says; no alert is read."""

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from streams.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.area.journey_drawing import Closed
    from services.navigator.answers import Moment
    from streams.events.closures import ClosureState

HAZARDS = ("flood", "landslide", "storm_surge", "earthquake", "tsunami", "fire", "inland_flood", "volcano")

NOT_LIVE = "answered from the folder alone: no alert was read. Suppose hazards with --hazards; what is in force now, a running navigator knows (mio up)."


class Language(StrEnum):
    """In which language sentences are."""

    JA = "ja"
    EN = "en"


def route(
    folder: Annotated[Path, typer.Argument(help="An area folder (mio area build).")],
    start: Annotated[str, typer.Option("--from", help="LAT,LON in degrees, such as 34.50,135.24.")],
    profile: Annotated[str, typer.Option(help="adult, slow, child, stroller, wheelchair or car.")] = "adult",
    hazards: Annotated[str, typer.Option(help=f"What to flee from, by comma: {', '.join(HAZARDS)}.")] = "",
    language: Annotated[Language, typer.Option(help="Language of the sentences.")] = Language.JA,
    as_json: Annotated[bool, typer.Option("--json", help="The body that HTTP would give.")] = False,
    closures: Annotated[
        Path | None, typer.Option(help="Suppose these closures: a file of any format that mio feed reads.")
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(
            help="Also draw the way, what is closed and why, the next places and the zones of --hazards, as .svg."
        ),
    ] = None,
) -> None:
    """Ask for the way to safety from a point of an area."""
    from routing.errors import RoutingError
    from services.area.errors import AreaFolderError

    if picture and picture.suffix != ".svg":
        raise typer.BadParameter(f"{picture}: pictures are drawn as .svg", param_hint="--picture")
    try:
        lat, lon = parse_place(start)
        named = parse_hazards(hazards)
        closed = read_closures(closures) if closures else Closures()
        asked = ask(folder, lat, lon, profile=profile, hazards=named, language=language, closures=closed)
    except (RoutingError, AreaFolderError) as error:
        Console(stderr=True).print(
            f"mio route: {error}", style="red", markup=False, highlight=False, soft_wrap=True
        )
        raise typer.Exit(2) from None
    for line in (NOT_LIVE, *closed.tell(asked.moment)):
        Console(stderr=True).print(line, style="yellow", markup=False, highlight=False, soft_wrap=True)
    if picture:
        picture.write_text(draw(folder, asked, (lat, lon), hazards=named), encoding="utf-8")
    if as_json:
        typer.echo(json.dumps(asked.body, ensure_ascii=False))
    else:
        typer.echo("\n".join(tell(asked.body, language)))


MISDRAWN = {
    "coordinates-missing": "it has no place",
    "coordinates-swapped": "latitude and longitude are swapped; GeoJSON is [longitude, latitude]",
    "coordinates-out-of-range": "these are no degrees (metres of a projection? send WGS 84 degrees)",
}
"""Reasons of the adapters in words; others stand for themselves."""


@dataclass(frozen=True)
class Closures:
    """Supposed closures, and what of the file could not be used, in a sentence each."""

    states: "tuple[ClosureState, ...]" = ()
    refused: tuple[str, ...] = ()

    def tell(self, moment: "Moment") -> list[str]:
        """What became of each closure that does not close a way to walkers here."""
        from streams.events.closures import Mode
        from streams.folds.closures import in_force

        lines = list(self.refused)
        for state in self.states:
            if not in_force(state, moment.world.at_ms):
                lines.append(f"closure {state.id}: not in force now")
            elif Mode.FOOT not in state.modes:
                assumed = " (the feed does not say whom it stops)" if state.modes_assumed else ""
                lines.append(f"closure {state.id}: for cars only{assumed}")
            elif state.misdrawn and state.id not in moment.overlay.closures:
                why = MISDRAWN.get(state.misdrawn, state.misdrawn)
                lines.append(f"closure {state.id}: closes nothing, its drawing cannot be used: {why}")
            elif state.id in moment.unplaced:
                lines.append(f"closure {state.id}: lies here, but no way is near enough")
            elif state.id not in moment.overlay.closures:
                lines.append(f"closure {state.id}: lies in another area")
        return lines


def read_closures(path: Path) -> Closures:
    """The closures of a file, the newest report of each.

    Raises:
        AreaFolderError: no such file, or no closure in it.
    """
    from services.area.errors import AreaFolderError
    from streams.adapters.registry import Source, read
    from streams.clock import SystemClock
    from streams.events.closures import ClosureReport
    from streams.folds.closures import closure_state, fold_closure

    try:
        data = path.read_bytes()
    except OSError as error:
        raise AreaFolderError(f"--closures {path}: cannot be read ({error.strerror})") from None
    reading = read(data, Source(path.stem, SystemClock().now_ms()), name=path.name)
    reports: dict[str, ClosureReport] = {}
    for event in reading.events:
        if isinstance(event, ClosureReport):
            reports[event.id] = fold_closure(reports.get(event.id), event)
    refused = tuple(f"{path.name} {r.place}: {r.detail} [{r.reason}]" for r in reading.rejections)
    if not reports:
        why = f": {refused[0]}" if refused else f" ({reading.format})"
        raise AreaFolderError(f"--closures {path}: holds no closure{why}")
    states = (closure_state(report) for report in reports.values())
    return Closures(tuple(state for state in states if state is not None), refused)


def parse_place(text: str) -> tuple[float, float]:
    """LAT,LON.

    Raises:
        PlaceError: not two numbers.
    """
    from routing.errors import PlaceError

    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise PlaceError(f"--from {text!r}: expected LAT,LON in degrees, such as 34.50,135.24") from None
    return lat, lon


def parse_hazards(text: str) -> tuple[str, ...]:
    """Names by comma.

    Raises:
        RoutingError: an unknown name; lists those that there are.
    """
    from routing.errors import RoutingError

    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in HAZARDS:
            raise RoutingError(f"--hazards {name!r}: choose from {', '.join(HAZARDS)}")
    return names


@dataclass(frozen=True)
class Asked:
    """An answer's body, and the moment it was given from."""

    body: dict[str, Any]
    moment: "Moment"


def answer(
    folder: Path, lat: float, lon: float, *, profile: str, hazards: tuple[str, ...], language: str
) -> dict[str, Any]:
    """The body of a route answer, from the folder's own list and map.

    Raises:
        AreaFolderError: no area folder.
        RoutingError: the place or profile cannot be used.
    """
    return ask(folder, lat, lon, profile=profile, hazards=hazards, language=language).body


def ask(
    folder: Path,
    lat: float,
    lon: float,
    *,
    profile: str,
    hazards: tuple[str, ...],
    language: str,
    closures: Closures | None = None,
) -> Asked:
    """The same with supposed closures, and with the moment.

    Raises:
        AreaFolderError: no area folder.
        RoutingError: the place or profile cannot be used.
    """
    from services.area.folder import read_area
    from services.area.show import read_sites
    from services.navigator.answers import Moment
    from services.navigator.ground import load_ground
    from services.navigator.render import render
    from services.navigator.shelf import Shelf
    from services.navigator.state import World as State
    from streams.clock import SystemClock
    from streams.events.base import Hazard
    from streams.folds.shelters import Place, shelter_state

    info = read_area(folder)
    states = {site.id: shelter_state(site.id, Place(listed=site)) for site in read_sites(folder)}
    now_ms = SystemClock().now_ms()
    places = {key: state for key, state in states.items() if state is not None}
    closed = {state.id: state for state in closures.states} if closures else {}
    moment = Moment.of(load_ground(folder), State(places=places, closures=closed, at_ms=now_ms))
    made = moment.answer(lat, lon, profile=profile, extra=frozenset(Hazard(h) for h in hazards))
    world = World.DRILL if info.synthetic else World.REAL
    body = render(
        made, Shelf(moment), profile=profile, language=language, world=world, now_ms=now_ms, heard_ms=None
    )
    return Asked(body, moment)


def tell(body: dict[str, Any], language: str) -> list[str]:
    """The answer as lines for a person."""
    japanese = language == Language.JA
    lines = [f"【{body['notice']}】"] if body["notice"] else []
    lines.append(body["why"]["text"])
    lines += [f"! {warning['text']}" for warning in body["warnings"]]
    if body["kind"] == "stay":
        nearest = body["nearest_in_a_straight_line"]
        if nearest:
            lines.append(
                f"{'直線で最も近い場所' if japanese else 'nearest in a straight line'}: {nearest['name']}"
            )
        return lines
    shelter, capacity = body["shelter"], body["shelter"]["capacity"]
    unknown = "不明" if japanese else "unknown"
    people = unknown if capacity is None else f"{capacity}"
    lines.append(
        f"→ {shelter['name']}  {body['length_m']:,} m, {body['minutes']} {'分' if japanese else 'min'}  "
        f"({'定員' if japanese else 'capacity'}: {people})"
    )
    lines += [
        f"  {number:2d}. {step['text']} ({step['length_m']} m)"
        for number, step in enumerate(body["steps"], 1)
    ]
    lines += [
        f"{'次' if japanese else 'next'}: {other['shelter']['name']}, {other['why_second']}"
        for other in body["alternatives"]
    ]
    lines.append(body["as_of"]["network"]["attribution"])
    return lines


def draw(folder: Path, asked: Asked, start: tuple[float, float], *, hazards: tuple[str, ...]) -> str:
    """The answer as SVG text: the way, what is closed and why, the zones of these hazards, the place and the next ones."""
    from services.area.journey_drawing import Journey, draw_journey
    from services.area.show import open_overview, read_zones

    overview, body = open_overview(folder), asked.body
    is_route = body["kind"] == "route"
    journey = Journey(
        start=start,
        way=[(lat, lon) for lon, lat in body["geometry"]["coordinates"]] if is_route else (),
        goal=body["shelter"]["id"] if is_route else "",
        closed=list(_closed(asked.moment)),
        others=[(o["shelter"]["id"], f"({o['minutes']} min)") for o in body["alternatives"]] if is_route else (),
    )  # fmt: skip
    zones = [zone for zone in read_zones(folder) if zone["properties"]["hazard"] in hazards]
    told = f"{body['length_m']:,} m, {body['minutes']} min" if is_route else body["why"]["text"]
    return draw_journey(
        overview.network, overview.places, journey, title=f"{overview.info.name}: {told}", zones=zones,
        mark="訓練・架空の都市 DRILL, made-up city" if overview.info.synthetic else "",
    )  # fmt: skip


def _closed(moment: "Moment") -> "Iterator[Closed]":
    """What each cause closes to walkers, in the cause's own words."""
    from routing import Mode
    from routing.overlay import EVERYBODY
    from services.area.journey_drawing import Closed

    overlay = moment.overlay
    for cause, links in sorted(overlay.closures.items()):
        if not overlay.modes.get(cause, EVERYBODY) & Mode.FOOT:
            continue
        state = moment.world.closures.get(cause)
        if state is None:
            yield Closed(
                f"水が入るおそれ may fill with water ({cause.removeprefix('hazard:')})",
                links.tolist(),
                fills=True,
            )
        else:
            words = [state.cause or state.description or state.id, *state.road_names[:1]]
            yield Closed(" · ".join(words), links.tolist())
