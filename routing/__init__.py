"""Pure geography: networks, shelter fields, overlays, snapping, routes. Numbers in, numbers out; knows no person, no topic, no HTTP, no clock."""

from routing.directions import Step
from routing.field import Field, Target, Walking
from routing.geo import require_place
from routing.network import Network, Way
from routing.overlay import Geometry, LinkIds, LinkIndex, Membrane, Overlay, Structure, make_membrane
from routing.profiles import PROFILES, Profile, get_profile
from routing.route import Alternative, Route, Stay, find_route
from routing.snap import Snap, Snapper

__all__ = [
    "PROFILES",
    "Alternative",
    "Field",
    "Geometry",
    "LinkIds",
    "LinkIndex",
    "Membrane",
    "Network",
    "Overlay",
    "Profile",
    "Route",
    "Snap",
    "Snapper",
    "Stay",
    "Step",
    "Structure",
    "Target",
    "Walking",
    "Way",
    "find_route",
    "get_profile",
    "make_membrane",
    "require_place",
]
