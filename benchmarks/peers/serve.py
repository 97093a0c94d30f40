"""What a Python peer says and hears: one line "work first count" in, one JSON line with its processor time out. Knows no engine.

Runs in the peers' own environment, so it imports nothing of ours.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

Place = tuple[float, float]
Work = Callable[[list[Place]], float]
"""From origins (lat, lon) to the sum of metres to the nearest of the targets."""


def read_places(path: Path) -> tuple[list[Place], list[Place]]:
    """Targets and origins from lines "target|origin,lat,lon"."""
    places: dict[str, list[Place]] = {"target": [], "origin": []}
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, lat, lon = line.split(",")
        places[kind].append((float(lat), float(lon)))
    return places["target"], places["origin"]


def serve(works: dict[str, Work], origins: list[Place]) -> None:
    """Answers until its input ends."""
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        work, first, count = line.split()
        chosen = [origins[i % len(origins)] for i in range(int(first), int(first) + int(count))]
        began = time.process_time()
        metres = works[work](chosen)
        print(json.dumps({"cpu_s": time.process_time() - began, "metres": metres}), flush=True)
