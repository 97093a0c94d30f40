"""A made-up city of any size for measuring: streets on a bent grid, rivers with few bridges, a railway with underpasses. No places, no zones."""

import numpy as np
import numpy.typing as npt

from routing.build.columns import Links, make_network
from routing.geo import METRES_PER_DEGREE
from routing.network import Network, RoadClass, Way

STEP_M = 70.0
CENTRE = (29.0, 147.0)
"""Open Pacific, a thousand kilometres from any street."""
AVENUE = 10
"""Each tenth street is an avenue: it has no gaps."""
KEPT = 0.77
"""Share of the other blocks that exist: 1.6 links a node, as in mapped cities."""
BRIDGE_EVERY = 14
UNDERPASS_EVERY = 9
BOTH = Way.FOOT | Way.FOOT_BACK | Way.CAR | Way.CAR_BACK

Bools = npt.NDArray[np.bool_]


def make_grid_city(nodes: int = 1_100_000, *, seed: int = 20250901) -> Network:
    """About `nodes` crossings (no way leads to one in 350, which is then none), 1.6 links each; a seed gives the same bytes."""
    side = max(4, round(nodes**0.5))
    rng = np.random.default_rng(seed)
    ids = np.arange(side * side).reshape(side, side)
    u = np.concatenate([ids[:, :-1].ravel(), ids[:-1].ravel()])
    v = np.concatenate([ids[:, 1:].ravel(), ids[1:].ravel()])
    along = np.arange(len(u)) < side * (side - 1)  # true: runs east
    row, column = u // side, u % side
    avenue = np.where(along, row, column) % AVENUE == 0
    river = along & np.isin(column, (side // 3, 3 * side // 4))
    railway = ~along & (row == side // 2)
    keep = avenue | (rng.random(len(u)) < KEPT)
    keep = np.where(river, row % BRIDGE_EVERY == 0, keep)
    keep = np.where(railway, column % UNDERPASS_EVERY == 0, keep)
    way = _ways(rng, avenue, river, railway)
    name = np.where(along, row, side + column).astype(np.int32)
    lat, lon = _places(rng, side)
    u, v, way, name = u[keep], v[keep], way[keep], name[keep]
    return make_network(
        Links(
            u=u,
            v=v,
            way=way,
            layer=((way & Way.BRIDGE) > 0).astype(np.int8) - ((way & Way.TUNNEL) > 0),
            name=name,
            start=np.arange(0, 3 * len(u) + 1, 3, dtype=np.int64),
            lat=_bent(rng, lat, u, v),
            lon=_bent(rng, lon, u, v),
            names=tuple(f"東西{n}条" for n in range(side)) + tuple(f"南北{n}条" for n in range(side)),
            attribution="架空の都市 (generated, no real place)",
            road_class=_classes(way, avenue[keep]),
        )
    )


def _ways(rng: np.random.Generator, avenue: Bools, river: Bools, railway: Bools) -> npt.NDArray[np.uint16]:
    dice = rng.random((3, len(avenue)))
    plain = ~avenue & ~river & ~railway
    way = np.full(len(avenue), int(BOTH), np.uint16)
    way[river] |= int(Way.BRIDGE)
    way[railway] |= int(Way.TUNNEL)
    way[plain & (dice[0] < 0.25)] &= int(Way.FOOT | Way.FOOT_BACK)
    way[plain & (dice[0] < 0.04)] |= int(Way.STEPS | Way.WHEELCHAIR_NO | Way.STROLLER_NO)
    way[plain & (dice[0] > 0.85)] &= int(~Way.CAR_BACK & BOTH)
    way[plain & (dice[1] < 0.005)] &= 0xFFFF ^ int(Way.FOOT_BACK)
    way[dice[2] < 0.5] |= int(Way.SURFACE_UNKNOWN)
    return way


def _classes(way: npt.NDArray[np.uint16], avenue: Bools) -> npt.NDArray[np.uint8]:
    steps, feet = (way & Way.STEPS) > 0, (way & (Way.CAR | Way.CAR_BACK)) == 0
    kinds = [RoadClass.STEPS, RoadClass.FOOTWAY, RoadClass.SECONDARY]
    return np.select([steps, feet, avenue], kinds, RoadClass.RESIDENTIAL).astype(np.uint8)


def _places(rng: np.random.Generator, side: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Latitudes and longitudes of the crossings, none of them quite where a ruler would put it."""
    row, column = np.mgrid[0:side, 0:side] - side / 2
    jitter = rng.normal(0, 0.15, (2, side, side))
    lat = CENTRE[0] + (row + jitter[0]) * STEP_M / METRES_PER_DEGREE
    lon = CENTRE[1] + (column + jitter[1]) * STEP_M / METRES_PER_DEGREE / np.cos(np.radians(CENTRE[0]))
    return lat.ravel(), lon.ravel()


def _bent(
    rng: np.random.Generator,
    place: npt.NDArray[np.float64],
    u: npt.NDArray[np.int64],
    v: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """One coordinate of each link's three points."""
    middle = (place[u] + place[v]) / 2 + rng.normal(0, 0.05 * STEP_M / METRES_PER_DEGREE, len(u))
    return np.column_stack([place[u], middle, place[v]]).ravel()
