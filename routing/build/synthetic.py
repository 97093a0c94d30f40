"""A made-up city on open water in Osaka Bay: about 20,000 nodes, always the same for a seed. Nobody can take it for a real street.

River with bridges, canal, hill, railway embankment with underpasses, three municipalities, sites and shelters, hazard zones.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import mapping

from routing.build.columns import Links, make_network
from routing.geo import METRES_PER_DEGREE
from routing.network import Network, RoadClass, Way

SEED = 20250901
SIZE = 141
"""Streets each way: 141 x 141 = 19,881 crossings."""
STEP_M = 55.0
CENTRE = (34.50, 135.24)
RIVER = 62
CANAL = 30
EMBANKMENT = 96
BRIDGES = (12, 34, 58, 81, 104, 128)
CANAL_BRIDGES = (20, 44, 70, 92, 118)
UNDERPASSES = (9, 27, 45, 66, 88, 109, 131)
HILL = (112, 28, 20.0)
"""Centre (column, row) and radius in streets."""
MUNICIPALITIES = (("99101", "澪南市", 0, 62), ("99102", "澪北市", 62, 112), ("99103", "浜手町", 112, SIZE))
"""Code (one that no real municipality has), name, first and last row."""
HAZARDS = ("flood", "landslide", "storm_surge", "earthquake", "tsunami", "fire", "inland_flood", "volcano")
STREETS = [
    "あさひ",
    "いずみ",
    "うぐいす",
    "えのき",
    "おきつ",
    "かもめ",
    "きりん",
    "くすのき",
    "けやき",
    "こはる",
    "さざなみ",
    "しおさい",
    "すずかけ",
    "せせらぎ",
    "そよかぜ",
]
PLACES = ["小学校", "中学校", "公園", "体育館", "文化会館", "高校", "市民センター", "運動場"]
SITES = 60


@dataclass(frozen=True)
class SyntheticPlace:
    """One generated site or shelter, as numbers and plain text."""

    id: str
    layer: str  # site | shelter
    name: str
    lat: float
    lon: float
    suits: tuple[str, ...]
    capacity: int
    municipality: str


@dataclass(frozen=True)
class SyntheticCity:
    """Everything that an area folder needs. `areas`, `zones`: GeoJSON FeatureCollections; `municipalities`: code and name."""

    network: Network
    municipalities: tuple[tuple[str, str], ...]
    places: tuple[SyntheticPlace, ...]
    areas: dict[str, Any]
    zones: dict[str, Any]


class _Plan:
    """Where everything lies; rows count from the south, columns from the west."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.rng = rng
        row, column = np.mgrid[0:SIZE, 0:SIZE]
        jitter = rng.normal(0, STEP_M * 0.12, (2, SIZE, SIZE))
        self.x = (column - SIZE / 2) * STEP_M + jitter[0]
        self.y = (row - SIZE / 2) * STEP_M + jitter[1]
        self.metres_per_lon = METRES_PER_DEGREE * np.cos(np.radians(CENTRE[0]))
        self.lat = CENTRE[0] + self.y / METRES_PER_DEGREE
        self.lon = CENTRE[1] + self.x / self.metres_per_lon

    def place(self, column: float, row: float) -> tuple[float, float]:
        """(lon, lat) of a point of the plan."""
        x, y = (column - SIZE / 2) * STEP_M, (row - SIZE / 2) * STEP_M
        return CENTRE[1] + x / self.metres_per_lon, CENTRE[0] + y / METRES_PER_DEGREE

    def box(self, west: float, south: float, east: float, north: float) -> shapely.Polygon:
        """A rectangle of the plan in (lon, lat)."""
        return shapely.Polygon(
            [self.place(*p) for p in ((west, south), (east, south), (east, north), (west, north))]
        )


def make_city(seed: int = SEED) -> SyntheticCity:
    """Draws the city; the same seed gives the same bytes."""
    plan = _Plan(seed)
    municipalities = tuple((code, name) for code, name, _, _ in MUNICIPALITIES)
    return SyntheticCity(
        make_network(_links(plan)), municipalities, _places(plan), _areas(plan), _zones(plan)
    )


