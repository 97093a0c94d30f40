"""`POST /v1/what-if`: who would go elsewhere if. Reads the moment in force and keeps nothing."""

import threading
from typing import Any

import h3.api.basic_int as h3
import shapely
from fastapi import APIRouter
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from services.kit.problems import Problem
from services.navigator.answers import Moment
from services.navigator.live import Live
from services.navigator.render import world_marks
from services.navigator.what_if import (
    CellChange,
    Difference,
    SupposedHazard,
    Supposition,
    compare,
    suppose,
    survey,
)
from services.navigator.what_if_models import (
    MOST_POSITIONS,
    PolygonShape,
    SupposedClosure,
    WhatIfAnswer,
    WhatIfRequest,
)
from streams.adapters.geojson import read_geometry
from streams.adapters.reading import RefusedError
from streams.clock import Clock
from streams.events.base import Hazard
from streams.events.closures import ClosureState, Mode, Structure
from streams.events.shelters import Layer, Opening, ShelterState
from streams.world import World

SOURCE = "what-if"
BUSY_S = 2


def what_if_routes(
    live: Live, world: World, clock: Clock, *, turn: threading.Semaphore | None = None
) -> APIRouter:
    """One question at a time (`turn`): it costs several whole fields, and answers to people in danger come first."""
    routes = APIRouter(prefix="/v1", tags=["planning"])
    turn = turn or threading.Semaphore()

    @routes.post("/what-if", response_model=WhatIfAnswer)
    def post_what_if(request: WhatIfRequest) -> dict[str, Any]:
        """Which cells would go to another place, by how many minutes, and who would be cut off; see docs/reference/what-if.md."""
        if not live.is_ready:
            raise Problem(
                "not-ready", status=503, detail="the state is still being read", retry_after_s=BUSY_S,
                remedy=f"ask again in {BUSY_S} s; /readyz says what is missing",
            )  # fmt: skip
        moment = live.moment
        supposition = read_supposition(request, moment)
        if not turn.acquire(blocking=False):
            raise Problem(
                "busy", status=503, detail="another what-if is being worked out", retry_after_s=BUSY_S,
                remedy=f"ask again in {BUSY_S} s",
            )  # fmt: skip
        try:
            supposed = suppose(moment, supposition)
            before, after = survey(moment, request.profile), survey(supposed, request.profile)
            found = compare(moment, request.profile, before, after)
        finally:
            turn.release()
        return {
            **world_marks(world), "supposed": True, "profile": request.profile, "now_ms": clock.now_ms(),
            "as_of": _ages(moment, live.heard_ms), **_render(found, supposed, request.limit),
            "closures": _placed(supposition, supposed),
        }  # fmt: skip

    return routes


def read_supposition(request: WhatIfRequest, moment: Moment) -> Supposition:
    """The question as values.

    Raises:
        Problem: too many positions, no place on earth, or an id that nobody knows: a slip would answer "nothing changes".
    """
    _check_size(request)
    for number, wanted in enumerate(request.shelters):
        _require(
            wanted.id in moment.world.places, f"shelters.{number}.id", f"no place {wanted.id!r} is known"
        )
    for number, closure in enumerate(request.reopened):
        _require(
            closure in moment.world.closures, f"reopened.{number}", f"no closure {closure!r} is in force"
        )
    return Supposition(
        closures=[
            _closure(closure, f"closures.{number}.geometry", moment.world.at_ms)
            for number, closure in enumerate(request.closures)
        ],
        reopened=request.reopened,
        openings={wanted.id: Opening(wanted.opening) for wanted in request.shelters},
        places=[
            ShelterState(
                id=place.id, layer=Layer.SITE, name=place.name, lat=place.lat, lon=place.lon,
                suits=tuple(Hazard(h) for h in place.suits), listed_source=SOURCE,
            )
            for place in request.places
        ],
        hazards=[
            SupposedHazard(Hazard(given.hazard), _area(given.area, f"hazards.{number}.area"))
            for number, given in enumerate(request.hazards)
        ],
        lifted=[Hazard(h) for h in request.lifted],
    )  # fmt: skip


