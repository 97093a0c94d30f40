"""Road closures of the drill as GeoJSON: the document that a road office would send."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.drill.jma_xml import jst

Line = Sequence[tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Closure:
    """One closed way. `line`: (lat, lon) from end to end; `structure`: surface, bridge or tunnel."""

    id: str
    road: str
    line: Line
    structure: str
    modes: tuple[str, ...]
    cause: str
    description: str


def closure_document(closure: Closure, *, at_ms: int, is_open: bool = False) -> bytes:
    """A FeatureCollection that says: closed now, or open again."""
    properties: dict[str, Any] = {
        "id": closure.id,
        "status": "open" if is_open else "closed",
        "modes": list(closure.modes),
        "cause": closure.cause,
        "description": f"【訓練】{closure.description}",
        "road_names": [closure.road],
        "structure": closure.structure,
        "as_of": jst(at_ms),
    }
    if not is_open:
        properties["starts_at"] = jst(at_ms)
    geometry = {"type": "LineString", "coordinates": [[lon, lat] for lat, lon in closure.line]}
    feature = {"type": "Feature", "id": closure.id, "properties": properties, "geometry": geometry}
    collection = {"type": "FeatureCollection", "features": [feature]}
    return json.dumps(collection, ensure_ascii=False).encode()
