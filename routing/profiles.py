"""Who walks, how fast, and what they cannot pass. Each number has its source.

Speeds: Japanese tsunami evacuation guidance as summarised in the project's routing notes (adult 1.0 m/s, elderly or impaired
0.5 m/s, pushchair or child 0.9 m/s, night x 0.8; stairs for impaired walkers 0.4 m/s).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.errors import RoutingError
from routing.network import Network, Way

CLOSED = np.int32(1 << 30)
"""Cost of an edge that must not be used."""
NIGHT_FACTOR = 0.8
NOTHING = Way(0)
FOOT_BITS = (Way.FOOT, Way.FOOT_BACK)
CAR_BITS = (Way.CAR, Way.CAR_BACK)


@dataclass(frozen=True)
class Profile:
    """One kind of walker. `speed_m_s` on the flat, `steps_m_s` on stairs (None: cannot use them)."""

    name: str
    speed_m_s: float
    steps_m_s: float | None
    excluded: Way = NOTHING
    bits: tuple[Way, Way] = FOOT_BITS


ADULT = Profile("adult", 1.0, 0.8)
SLOW = Profile("slow", 0.5, 0.4)
CHILD = Profile("child", 0.9, 0.7)
STROLLER = Profile("stroller", 0.9, None, excluded=Way.STROLLER_NO)
WHEELCHAIR = Profile("wheelchair", 0.7, None, excluded=Way.WHEELCHAIR_NO)
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
    """int32[edges]: deciseconds to pass each edge, at least 1; CLOSED where this profile may not."""
    way = network.link_way[network.edge_link]
    steps = (way & Way.STEPS) > 0
    speed = np.where(steps, profile.steps_m_s or profile.speed_m_s, profile.speed_m_s)
    cost = np.maximum(1, np.rint(network.link_length_m[network.edge_link] / speed * 10)).astype(np.int32)
    allowed = np.where(network.edge_forward, way & profile.bits[0], way & profile.bits[1]) > 0
    allowed &= (way & profile.excluded) == 0
    if profile.steps_m_s is None:
        allowed &= ~steps
    return np.where(allowed, cost, CLOSED).astype(np.int32)
