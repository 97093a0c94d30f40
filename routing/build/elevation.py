"""Heights along the links of a network: climb and pace of each edge. Where they come from is the caller's; `open_dem` reads a GeoTIFF."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from routing.build.wheels import INCLINE_PERCENT
from routing.errors import NetworkError
from routing.geo import distance_m
from routing.network import Network, Way

SAMPLE_M = 20.0

Floats = npt.NDArray[np.float64]
Elevation = Callable[[Floats, Floats], Floats]
"""elevation(lon[n], lat[n]) -> metres above any one level, NaN where it is unknown."""


def open_dem(path: Path, bbox: tuple[float, float, float, float]) -> Elevation:
    """A digital elevation model (GeoTIFF, in any projection) round bbox (south, west, north, east), by bilinear interpolation.

    Raises:
        NetworkError: it cannot be read, says not where it lies or lies elsewhere, or the optional part `elevation` is not installed.
    """
    try:
        import rasterio
        from rasterio.warp import transform, transform_bounds
        from rasterio.windows import Window, from_bounds
    except ImportError as error:
        raise NetworkError(
            f"{path}: heights need the optional part: pip install 'miotsukushi[elevation]' ({error})"
        ) from error
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None:
                raise NetworkError(
                    f"{path}: has no coordinate reference system; add one, e.g. with gdal_edit"
                )
            south, west, north, east = bbox
            box = from_bounds(
                *transform_bounds("EPSG:4326", raster.crs, west, south, east, north), raster.transform
            )
            top, left = max(0, int(box.row_off) - 2), max(0, int(box.col_off) - 2)
            down, right = int(box.row_off + box.height) + 3, int(box.col_off + box.width) + 3
            rows, columns = min(down, raster.height) - top, min(right, raster.width) - left
            if rows <= 0 or columns <= 0:
                raise NetworkError(
                    f"{path}: covers {tuple(raster.bounds)} of {raster.crs}, not the network's {bbox}"
                )
            heights = raster.read(1, window=Window(left, top, columns, rows), masked=True)
            heights = heights.astype(np.float64).filled(np.nan)
            crs, inverse = raster.crs, ~raster.transform
    except rasterio.errors.RasterioError as error:
        raise NetworkError(f"{path}: cannot be read as a raster ({error})") from error

    def elevation(lon: Floats, lat: Floats) -> Floats:
        x, y = transform("EPSG:4326", crs, lon, lat)
        east, south = np.asarray(x), np.asarray(y)
        column = inverse.a * east + inverse.b * south + inverse.c
        row = inverse.d * east + inverse.e * south + inverse.f
        return interpolate(heights, row - top - 0.5, column - left - 0.5)

    return elevation


def interpolate(heights: Floats, row: Floats, column: Floats) -> Floats:
    """float64[n]: bilinear between the centres of four pixels; NaN outside, and where one that counts is NaN."""
    rows, columns = heights.shape
    inside = (row >= 0) & (row <= rows - 1) & (column >= 0) & (column <= columns - 1)
    found = np.full(len(row), np.nan)
    y, x = row[inside], column[inside]
    top = np.minimum(y.astype(np.int64), max(rows - 2, 0))
    left = np.minimum(x.astype(np.int64), max(columns - 2, 0))
    down, right = y - top, x - left
    total = np.zeros(len(y))
    for dy, dx, weight in (
        (0, 0, (1 - down) * (1 - right)), (0, 1, (1 - down) * right), (1, 0, down * (1 - right)), (1, 1, down * right),
    ):  # fmt: skip
        corner = heights[np.minimum(top + dy, rows - 1), np.minimum(left + dx, columns - 1)]
        total += np.where(weight > 0, weight * corner, 0.0)
    found[inside] = total
    return found


def with_elevation(network: Network, elevation: Elevation, *, credit: str) -> Network:
    """The network with climbs and paces. Links are sampled each 20 m; bridges, tunnels and indoor ways are not.

    A link with a piece steeper than 6 % excludes wheelchairs, unless somebody who looked says that they pass.
    A link with any unknown height has no climb and no pace.
    """
    first, pieces, height = _sample(network, elevation)
    link = np.repeat(np.arange(network.link_count), pieces)
    inner = np.ones(len(height) - 1, bool)
    inner[first[1:-1] - 1] = False  # from one link's last sample to the next one's first there is no piece
    rise = np.diff(height)[inner]
    run = np.repeat(network.link_length_m.astype(np.float64) / pieces, pieces)
    slope = np.divide(rise, run, out=np.full(len(rise), np.nan), where=run > 0)
    there, back = ({"climb": _sum(link, np.maximum(r, 0), network), "pace": _mean(link, s, pieces, network)}
                   for r, s in ((rise, slope), (-rise, -slope)))  # fmt: skip
    steepest = np.maximum.reduceat(np.abs(slope), np.cumsum(pieces) - pieces)
    way, known = network.link_way, np.isfinite(steepest)
    steep = known & (steepest * 100 > INCLINE_PERCENT) & ((way & Way.WHEELCHAIR_YES) == 0)
    way = np.where(known, way | np.uint16(Way.INCLINE_KNOWN), way)
    forward, edge_link = network.edge_forward, network.edge_link
    unknown = float(network.link_length_m[~known].sum() / max(float(network.link_length_m.sum()), 1e-9))
    return replace(
        network,
        link_way=np.where(steep, way | np.uint16(Way.WHEELCHAIR_NO), way).astype(np.uint16),
        edge_climb_m=np.where(forward, there["climb"][edge_link], back["climb"][edge_link]).astype(
            np.float32
        ),
        edge_pace=np.where(forward, there["pace"][edge_link], back["pace"][edge_link]).astype(np.float32),
        attribution=f"{network.attribution}; heights: {credit}",
        skipped=network.skipped | {"per cent of the length without a height": round(100 * unknown)},
    )


def tobler_pace(slope: Floats) -> Floats:
    """How many times as long as on the flat: Tobler (1993) walks 6 exp(-3.5 |S + 0.05|) km/h at slope S."""
    return np.asarray(np.exp(3.5 * (np.abs(slope + 0.05) - 0.05)))


def _sample(
    network: Network, elevation: Elevation
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """Where each link's samples begin, how many pieces it has, and all heights; NaN above and below the ground."""
    length = network.link_length_m.astype(np.float64)
    pieces = np.maximum(1, np.rint(length / SAMPLE_M)).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(pieces + 1)])
    link = np.repeat(np.arange(len(pieces)), pieces + 1)
    share = (np.arange(first[-1]) - first[:-1][link]) / pieces[link]
    lat, lon = network.shape_lat, network.shape_lon
    step = np.concatenate([[0.0], distance_m(lat[:-1], lon[:-1], lat[1:], lon[1:])])
    # a gap between links, so that a place along all of them names one link
    step[network.shape_start[:-1]] = 1.0
    along = np.cumsum(step)
    start, end = along[network.shape_start[:-1]], along[network.shape_start[1:] - 1]
    at = start[link] + share * (end - start)[link]
    height = elevation(np.interp(at, along, lon), np.interp(at, along, lat))
    off_ground = (network.link_way & int(Way.BRIDGE | Way.TUNNEL | Way.INDOOR)) > 0
    return first, pieces, np.where(off_ground[link], np.nan, height)


def _sum(link: npt.NDArray[np.int64], values: Floats, network: Network) -> Floats:
    return np.asarray(np.bincount(link, values, minlength=network.link_count), np.float64)


def _mean(
    link: npt.NDArray[np.int64], slope: Floats, pieces: npt.NDArray[np.int64], network: Network
) -> Floats:
    return _sum(link, tobler_pace(slope), network) / pieces
