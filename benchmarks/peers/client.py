"""Starts the peers that are set up, asks them, and says which are missing. Measures nothing itself: each peer counts its own time."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / ".mio" / "peers"
HERE = ROOT / "benchmarks" / "peers"
DATA = Path(os.environ.get("MIO_TEST_DATA", ROOT.parent / "shared" / "data"))
EXTRACT = DATA / "osm" / "porto_portugal.osm.pbf"
WALKS = ROOT / "tests" / "contract" / "routing" / "porto_walks.json"
PYTHON = HOME / "venv" / "bin" / "python"
Place = tuple[float, float]


class PeerError(Exception):
    """A peer ended, or said what is no answer."""


class Peer:
    """One engine in a process of its own."""

    def __init__(self, name: str, command: Sequence[str | Path]) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._read()  # {"ready": true}

    def ask(self, work: str, first: int = 0, count: int = 1) -> dict[str, float]:
        """`cpu_s` and the sum of `metres` of a work on so many origins."""
        return self.ask_each(work, first, count, lines=1)[0]

    def ask_each(self, work: str, first: int, count: int, *, lines: int) -> list[dict[str, float]]:
        """The lines that a work answers."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{work} {first} {count}\n")
        self._process.stdin.flush()
        return [self._read() for _ in range(lines)]

    def _read(self) -> dict[str, float]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("{"):
                found: dict[str, float] = json.loads(line)
                return found
        raise PeerError(
            f"{self.name} ended with {self._process.wait()}: run its command by hand to see why, {self._process.args}"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=30)  # its input ends, so it does


def write_places(path: Path, targets: Sequence[Place], origins: Sequence[Place]) -> Path:
    """The file that peers read."""
    rows = [("target", place) for place in targets] + [("origin", place) for place in origins]
    path.write_text("".join(f"{kind},{lat},{lon}\n" for kind, (lat, lon) in rows), encoding="utf-8")
    return path


def commands(places: Path) -> dict[str, list[str | Path]]:
    """How each peer is started; an empty command: it is not set up."""
    osrm, valhalla, hopper = HOME / "osrm", HOME / "valhalla", HOME / "graphhopper"
    found: dict[str, list[str | Path]] = {
        f"OSRM {name.upper()}": [
            PYTHON,
            HERE / "osrm_peer.py",
            osrm / f"{name}.osrm",
            name.upper(),
            places,
        ]
        if (osrm / f"{name}.ready").exists()
        else []
        for name in ("ch", "mld")
    }
    valhalla_is_ready = (valhalla / "ready").exists()
    start: list[str | Path] = [PYTHON, HERE / "valhalla_peer.py", valhalla / "valhalla.json", places]
    found["Valhalla"] = start if valhalla_is_ready else []
    classes = hopper / "target" / "classes"
    java: list[str | Path] = ["java", "-Xmx1g", "-XX:+UseSerialGC", "-cp", f"{classes}:{hopper / 'lib'}/*"]
    start = [*java, "Peer", EXTRACT, hopper / "graph", places]
    found["GraphHopper"] = start if (classes / "Peer.class").exists() else []
    return found