def _require(known: object, field: str, detail: str) -> None:
    if not known:
        raise Problem(
            "unknown-id", status=422, detail=detail, field=field, remedy="take ids from what is in force now"
        )


def _check_size(request: WhatIfRequest) -> None:
    """Positions of all shapes together."""
    shapes = [closure.geometry for closure in request.closures]
    rings = [ring for hazard in request.hazards if hazard.area for ring in hazard.area.coordinates]
    for drawn in shapes:
        if drawn.type == "Polygon":
            rings += drawn.coordinates
        else:
            rings.append([drawn.coordinates] if drawn.type == "Point" else drawn.coordinates)
    count = sum(map(len, rings))
    if count > MOST_POSITIONS:
        raise Problem(
            "too-large", status=422, detail=f"{count:,} positions: the bound is {MOST_POSITIONS:,} in all shapes together",
            remedy="simplify the shapes, or ask in parts",
        )  # fmt: skip


def _closure(closure: SupposedClosure, field: str, at_ms: int) -> ClosureState:
    try:
        geometry = read_geometry(closure.geometry.model_dump())
    except RefusedError as error:
        raise Problem("no-such-place", status=422, detail=str(error), field=field) from None
    return ClosureState(
        id=closure.id, source=SOURCE, as_of_ms=at_ms, modes=(Mode.FOOT,), geometry=geometry,
        structure=Structure(closure.structure),
    )  # fmt: skip


def _area(area: PolygonShape | None, field: str) -> BaseGeometry | None:
    if area is None:
        return None
    try:
        read_geometry(area.model_dump())
    except RefusedError as error:
        raise Problem("no-such-place", status=422, detail=str(error), field=field) from None
    flat = [[position[:2] for position in ring] for ring in area.coordinates]  # heights say nothing here
    drawn = shapely.make_valid(shape({"type": "Polygon", "coordinates": flat}))
    if not drawn.area:
        raise Problem("no-such-place", status=422, detail="the area covers nothing", field=field)
    return drawn


def _ages(moment: Moment, heard_ms: int | None) -> dict[str, Any]:
    network = moment.ground.network
    return {
        "state_ms": moment.world.at_ms,
        "heard_ms": heard_ms,
        "sources": [
            {"kind": s.kind, "source": s.source, "as_of_ms": s.as_of_ms} for s in moment.world.sources
        ],
        "network": {"attribution": network.attribution, "hash": network.content_hash[:12]},
    }


def _placed(supposition: Supposition, supposed: Moment) -> dict[str, Any]:
    closed, ids = supposed.overlay.closures, [closure.id for closure in supposition.closures]
    unplaced = [each for each in ids if each in supposed.unplaced]
    return {
        "links": {each: len(closed[each]) for each in ids if each in closed},
        "unplaced": unplaced,
        "outside": [each for each in ids if each not in closed and each not in unplaced],
    }


def _render(found: Difference, supposed: Moment, limit: int) -> dict[str, Any]:
    cells = [_cell(change) for change in found.cells[:limit]]
    ids = {move[side] for cell in cells for move in cell["moves"] for side in ("before", "after")}
    places = supposed.world.places
    return {
        "nodes": found.nodes,
        "moved": found.moved,
        "cut_off": found.cut_off,
        "reconnected": found.reconnected,
        "cells_total": len(found.cells),
        "cells": cells,
        "places": {place: places[place].name for place in sorted(ids - {None}) if place in places},
    }


def _cell(change: CellChange) -> dict[str, Any]:
    lat, lon = h3.cell_to_latlng(change.cell)
    return {
        "cell": h3.int_to_str(change.cell),
        "lat": round(lat, 6),
        "lon": round(lon, 6),
        "nodes": change.nodes,
        "moved": change.moved,
        "cut_off": change.cut_off,
        "reconnected": change.reconnected,
        "minutes_mean": None if change.minutes_mean is None else round(change.minutes_mean, 1),
        "minutes_most": None if change.minutes_most is None else round(change.minutes_most, 1),
        "moves": [{"before": m.before, "after": m.after, "nodes": m.nodes} for m in change.moves],
    }
