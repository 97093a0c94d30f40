"""From a place to the nearest edge that a walker may use, with the offset along it. (The nearest node is wrong in one case of eight.)"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from routing.geo import METRES_PER_DEGREE, bearing_deg, compass
from routing.kernels.grid import Grid, count_cells, fill_cells, snap
from routing.kernels.pointers import table_of
from routing.network import Network

CELL_M = 100.0
NEAR_M = 300.0
"""Beyond this the answer says how far and in which direction the network is (routing.md)."""
REACH_M = 5_000.0


@dataclass(frozen=True, slots=True)
class Snap:
    """Where a place meets the network: `share` of the way along `link` from its first point."""

    link: int
    share: float
    lat: float
    lon: float
    distance_m: float
    direction: str

    @property
    def is_near(self) -> bool:
        return self.distance_m <= NEAR_M


class Snapper:
    """All segments of a network in a grid; built once, read by any thread."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._grid = _make_grid(network)
        self.grid = table_of(self._grid)
        """The table of its `Grid`, for `kernels.grid`."""

    def find(
        self, lat: float, lon: float, usable: npt.NDArray[np.bool_], *, reach_m: float = REACH_M
    ) -> Snap | None:
        """The nearest usable link within `reach_m`; usable: bool[links]."""
        link, share, on_lat, on_lon, distance = snap(lat, lon, self.grid, frozen(usable), reach_m)
        return make_snap((lat, lon), (int(link), share, on_lat, on_lon, distance)) if link >= 0 else None


def make_snap(place: tuple[float, float], found: tuple[int, float, float, float, float]) -> Snap:
    """What the kernel `snap` found from a place, with the direction to it."""
    link, share, lat, lon, distance = found
    return Snap(link, share, lat, lon, distance, compass(bearing_deg(*place, lat, lon)))


def _make_grid(network: Network) -> Grid:
    points = len(network.shape_lat)
    link_of_point = np.repeat(np.arange(network.link_count, dtype=np.int32), np.diff(network.shape_start))
    first = np.flatnonzero(link_of_point[:-1] == link_of_point[1:]) if points > 1 else np.empty(0, np.int64)
    link = link_of_point[first]
    south, west, north, east = network.bbox
    mx = METRES_PER_DEGREE * float(np.cos(np.radians((south + north) / 2)))
    x, y = (network.shape_lon - west) * mx, (network.shape_lat - south) * METRES_PER_DEGREE
    ax, ay, bx, by = x[first], y[first], x[first + 1], y[first + 1]
    nx, ny = int((east - west) * mx / CELL_M) + 1, int((north - south) * METRES_PER_DEGREE / CELL_M) + 1
    counts = np.zeros(nx * ny, np.int64)
    count_cells(ax, ay, bx, by, CELL_M, nx, counts)
    start = np.concatenate([[0], np.cumsum(counts)])
    items = np.empty(start[-1], np.int32)
    fill_cells(ax, ay, bx, by, CELL_M, nx, start[:-1].copy(), items)
    length = np.hypot(bx - ax, by - ay)
    total = np.bincount(link, weights=length, minlength=network.link_count)
    frame = np.array([south, west, mx, METRES_PER_DEGREE, CELL_M, nx, ny])
    return Grid(
        frozen(frame), frozen(start), frozen(items),
        frozen(np.column_stack([ax, ay, bx, by])), frozen(link), frozen(_before(link, length, network.link_count)),
        frozen(length), frozen(np.maximum(total, 1e-9)),
    )  # fmt: skip


def _before(
    link: npt.NDArray[np.int32], length: npt.NDArray[np.float64], links: int
) -> npt.NDArray[np.float64]:
    """float64[segments]: metres of its link before each segment."""
    running = np.cumsum(length) - length
    starts = np.flatnonzero(np.concatenate([[True], link[1:] != link[:-1]]))
    first_of_link = np.zeros(links)
    first_of_link[link[starts]] = running[starts]
    return np.asarray(running - first_of_link[link])


T = TypeVar("T", bound=np.generic)


def frozen(column: npt.NDArray[T]) -> npt.NDArray[T]:
    """The same numbers as a view that nobody writes to: kernels are compiled once, for columns in memory and of a file."""
    view = np.ascontiguousarray(column).view()
    view.flags.writeable = False
    return view
