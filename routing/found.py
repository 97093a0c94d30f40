"""A route as the compiled loops found it: its long parts become tuples only where somebody looks at them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.directions import Point, Step
from routing.network import Network, Way
from routing.route import Route

STEP_KEYS = ("straight", "turn-left", "turn-right", "turn-back", "steps", "bridge", "tunnel", "depart")
"""In the order of `routing.kernels.steps`."""
STAIRS = STEP_KEYS.index("steps")


@dataclass(frozen=True, slots=True)
class Trace:
    """A way in columns. edges: int32[k]; points: float64[n, 2] (lat, lon). steps: int32[s, 3] of (index in `STEP_KEYS`, name, first
    point), and metres: float64[s] of each; the arrival is not among them. known: bits of `routing.Way` that any of its links has.
    """

    network: Network
    edges: npt.NDArray[np.int32]
    points: npt.NDArray[np.float64]
    steps: npt.NDArray[np.int32]
    metres: npt.NDArray[np.float64]
    known: int

    def list_steps(self) -> list[tuple[str, str, float, int]]:
        """(key, street, metres, first point) of each step, the arrival among them."""
        names, rows = self.network.names, zip(self.steps.tolist(), self.metres.tolist(), strict=True)
        steps = [(STEP_KEYS[key], names[name] if name >= 0 else "", m, at) for (key, name, at), m in rows]
        steps.append(("arrive", "", 0.0, len(self.points) - 1))
        return steps

    def make_steps(self) -> tuple[Step, ...]:
        """The same as a route has them."""
        return tuple(Step(*step) for step in self.list_steps())

    def make_points(self) -> tuple[Point, ...]:
        """(lat, lon) of each point."""
        return tuple((lat, lon) for lat, lon in self.points.tolist())

    def make_edges(self) -> tuple[int, ...]:
        """From the origin's own to the target's own."""
        return tuple(self.edges.tolist())

    @property
    def stairs_m(self) -> float:
        """Metres on stairs."""
        if not self.known & Way.STEPS:
            return 0.0
        return float(self.metres[self.steps[:, 0] == STAIRS].sum())


LATER = {"points": Trace.make_points, "steps": Trace.make_steps, "edges": Trace.make_edges}


@dataclass(frozen=True, init=False, eq=False, kw_only=True)
class FoundRoute(Route):
    """A `Route` in all that it says; `dataclasses.replace` keeps its trace."""

    trace: Trace

    def __init__(self, trace: Trace, **rest: object) -> None:
        self.__dict__.update(rest, trace=trace)

    def __getattr__(self, name: str) -> object:
        if name not in LATER:
            raise AttributeError(f"a route has no {name}")
        made = self.__dict__[name] = LATER[name](self.trace)
        return made