def _links(plan: _Plan) -> Links:
    ids = np.arange(SIZE * SIZE).reshape(SIZE, SIZE)
    east = (ids[:, :-1].ravel(), ids[:, 1:].ravel())
    north = (ids[:-1, :].ravel(), ids[1:, :].ravel())
    u, v = np.concatenate([east[0], north[0]]), np.concatenate([east[1], north[1]])
    is_east = np.arange(len(u)) < len(east[0])
    row, column = u // SIZE, u % SIZE
    way = np.full(len(u), int(Way.FOOT | Way.FOOT_BACK | Way.CAR | Way.CAR_BACK), np.uint16)
    keep = plan.rng.random(len(u)) > 0.06
    major = (is_east & (row % 10 == 0)) | (~is_east & (column % 10 == 0))
    keep |= major
    crosses_river = is_east & (column == RIVER)
    crosses_canal = ~is_east & (row == CANAL) & (column < RIVER)
    crosses_rail = is_east & (column == EMBANKMENT)
    keep = _crossing(keep, crosses_river, row, BRIDGES)
    keep = _crossing(keep, crosses_canal, column, CANAL_BRIDGES)
    keep = _crossing(keep, crosses_rail, row, UNDERPASSES)
    way[(crosses_river | crosses_canal) & keep] |= int(Way.BRIDGE)
    way[crosses_rail & keep] |= int(Way.TUNNEL)
    layer = np.zeros(len(u), np.int8)
    layer[(way & Way.BRIDGE) > 0], layer[(way & Way.TUNNEL) > 0] = 1, -1
    way[_on_hill(u) & ~major & (plan.rng.random(len(u)) < 0.3)] |= int(
        Way.STEPS | Way.WHEELCHAIR_NO | Way.STROLLER_NO
    )
    lane = ~major & (plan.rng.random(len(u)) < 0.25)
    way[lane] &= ~np.uint16(Way.CAR | Way.CAR_BACK)
    road_class = np.select(
        [(way & Way.STEPS) > 0, lane, major],
        [RoadClass.STEPS, RoadClass.FOOTWAY, RoadClass.SECONDARY],
        RoadClass.RESIDENTIAL,
    )
    way[plan.rng.random(len(u)) < 0.5] |= int(Way.SURFACE_UNKNOWN)
    name, names = _names(is_east, row, column)
    u, v, way, layer, name = u[keep], v[keep], way[keep], layer[keep], name[keep]
    lat, lon = plan.lat.ravel(), plan.lon.ravel()
    bend = plan.rng.normal(0, STEP_M * 0.05, (2, len(u)))
    middle_lat = (lat[u] + lat[v]) / 2 + bend[0] / METRES_PER_DEGREE
    middle_lon = (lon[u] + lon[v]) / 2 + bend[1] / plan.metres_per_lon
    return Links(
        u=u.astype(np.int64),
        v=v.astype(np.int64),
        way=way,
        layer=layer,
        name=name,
        start=np.arange(0, 3 * len(u) + 1, 3, dtype=np.int64),
        lat=np.column_stack([lat[u], middle_lat, lat[v]]).ravel(),
        lon=np.column_stack([lon[u], middle_lon, lon[v]]).ravel(),
        names=names,
        attribution="架空の都市 (generated, no real place)",
        road_class=road_class[keep].astype(np.uint8),
    )


def _crossing(
    keep: npt.NDArray[np.bool_],
    crosses: npt.NDArray[np.bool_],
    at: npt.NDArray[np.int64],
    kept: tuple[int, ...],
) -> npt.NDArray[np.bool_]:
    return np.where(crosses, np.isin(at, kept), keep)


