"""Who walks or drives, how fast, and what they cannot pass. Each number has its source.

Walking: Japanese tsunami evacuation guidance as summarised in the project's routing notes (adult 1.0 m/s, elderly or impaired
0.5 m/s, pushchair or child 0.9 m/s, night x 0.8; stairs for impaired walkers 0.4 m/s). Slopes: Tobler (1993), see
`routing.build.elevation`. Driving: the speeds of OSRM's car profile on empty roads, never above the signed limit; in an
evacuation roads are not empty, so a car's minutes are the least that it takes, not a promise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from routing.errors import RoutingError
from routing.network import Network, RoadClass, Way

CLOSED = np.int32(1 << 30)
"""Cost of an edge that must not be used."""
NIGHT_FACTOR = 0.8
NOTHING = Way(0)
FOOT_BITS = (Way.FOOT, Way.FOOT_BACK)
CAR_BITS = (Way.CAR, Way.CAR_BACK)


CAR_KMH = {
    RoadClass.MOTORWAY: 90, RoadClass.MOTORWAY_LINK: 75, RoadClass.TRUNK: 85, RoadClass.TRUNK_LINK: 70,
    RoadClass.PRIMARY: 65, RoadClass.PRIMARY_LINK: 60, RoadClass.SECONDARY: 55, RoadClass.SECONDARY_LINK: 50,
    RoadClass.TERTIARY: 40, RoadClass.TERTIARY_LINK: 30, RoadClass.UNCLASSIFIED: 25, RoadClass.RESIDENTIAL: 25,
    RoadClass.LIVING_STREET: 10, RoadClass.SERVICE: 15, RoadClass.TRACK: 5,
}  # fmt: skip
"""By class; another class that a car may use is driven at `Profile.speed_m_s`."""


@dataclass(frozen=True)
class Profile:
    """One kind of traveller. `speed_m_s` on the flat, `steps_m_s` on stairs (None: cannot use them).

    slopes: whether climbing takes time. class_kmh: speeds by class of road, where they are not all alike.
    """

    name: str
    speed_m_s: float
    steps_m_s: float | None
    excluded: Way = NOTHING
    bits: tuple[Way, Way] = FOOT_BITS
    slopes: bool = True
    class_kmh: Mapping[RoadClass, int] = field(default_factory=dict, hash=False)

    def at_night(self) -> "Profile":
        """The same walker in the dark. (A car has lights.)"""
        if self.class_kmh:
            return self
        steps = None if self.steps_m_s is None else self.steps_m_s * NIGHT_FACTOR
        return replace(self, speed_m_s=self.speed_m_s * NIGHT_FACTOR, steps_m_s=steps)


ADULT = Profile("adult", 1.0, 0.8)
SLOW = Profile("slow", 0.5, 0.4)
CHILD = Profile("child", 0.9, 0.7)
STROLLER = Profile("stroller", 0.9, None, excluded=Way.STROLLER_NO)
WHEELCHAIR = Profile("wheelchair", 0.7, None, excluded=Way.WHEELCHAIR_NO)
CAR = Profile("car", 10 / 3.6, None, bits=CAR_BITS, slopes=False, class_kmh=CAR_KMH)
"""A supporter's vehicle. It has turn restrictions: see `routing.cars`, which makes a network of them."""
PROFILES = {p.name: p for p in (ADULT, SLOW, CHILD, STROLLER, WHEELCHAIR)}


def get_profile(name: str) -> Profile:
    """A profile by name.

    Raises:
        RoutingError: there is none; lists those that there are.
    """
    try:
        return PROFILES[name]
    except KeyError:
        raise RoutingError(f"no profile {name!r}: choose one of {', '.join(PROFILES)}") from None


def edge_costs(network: Network, profile: Profile) -> npt.NDArray[np.int32]:
    """int32[edges]: deciseconds to pass each edge, at least 1; CLOSED where this profile may not.

    An edge of unknown height counts as flat.
    """
    way = network.link_way[network.edge_link]
    steps = (way & Way.STEPS) > 0
    seconds = network.link_length_m[network.edge_link] / _speeds(network, profile, steps)
    if profile.slopes:
        flat = steps | np.isnan(network.edge_pace)
        seconds = np.where(flat, seconds, seconds * network.edge_pace)
    cost = np.maximum(1, np.rint(seconds * 10)).astype(np.int32)
    allowed = np.where(network.edge_forward, way & profile.bits[0], way & profile.bits[1]) > 0
    allowed &= (way & profile.excluded) == 0
    if profile.steps_m_s is None:
        allowed &= ~steps
    return np.where(allowed, cost, CLOSED).astype(np.int32)


def _speeds(network: Network, profile: Profile, steps: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """float64[edges], metres a second on the flat."""
    if not profile.class_kmh:
        return np.where(steps, profile.steps_m_s or profile.speed_m_s, profile.speed_m_s)
    by_class = np.full(len(RoadClass), profile.speed_m_s)
    for road_class, kmh in profile.class_kmh.items():
        by_class[road_class] = kmh / 3.6
    limit = np.where(network.link_max_kmh > 0, network.link_max_kmh / 3.6, np.inf)
    return np.asarray(np.minimum(by_class[network.link_class], limit)[network.edge_link], np.float64)


def list_unknown(network: Network, profile: Profile, edges: npt.NDArray[np.int32]) -> dict[str, float]:
    """What nobody has written down about a way, as the share of its length: surface, incline, width, kerb (of crossings).

    Empty for those who walk. A part that somebody signed as passable for wheelchairs is known.
    """
    if not profile.excluded:
        return {}
    links = network.edge_link[edges]
    way, length = network.link_way[links], network.link_length_m[links].astype(np.float64)
    unseen = (way & Way.WHEELCHAIR_YES) == 0
    unknown = {
        "surface": (way & Way.SURFACE_UNKNOWN) > 0,
        "incline": (way & Way.INCLINE_KNOWN) == 0,
        "width": (way & Way.WIDTH_KNOWN) == 0,
        "kerb": (way & Way.KERB_UNKNOWN) > 0,
    }
    whole = max(float(length.sum()), 1e-9)
    return {what: float(length[unseen & rows].sum()) / whole for what, rows in unknown.items()}
