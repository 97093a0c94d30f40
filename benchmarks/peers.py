"""From an origin to the nearest of 60 shelters, in the city of Porto and in its region: ours beside other engines; a closure for each.

Prints one JSON line a figure: `value` is ours, `peer` names another engine in its best way with its own figure, `ratio` says how many
times ours it is. Rounds take turns; each process counts its own processor time. A peer that is not set up (benchmarks/peers/setup.sh)
is named as missing. `--contract` also contracts OSRM's graph anew, which is what a closure costs there: more than a minute.
"""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import numpy as np
import osmium
from peers.client import EXTRACT, HOME, Peer, commands, write_places
from peers.ours import OURS, Measured, Porto, Way, city_places, graph_ways, region_places, timed, walk_porto

ROUNDS = 5
WARM_UP = {"GraphHopper": 4}
"""Rounds before the first that counts: compilers at run time need more than one."""


def say(name: str, value: float, unit: str, *, peer: str = "", peer_value: float | None = None) -> None:
    """One line. A ratio is what the peer needs for what ours needs."""
    told = None if peer_value is None else f"{peer} ({peer_value:,.{0 if peer_value >= 100 else 1}f} {unit})"
    ratio = None if peer_value is None else round(peer_value / value, 2)
    line = {"name": name, "value": round(value, 4), "unit": unit, "bar": None, "met": None}
    print(json.dumps(line | {"peer": told, "ratio": ratio}), flush=True)


def key(engine: str) -> str:
    """An engine as a part of a name."""
    return engine.lower().replace(" ", "_")


def say_missing(engine: str, why: str) -> None:
    name = f"porto_vs_{key(engine)}"
    rest = {"value": None, "unit": None, "bar": None, "met": None, "peer": f"{engine}: {why}", "ratio": None}
    print(json.dumps({"name": name} | rest), flush=True)


def asked(peer: Peer, work: str) -> Callable[[int, int], Measured]:
    def run(first: int, count: int) -> Measured:
        found = peer.ask(work, first, count)
        return found["cpu_s"], found["metres"]

    return run


PEER_WAYS = {
    "OSRM CH": [("table 1 x 60", "one", "one", 40), ("table 500 x 60", "batch", "batch", 500)],
    "OSRM MLD": [("table 1 x 60", "one", "one", 10), ("table 500 x 60", "batch", "batch", 500)],
    "Valhalla": [
        ("matrix that stops at the first", "one", "one", 10),
        ("matrix with an excluded place", "closed", "closed", 10),
    ],
    "GraphHopper": [
        ("shortest-path tree stopped at the first", "one", "tree", 2000),
        ("CH, nearest as the crow flies first", "one", "ch", 200),
        ("routes with a closed polygon, nearest as the crow flies first", "closed", "polygon", 40),
    ],
}
"""How, kind, work as the peer knows it, origins a round."""


def start_peers(stack: ExitStack, porto: Porto) -> tuple[list[Way], dict[str, Peer]]:
    """Those that are set up, in processes of their own; each of the others gets its line."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    places = write_places(folder / "places.csv", porto.targets, porto.origins)
    ways: list[Way] = []
    peers: dict[str, Peer] = {}
    for engine, command in commands(places).items():
        if not command:
            say_missing(engine, "missing, run benchmarks/peers/setup.sh")
            continue
        peers[engine] = stack.enter_context(Peer(engine, command))
        ways += [
            Way(engine, how, kind, count, asked(peers[engine], work))
            for how, kind, work, count in PEER_WAYS[engine]
        ]
    return ways, peers


def take_turns(ways: list[Way]) -> dict[Way, tuple[float, float]]:
    """For each way the median processor time an origin, us, and metres an origin; all in turns."""
    for way in ways:
        for turn in range(WARM_UP.get(way.engine, 1)):
            way.run(turn * way.count, way.count)
    spent: dict[Way, list[float]] = {way: [] for way in ways}
    metres: dict[Way, list[float]] = {way: [] for way in ways}
    for turn in range(ROUNDS):
        for way in ways:
            cpu_s, sum_m = way.run(turn * way.count, way.count)
            spent[way].append(cpu_s / way.count * 1e6)
            metres[way].append(sum_m / way.count)
    return {way: (float(np.median(spent[way])), float(np.mean(metres[way]))) for way in ways}


def tell_answers(where: str, found: dict[Way, tuple[float, float]]) -> None:
    """Ours one by one beside each engine's best way one by one; ours in columns beside its best way of all."""
    ours = {way.kind: us for way, (us, _) in found.items() if way.engine == OURS}
    for kind, us in ours.items():
        say(f"porto_{where}_{kind}", us, "us")
    for engine in dict.fromkeys(way.engine for way in found if way.engine != OURS):
        own = {way: us for way, (us, _) in found.items() if way.engine == engine and way.kind != "closed"}
        for kind, ours_us in ours.items():
            us, how = min((us, way.how) for way, us in own.items() if kind != "one" or way.kind == "one")
            name = f"porto_{where}_{kind}_vs_{key(engine)}"
            say(name, ours_us, "us", peer=f"{engine}, {how}", peer_value=us)


