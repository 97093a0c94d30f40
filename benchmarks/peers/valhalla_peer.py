"""Valhalla answers "origin to the nearest of the targets" by its matrix service. Arguments: configuration, file of places."""

import json
import sys
from pathlib import Path

import valhalla
from serve import Place, read_places, serve


def main(config: Path, places: Path) -> None:
    engine = valhalla.Actor(json.loads(config.read_text(encoding="utf-8")))
    targets, origins = read_places(places)
    ends = [{"lat": lat, "lon": lon} for lat, lon in targets]

    def nearest(start: Place, **more: object) -> float:
        # it may stop at the first target found: its best way to do this job
        asked = {
            "sources": [{"lat": start[0], "lon": start[1]}],
            "targets": ends,
            "costing": "pedestrian",
            "verbose": False,
            "matrix_locations": 1,
            **more,
        }
        found = json.loads(engine.matrix(json.dumps(asked)))["sources_to_targets"]
        reached = zip(found["durations"][0], found["distances"][0], strict=True)
        return float(min(((s, km) for s, km in reached if s), default=(0, 0))[1]) * 1000

    closed = [{"lat": origins[0][0], "lon": origins[0][1]}]
    works = {
        "one": lambda starts: sum(nearest(start) for start in starts),
        "closed": lambda starts: sum(nearest(start, exclude_locations=closed) for start in starts),
    }
    serve(works, origins)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
