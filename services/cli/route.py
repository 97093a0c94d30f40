"""`mio route`: one question to an area folder, answered here and now. What is in force is what `--hazards` says; no alert is read."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from streams.world import World

HAZARDS = ("flood", "landslide", "storm_surge", "earthquake", "tsunami", "fire", "inland_flood", "volcano")


class Language(StrEnum):
    """In which language sentences are."""

    JA = "ja"
    EN = "en"


def route(
    folder: Annotated[Path, typer.Argument(help="An area folder (mio area build).")],
    start: Annotated[str, typer.Option("--from", help="LAT,LON in degrees, such as 34.50,135.24.")],
    profile: Annotated[str, typer.Option(help="adult, slow, child, stroller or wheelchair.")] = "adult",
    hazards: Annotated[str, typer.Option(help=f"What to flee from, by comma: {', '.join(HAZARDS)}.")] = "",
    language: Annotated[Language, typer.Option(help="Language of the sentences.")] = Language.JA,
    as_json: Annotated[bool, typer.Option("--json", help="The body that HTTP would give.")] = False,
    picture: Annotated[Path | None, typer.Option(help="Also draw the way, as an .svg file.")] = None,
) -> None:
    """Ask for the way to safety from a point of an area."""
    from routing.errors import RoutingError
    from services.area.errors import AreaFolderError

    try:
        lat, lon = parse_place(start)
        body = answer(folder, lat, lon, profile=profile, hazards=parse_hazards(hazards), language=language)
    except (RoutingError, AreaFolderError) as error:
        Console(stderr=True).print(f"mio route: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(2) from None
    if picture:
        _draw(folder, body, picture)
    if as_json:
        typer.echo(json.dumps(body, ensure_ascii=False))
    else:
        typer.echo("\n".join(tell(body, language)))


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


def answer(
    folder: Path, lat: float, lon: float, *, profile: str, hazards: tuple[str, ...], language: str
) -> dict[str, Any]:
    """The body of a route answer, from the folder's own list and map.

    Raises:
        AreaFolderError: no area folder.
        RoutingError: the place or profile cannot be used.
    """
    from services.area.folder import read_area
    from services.area.show import read_sites
    from services.navigator.answers import Moment
    from services.navigator.ground import load_ground
    from services.navigator.render import render
    from services.navigator.state import World as State
    from streams.clock import SystemClock
    from streams.events.base import Hazard
    from streams.folds.shelters import Place, shelter_state

    info = read_area(folder)
    states = {site.id: shelter_state(site.id, Place(listed=site)) for site in read_sites(folder)}
    now_ms = SystemClock().now_ms()
    places = {key: state for key, state in states.items() if state is not None}
    moment = Moment.of(load_ground(folder), State(places=places, at_ms=now_ms))
    made = moment.answer(lat, lon, profile=profile, extra=frozenset(Hazard(h) for h in hazards))
    world = World.DRILL if info.synthetic else World.REAL
    return render(made, moment, profile=profile, language=language, world=world, now_ms=now_ms, heard_ms=None)


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
        f"→ {shelter['name']}  {body['length_m']} m, {body['minutes']} {'分' if japanese else 'min'}  "
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


def _draw(folder: Path, body: dict[str, Any], picture: Path) -> None:
    from services.area.drawing import draw_area
    from services.area.show import open_overview, read_zones

    if picture.suffix != ".svg":
        raise typer.BadParameter(f"{picture}: pictures are drawn as .svg", param_hint="--picture")
    overview = open_overview(folder)
    way = [(lat, lon) for lon, lat in body["geometry"]["coordinates"]] if body["kind"] == "route" else []
    svg = draw_area(
        overview.network, overview.places, title=overview.info.name, zones=read_zones(folder), route=way
    )
    picture.write_text(svg, encoding="utf-8")
