"""Pure geography: networks, shelter fields, overlays, snapping, routes. Numbers in, numbers out; knows no person, no topic, no HTTP, no clock."""

from routing.field import Field, Target, Walking
from routing.network import Network, Way
from routing.overlay import Geometry, LinkIds, LinkIndex, Membrane, Overlay, Structure, make_membrane
from routing.profiles import PROFILES, Profile, get_profile
from routing.route import Route, Router, Stay, Step
from routing.snap import Snap, Snapper

__all__ = [
    "PROFILES",
    "Field",
    "Geometry",
    "LinkIds",
    "LinkIndex",
    "Membrane",
    "Network",
    "Overlay",
    "Profile",
    "Route",
    "Router",
    "Snap",
    "Snapper",
    "Stay",
    "Step",
    "Structure",
    "Target",
    "Walking",
    "Way",
    "get_profile",
    "make_membrane",
]
