"""Records GraphHopper's walks in the city of Porto: from 2,000 places to the nearest of 60. Numbers only; the tests need no Java.

Run once (`benchmarks/peers/setup.sh` before): writes tests/contract/routing/porto_walks.json. Places are even over a box and
owe nothing to the map, but that each lies within 300 m of a way.
"""

import json
import tempfile
from pathlib import Path

import numpy as np
from client import WALKS, Peer, commands, write_places

SEED, CANDIDATES, TARGETS, ORIGINS = 60, 2600, 60, 2000
SOUTH, NORTH, WEST, EAST = 41.13, 41.19, -8.70, -8.55
NEAR_M = 300


def draw() -> list[tuple[float, float]]:
    """Places in the box around the city, degrees."""
    rng = np.random.default_rng(SEED)
    lat, lon = rng.uniform(SOUTH, NORTH, CANDIDATES), rng.uniform(WEST, EAST, CANDIDATES)
    return list(zip(lat.round(6).tolist(), lon.round(6).tolist(), strict=True))


def main() -> None:
    drawn = draw()
    with tempfile.TemporaryDirectory() as folder:
        places = write_places(Path(folder) / "places.csv", drawn[:1], drawn)
        with Peer("GraphHopper", commands(places)["GraphHopper"]) as peer:
            away = peer.ask_each("away", 0, len(drawn), lines=len(drawn) + 1)
        near = [place for place, row in zip(drawn, away, strict=False) if row["away_m"] <= NEAR_M]
        targets, origins = near[:TARGETS], near[TARGETS : TARGETS + ORIGINS]
        write_places(places, targets, origins)
        with Peer("GraphHopper", commands(places)["GraphHopper"]) as peer:
            found = peer.ask_each("record", 0, ORIGINS, lines=ORIGINS + 1)[:ORIGINS]
    walks = [[*o, row["metres"], row["target"]] for o, row in zip(origins, found, strict=True)]
    about = {
        "about": "metres on foot from origins to the nearest of the targets: [lat, lon, metres, target]",
        "engine": "GraphHopper 11.0, its rules of where one may walk, shortest way by CH",
        "source": "distances computed from © OpenStreetMap contributors, ODbL 1.0; extract porto_portugal.osm.pbf",
    }
    lines = [f'"{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in about.items()]
    lines.append(f'"targets": {json.dumps(targets)}')
    lines.append('"walks": [\n' + ",\n".join(json.dumps(walk) for walk in walks) + "\n]")
    WALKS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{len(walks)} walks, {sum(row[2] for row in walks) / len(walks):.0f} m each, to {WALKS}")


if __name__ == "__main__":
    main()