def _on_hill(node: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    column, row, radius = HILL
    return np.asarray(np.hypot(node % SIZE - column, node // SIZE - row) < radius)


def _names(
    is_east: npt.NDArray[np.bool_], row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    avenues = tuple(f"{STREETS[i % len(STREETS)]}通{i // len(STREETS) + 1}丁目" for i in range(SIZE))
    lanes = tuple(f"{STREETS[(i + 7) % len(STREETS)]}筋{i // len(STREETS) + 1}番" for i in range(SIZE))
    index = np.where(is_east, row, SIZE + column).astype(np.int32)
    bridges = tuple(f"澪{n}号橋" for n in range(1, len(BRIDGES) + 1))
    for number, at in enumerate(BRIDGES):
        index[is_east & (column == RIVER) & (row == at)] = 2 * SIZE + number
    return index, (*avenues, *lanes, *bridges)


def municipality_of(row: float) -> str:
    """The code of the municipality that holds a row of the plan."""
    return next(code for code, _, first, last in MUNICIPALITIES if first <= row < last)


def _places(plan: _Plan) -> tuple[SyntheticPlace, ...]:
    spots = [(c, r) for r in range(7, SIZE, 16) for c in range(6, SIZE, 18)]
    plan.rng.shuffle(spots)
    places = []
    for number, (column, row) in enumerate(sorted(spots[:SITES])):
        lon, lat = plan.place(column + 0.3, row + 0.2)
        code = municipality_of(row)
        name = f"{STREETS[number % len(STREETS)]}{PLACES[number % len(PLACES)]}"
        layer = "shelter" if number % 4 == 3 else "site"
        places.append(
            SyntheticPlace(
                id=f"{'S' if layer == 'shelter' else 'E'}{code}{number:03d}",
                layer=layer,
                name=f"{name}（架空）",
                lat=round(float(lat), 6),
                lon=round(float(lon), 6),
                suits=_suits(plan, column, row),
                capacity=int(plan.rng.integers(2, 40)) * 50,
                municipality=code,
            )
        )
    return tuple(places)


def _suits(plan: _Plan, column: int, row: int) -> tuple[str, ...]:
    """Low ground suits no tsunami or surge unless it is a tall building; the hill no landslide; the river side no flood.

    The tsunami reaches further inland than the surge: a place can suit the one and not the other.
    """
    hill_column, hill_row, radius = HILL
    on_hill = np.hypot(column - hill_column, row - hill_row) < radius
    tall = plan.rng.random() < 0.25
    wrong = set()
    if column < 30 and not tall:
        wrong.add("tsunami")
    if column < 24 and not tall:
        wrong.add("storm_surge")
    if abs(column - RIVER) < 12:
        wrong |= {"flood", "inland_flood"}
    if on_hill:
        wrong.add("landslide")
    if plan.rng.random() < 0.6:
        wrong.add("volcano")
    if plan.rng.random() < 0.4:
        wrong.add("fire")
    return tuple(h for h in HAZARDS if h not in wrong)


def _feature(shape: shapely.geometry.base.BaseGeometry, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": mapping(shape)}


def _areas(plan: _Plan) -> dict[str, Any]:
    features = []
    for code, name, first, last in MUNICIPALITIES:
        refs = [f"muni/{code}", f"city/{code}00", f"quake/{code}00", "district/990000", "river/99990001"]
        features.append(_feature(plan.box(-1, first - 0.5, SIZE, last - 0.5), refs=refs, name=name))
    coast = plan.box(-1, -1, RIVER, SIZE)
    features.append(_feature(coast, refs=["tsunami/999"], name="澪湾"))
    return {"type": "FeatureCollection", "features": features}


def _zones(plan: _Plan) -> dict[str, Any]:
    source = "架空のハザードマップ (generated)"
    column, row, radius = HILL
    hill = shapely.Polygon(
        [
            plan.place(column + radius * np.cos(a), row + radius * np.sin(a))
            for a in np.linspace(0, 2 * np.pi, 33)
        ]
    )
    zones: tuple[tuple[str, str, shapely.geometry.base.BaseGeometry, float | None], ...] = (
        ("tsunami", "津波浸水想定", plan.box(-1, -1, 20.5, SIZE), 4),
        ("tsunami", "津波浸水想定（沿岸）", plan.box(-1, -1, 6.5, SIZE), 0),
        ("storm_surge", "高潮浸水想定", plan.box(-1, -1, 12.5, SIZE), None),
        ("flood", "洪水浸水想定", plan.box(RIVER - 7.5, -1, RIVER + 8.5, SIZE), 15),
        ("landslide", "土砂災害警戒区域", hill, None),
    )
    features = [
        _feature(shape, hazard=hazard, name=name, source=source)
        if after is None
        else _feature(shape, hazard=hazard, name=name, source=source, arrives_after_min=after)
        for hazard, name, shape, after in zones
    ]
    return {"type": "FeatureCollection", "features": features}