def tell_closures(
    porto: Porto, found: dict[Way, tuple[float, float]], closings: Iterator[tuple[str, str, float]]
) -> None:
    """One closure: ours until the field is right for everybody, beside what it costs each engine."""
    porto.close_one(0)
    ours = float(np.median([porto.close_one(turn) for turn in range(1, 30)])) * 1e3
    say("porto_closure", ours, "ms")
    for way, (us, _) in found.items():
        if way.kind == "closed":
            peer = f"{way.engine}, {way.how}, in each answer"
            say(
                f"porto_closure_each_answer_vs_{key(way.engine)}",
                ours,
                "ms",
                peer=peer,
                peer_value=us / 1e3,
            )
    for engine, how, seconds in closings:
        name = f"porto_closure_vs_{key(engine)}"
        say(name, ours, "ms", peer=f"{engine}, {how}", peer_value=seconds * 1e3)


def closings(
    peers: dict[str, Peer], anew: dict[str, Callable[[], object]]
) -> Iterator[tuple[str, str, float]]:
    """What each engine does anew after a closure, and its processor time."""
    for engine, work in anew.items():
        yield engine, "whole forest anew", timed(work)
    if "GraphHopper" in peers:
        peers["GraphHopper"].ask("contract")
        yield "GraphHopper", "contraction anew", peers["GraphHopper"].ask("contract")["cpu_s"]
    if "OSRM MLD" in peers:
        yield "OSRM MLD", "customization anew, without loading it", osrm_anew("customize", "mld")
    if "OSRM CH" in peers and "--contract" in sys.argv:
        yield "OSRM CH", "contraction anew, without loading it", osrm_anew("contract", "ch")
    elif "OSRM CH" in peers:
        say_missing("OSRM CH closure", "not measured in this run, ask for it by --contract")


def osrm_anew(program: str, graph: str) -> float:
    """Processor time of OSRM's own program that takes in a closed segment, s."""
    binary = next((HOME / "venv" / "lib").glob("python3*/site-packages/osrm/bin")) / f"osrm-{program}"
    with tempfile.TemporaryDirectory() as folder:
        for part in (HOME / "osrm").glob(f"{graph}.osrm*"):
            (Path(folder) / part.name).write_bytes(part.read_bytes())
        first, second = a_segment()
        speeds = Path(folder) / "closed.csv"
        speeds.write_text(f"{first},{second},0\n{second},{first},0\n", encoding="utf-8")
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [binary, "-t", "1", "--segment-speed-file", speeds, Path(folder) / f"{graph}.osrm"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (ended.ru_utime - began.ru_utime) + (ended.ru_stime - began.ru_stime)


@cache
def a_segment() -> tuple[int, int]:
    """Two neighbours on a street, by their numbers in the map."""
    for way in osmium.FileProcessor(str(EXTRACT), osmium.osm.WAY):
        if (
            isinstance(way, osmium.osm.Way)
            and way.tags.get("highway") == "residential"
            and len(way.nodes) > 2
        ):
            return way.nodes[0].ref, way.nodes[1].ref
    raise LookupError(f"{EXTRACT}: no residential street")


def measure(where: str, porto: Porto, *, with_closures: bool) -> None:
    """All engines on one set of places."""
    graphs, anew = graph_ways(porto)
    with ExitStack() as stack:
        others, peers = start_peers(stack, porto)
        fit = [way for way in others if with_closures or way.kind != "closed"]
        found = take_turns([*porto.ways(), *graphs, *fit])
        tell_answers(where, found)
        if with_closures:
            tell_closures(porto, found, closings(peers, anew))
    if "--ways" in sys.argv:
        for way, (us, metres) in found.items():
            print(f"{where}: {way.engine}, {way.how}: {us:,.1f} us, {metres:,.0f} m", file=sys.stderr)


def main() -> None:
    walking = walk_porto()
    measure("city", Porto(walking, city_places()), with_closures=True)
    measure("region", Porto(walking, region_places(walking)), with_closures=False)


if __name__ == "__main__":
    main()
