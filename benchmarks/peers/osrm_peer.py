"""OSRM answers "origin to the nearest of the targets" by its table service. Arguments: graph, CH or MLD, file of places."""

import sys
from pathlib import Path

import osrm
from serve import Place, read_places, serve

METRES_A_SECOND = 5 / 3.6
"""Walking speed of its foot profile."""


def main(graph: str, algorithm: str, places: Path) -> None:
    engine = osrm.OSRM(
        storage_config=graph, algorithm=algorithm, use_shared_memory=False, max_locations_distance_table=2000
    )
    targets, origins = read_places(places)
    ends = [(lon, lat) for lat, lon in targets]

    def table(starts: list[Place]) -> float:
        count = len(starts)
        asked = osrm.TableParameters(
            coordinates=[(lon, lat) for lat, lon in starts] + ends,
            sources=list(range(count)),
            destinations=list(range(count, count + len(ends))),
            annotations=["duration"],
            generate_hints=False,
        )
        asked.skip_waypoints = True
        rows = engine.Table(asked)["durations"]
        nearest = (min((s for s in row if s is not None), default=0.0) for row in rows)
        return sum(nearest) * METRES_A_SECOND

    serve({"one": lambda starts: sum(table([start]) for start in starts), "batch": table}, origins)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
