"""What a single node of OpenStreetMap takes from those who pass it: barriers, kerbs, fords, lifts. Knows no way."""

from dataclasses import dataclass

from routing.build.access import (
    CAR,
    CAR_BLOCK,
    CAR_KEYS,
    FOOT,
    FOOT_KEYS,
    YES,
    Tags,
    find_access,
    is_closed_at_times,
)
from routing.build.wheels import NO_WHEELS, SIGNED, kerb_stops_wheelchair
from routing.network import Way

NO_FEET = frozenset({"fence", "wall", "city_wall", "retaining_wall"})
GATES = frozenset(
    ["gate", "lift_gate", "swing_gate", "sliding_gate", "wicket_gate", "hampshire_gate", "door", "entrance"]
)
CARS_PASS = GATES - {"wicket_gate"} | frozenset(
    [
        "cattle_grid",
        "toll_booth",
        "border_control",
        "sally_port",
        "no",
        "entrance",
        "kerb",
        "height_restrictor",
    ]
)
PRIVATE = frozenset({"private", "permit"})


@dataclass(frozen=True)
class Rules:
    """What is decided for an area, not read from the map. `private_gates_open`: somebody opens private and locked gates on an alarm."""

    private_gates_open: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What a node does to those who pass it: `takes` is cleared from their bits, `adds` is set. why: for the report."""

    takes: Way
    adds: Way
    why: str


def mark_of(tags: Tags, rules: Rules) -> Mark | None:
    """The mark of a node; None where everybody passes."""
    takes, why = _stopped(tags, rules)
    adds = Way(0)
    if tags.get("barrier") in NO_WHEELS and tags.get("wheelchair") not in SIGNED:
        adds |= Way.WHEELCHAIR_NO | Way.STROLLER_NO
    elif tags.get("wheelchair") == "no" and "barrier" in tags:
        adds |= Way.WHEELCHAIR_NO
    if kerb_stops_wheelchair(tags) and tags.get("wheelchair") not in SIGNED:
        adds |= Way.WHEELCHAIR_NO
    if tags.get("ford", "no") != "no" or tags.get("highway") == "ford":
        adds |= Way.FORD
    if not takes and not adds:
        return None
    return Mark(takes, adds, why or _name(adds, tags))


def _stopped(tags: Tags, rules: Rules) -> tuple[Way, str]:
    if tags.get("highway") == "elevator":
        return FOOT | CAR, "lifts (they stand still in an earthquake)"
    if "barrier" not in tags:
        # at the entrance of a private car park, access says who may turn in, not who may pass by
        return Way(0), ""
    cars = CAR if _stops_cars(tags) else Way(0)
    if _stops_feet(tags, rules):
        return FOOT | cars, "barriers on nodes"
    return cars, "barriers that stop cars only" if cars else ""


def _stops_feet(tags: Tags, rules: Rules) -> bool:
    access, barrier = find_access(tags, FOOT_KEYS), tags.get("barrier")
    if access == "permit":
        return False
    is_gate = barrier in GATES
    stated = next((tags[key] for key in FOOT_KEYS if key in tags), None)
    if rules.private_gates_open and is_gate and (stated is None or stated in PRIVATE):
        return False
    return (
        access == "block"
        or is_closed_at_times(tags, FOOT_KEYS)
        or tags.get("locked") in YES
        or barrier in NO_FEET
    )


def _stops_cars(tags: Tags) -> bool:
    access = find_access(tags, CAR_KEYS, CAR_BLOCK)
    if access is not None:
        return access == "block"
    barrier = tags.get("barrier")
    closed = barrier not in CARS_PASS or is_closed_at_times(tags, CAR_KEYS, CAR_BLOCK)
    return closed or tags.get("locked") in YES


def _name(adds: Way, tags: Tags) -> str:
    if adds & Way.FORD:
        return "fords on nodes"
    return (
        "kerbs that stop wheelchairs"
        if tags.get("barrier", "kerb") == "kerb"
        else "barriers that stop wheels"
    )
