"""A street with sites along it, and small ways to say what is in force."""

from typing import Any

import shapely

import routing
from services.navigator.ground import Ground, HazardMapZone
from streams.cells import cells_of_shape
from streams.events.alerts import Condition, HazardState, HazardZone, Severity
from streams.events.base import AreaRef, Hazard, Status
from streams.events.closures import ClosureState, Geometry, Mode
from streams.events.shelters import Layer, ShelterState
from streams.events.sources import Says, SourceHealth
from tests.unit.routing.oracles import BOTH, network_of

STEP = 0.002
"""Degrees of longitude from node to node: about 180 m, more than one cell of resolution 10."""
TUNNEL = BOTH | routing.Way.TUNNEL


def at(index: float) -> tuple[float, float]:
    return 34.0, 135.0 + index * STEP


def street(
    *zones: HazardMapZone, ways: tuple[routing.Way, ...] = (BOTH,) * 10, names: tuple[str, ...] = ()
) -> Ground:
    spots = [at(i) for i in range(len(ways) + 1)]
    ends = [(i, i + 1, way) for i, way in enumerate(ways)]
    return Ground(network_of(spots, ends, [0.0] * len(ways), names), zones)


def stretch(west: float, east: float) -> shapely.Polygon:
    return shapely.box(135.0 + west * STEP, 33.999, 135.0 + east * STEP, 34.001)


def zone(hazard: Hazard, west: float, east: float) -> HazardMapZone:
    return HazardMapZone(f"{hazard}-{west}", hazard, "想定区域", stretch(west, east))


def site(index: float, *suits: Hazard, **more: object) -> ShelterState:
    lat, lon = at(index)
    fields: dict[str, Any] = {"layer": Layer.SITE, "lat": lat, "lon": lon, "listed_source": "list", **more}
    return ShelterState(id=f"E{index}", name=f"第{index}小学校", suits=suits, **fields)


def alert(hazard: Hazard, west: float, east: float, *, level: int | None = 4, **more: object) -> HazardState:
    condition = Condition(hazard=hazard, severity=Severity.WARNING, code="1", name="警報", level=level)
    area = AreaRef("muni", "99101", "澪北市")
    cells = cells_of_shape(stretch(west, east).buffer(0.0005))
    fields: dict[str, Any] = {
        "series": f"s/{hazard}", "telegram_id": "t", "kind": "VPWW55", "source": "jma", "status": Status.EXERCISE,
        "title": "警報", "headline": "", "issuer": "気象台", "issued_at_ms": 1_000,
        "zones": (HazardZone(area=area, condition=condition, cells=cells),), **more,
    }  # fmt: skip
    return HazardState(**fields)


def source_of(*says: Says, heard_ms: int | None = 1_000, **more: object) -> SourceHealth:
    fields: dict[str, Any] = {
        "id": "roads", "name": "道路課", "kind": "pull", "contact": "tel:0", "declared_ms": 1_000, "expected_s": 60, **more,
    }  # fmt: skip
    return SourceHealth(says=says, heard_ms=heard_ms, **fields)


def closure(index: float | None, **more: object) -> ClosureState:
    geometry = None if index is None else Geometry("point", ((at(index),),))
    fields: dict[str, Any] = {"modes": (Mode.FOOT,), "geometry": geometry, "as_of_ms": 500, **more}
    return ClosureState(id=f"c{index}", source="roads", **fields)


def by_id(*states: ShelterState | ClosureState | HazardState) -> dict[str, Any]:
    return {state.series if isinstance(state, HazardState) else state.id: state for state in states}
