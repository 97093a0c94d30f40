"""Which of many fixed places lie in a set of compacted H3 cells; asked again at each change, so it works on columns."""

from collections.abc import Iterable

import h3.api.basic_int as h3
import numpy as np
import numpy.typing as npt

from streams.cells import HAZARD_RESOLUTION

RESOLUTION_BITS = np.uint64(0xF << 52)


class CellCover:
    """Places (float64[n] degrees each), each known by its cell of resolution 10."""

    def __init__(self, lat: npt.NDArray[np.float64], lon: npt.NDArray[np.float64]) -> None:
        cells = [
            h3.latlng_to_cell(*p, HAZARD_RESOLUTION) for p in zip(lat.tolist(), lon.tolist(), strict=True)
        ]
        self._cells, self._place = np.unique(np.array(cells, np.uint64), return_inverse=True)

    def holds(self, cells: Iterable[int]) -> npt.NDArray[np.bool_]:
        """bool[n]: the place's cell, or one of its parents, is among `cells`."""
        by_resolution: dict[int, list[int]] = {}
        for cell in cells:
            by_resolution.setdefault(h3.get_resolution(cell), []).append(cell)
        held = np.zeros(len(self._cells), bool)
        for resolution, wanted in by_resolution.items():
            if resolution <= HAZARD_RESOLUTION:
                held |= np.isin(parents(self._cells, resolution), np.array(wanted, np.uint64))
        return np.asarray(held[self._place])


def parents(cells: npt.NDArray[np.uint64], resolution: int) -> npt.NDArray[np.uint64]:
    """Parents at a coarser resolution: its number in bits 52-55, unused digits all ones (H3 index layout)."""
    unused = np.uint64((1 << (3 * (15 - resolution))) - 1)
    return np.asarray((cells & ~RESOLUTION_BITS) | np.uint64(resolution << 52) | unused)


def lineage(lat: float, lon: float) -> frozenset[int]:
    """The cell of a place and all its parents: compacted cells cover the place if they share one with these."""
    cell = h3.latlng_to_cell(lat, lon, HAZARD_RESOLUTION)
    return frozenset({cell, *(h3.cell_to_parent(cell, r) for r in range(HAZARD_RESOLUTION))})
