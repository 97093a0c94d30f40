"""From a place to the nearest edge that a walker may use, with the offset along it. (The nearest node is wrong in one case of eight.)"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.geo import METRES_PER_DEGREE, bearing_deg, compass
from routing.kernels.grid import count_cells, fill_cells, nearest_segment
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
        points = len(network.shape_lat)
        link_of_point = np.repeat(np.arange(network.link_count, dtype=np.int32), np.diff(network.shape_start))
        self._first = (
            np.flatnonzero(link_of_point[:-1] == link_of_point[1:]) if points > 1 else np.empty(0, np.int64)
        )
        self._link = link_of_point[self._first]
        south, west, north, east = network.bbox
        self._south, self._west = south, west
        self._mx = METRES_PER_DEGREE * np.cos(np.radians((south + north) / 2))
        x = (network.shape_lon - west) * self._mx
        y = (network.shape_lat - south) * METRES_PER_DEGREE
        self._ax, self._ay = x[self._first], y[self._first]
        self._bx, self._by = x[self._first + 1], y[self._first + 1]
        self._nx = int((east - west) * self._mx / CELL_M) + 1
        self._ny = int((north - south) * METRES_PER_DEGREE / CELL_M) + 1
        counts = np.zeros(self._nx * self._ny, np.int64)
        count_cells(self._ax, self._ay, self._bx, self._by, CELL_M, self._nx, counts)
        self._start = np.concatenate([[0], np.cumsum(counts)])
        self._items = np.empty(self._start[-1], np.int32)
        fill_cells(
            self._ax,
            self._ay,
            self._bx,
            self._by,
            CELL_M,
            self._nx,
            self._start[:-1].copy(),
            self._items,
        )
        length = np.hypot(self._bx - self._ax, self._by - self._ay)
        total = np.bincount(self._link, weights=length, minlength=network.link_count)
        running = np.cumsum(length) - length
        first_of_link = np.zeros(network.link_count)
        starts = np.flatnonzero(np.concatenate([[True], self._link[1:] != self._link[:-1]]))
        first_of_link[self._link[starts]] = running[starts]
        self._before = running - first_of_link[self._link]
        self._length = length
        self._total = np.maximum(total, 1e-9)

    def find(
        self, lat: float, lon: float, usable: npt.NDArray[np.bool_], *, reach_m: float = REACH_M
    ) -> Snap | None:
        """The nearest usable link within `reach_m`; usable: bool[links]."""
        px, py = (lon - self._west) * self._mx, (lat - self._south) * METRES_PER_DEGREE
        segment, share, distance = nearest_segment(
            px, py, CELL_M, self._nx, self._ny, self._start, self._items,
            self._ax, self._ay, self._bx, self._by, self._link, usable, reach_m,
        )  # fmt: skip
        if segment < 0:
            return None
        x = self._ax[segment] + share * (self._bx[segment] - self._ax[segment])
        y = self._ay[segment] + share * (self._by[segment] - self._ay[segment])
        link = int(self._link[segment])
        along = (self._before[segment] + share * self._length[segment]) / self._total[link]
        on_lat, on_lon = float(y / METRES_PER_DEGREE + self._south), float(x / self._mx + self._west)
        direction = compass(bearing_deg(lat, lon, on_lat, on_lon))
        return Snap(link, float(min(1.0, along)), on_lat, on_lon, float(distance), direction)
