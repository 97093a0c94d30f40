"""Pure geography: networks, shelter fields, overlays, snapping, routes. Numbers in, numbers out; knows no person, no topic, no HTTP, no clock."""

from routing.cars import Driving, weigh
from routing.directions import Step
from routing.field import Field, Repair
from routing.geo import require_place
from routing.matching import Geometry, LinkIds, LinkIndex, Structure
from routing.membranes import DEARER, FORBIDDEN, Grade, Membrane, Zones, make_membrane
from routing.network import Network, Way
from routing.overlay import Mode, Overlay
from routing.profiles import PROFILES, Profile, get_profile
from routing.route import Alternative, Route, Stay, find_route
from routing.snap import Snap, Snapper
from routing.walking import Target, Walking
from routing.weights import CostChange, Weights

__all__ = [
    "DEARER",
    "FORBIDDEN",
    "PROFILES",
    "Alternative",
    "CostChange",
    "Driving",
    "Field",
    "Geometry",
    "Grade",
    "LinkIds",
    "LinkIndex",
    "Membrane",
    "Mode",
    "Network",
    "Overlay",
    "Profile",
    "Repair",
    "Route",
    "Snap",
    "Snapper",
    "Stay",
    "Step",
    "Structure",
    "Target",
    "Walking",
    "Way",
    "Weights",
    "Zones",
    "find_route",
    "get_profile",
    "make_membrane",
    "require_place",
    "weigh",
]
