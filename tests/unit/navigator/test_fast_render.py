"""Answers written as text at once say what `render` says."""

from typing import Any

import numpy as np
import orjson
import pytest

import routing
from routing.batch import Streets
from services.navigator.answers import Moment
from services.navigator.fast_render import fast_way, place_json
from services.navigator.ground import Ground
from services.navigator.render import WayRenderer, render
from services.navigator.shelf import Shelf
from services.navigator.state import World
from streams.events.base import Hazard
from streams.events.shelters import Opening
from streams.world import World as WorldName
from tests.unit.navigator.situations import alert, at, by_id, closure, site, street, zone
from tests.unit.routing.oracles import BOTH

STAIRS, BRIDGE = BOTH | routing.Way.STEPS, BOTH | routing.Way.BRIDGE
WAYS = (BOTH, BOTH, STAIRS, BOTH, BRIDGE, BOTH, BOTH, BOTH | routing.Way.SURFACE_UNKNOWN, BOTH, BOTH)
NAMES = ("海岸通り", "海岸通り", "", '"石段" \\ 坂', "Ponte", "", "", "北通り", "北通り", "北通り")
GROUND = street(zone(Hazard.FLOOD, 4.5, 6.5), ways=WAYS, names=NAMES)
SITES = by_id(
    site(1), site(4, Hazard.TSUNAMI, capacity=100, headcount=90), site(6, opening=Opening.FULL), site(9, Hazard.TSUNAMI, Hazard.FLOOD)
)  # fmt: skip
WORLDS = {
    "calm": World(places=SITES),
    "flood": World(by_id(alert(Hazard.FLOOD, 3.5, 11)), SITES, by_id(closure(7.5))),
    "tsunami": World(by_id(alert(Hazard.TSUNAMI, -1, 11)), SITES, by_id(closure(2.5), closure(None))),
    "nobody listed": World(),
}


def told(
    moment: Moment, shelf: Shelf, place: tuple[float, float], way: WayRenderer | None, **who: str
) -> dict[str, Any]:
    active = shelf.active_at(*place)
    reader = shelf.reader(who["profile"], active, frozenset())
    answer = shelf.answer(reader, place, active, frozenset(), now_ms=2_000)
    body = render(answer, shelf, world=WorldName.DRILL, now_ms=2_000, heard_ms=None, way=way, **who)
    sent: dict[str, Any] = orjson.loads(orjson.dumps(body))
    return sent


@pytest.mark.parametrize("profile", ["adult", "wheelchair"])
@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys())
def test_fast_and_plain_answers_are_the_same(world: World, language: str, profile: str) -> None:
    moment = Moment.of(GROUND, world)
    plain = Shelf(moment, Streets(GROUND.snapper))
    fast = Shelf(moment, plain.streets, place_of=place_json)
    who = {"profile": profile, "language": language}
    for index in np.linspace(-0.2, 10.2, 53):
        lat, lon = at(float(index))
        place = (lat + 0.0003 * (index % 1), lon)
        assert told(moment, fast, place, fast_way, **who) == told(moment, plain, place, None, **who)


def test_a_shelf_is_filled_like_the_one_before() -> None:
    ground: Ground = GROUND
    first = Moment.of(ground, WORLDS["calm"])
    shelf = Shelf(first, Streets(ground.snapper), place_of=place_json)
    shelf.reader("adult", (), frozenset())
    shelf.place("E1"), shelf.place("E4")
    changed = SITES | by_id(site(4, Hazard.TSUNAMI, capacity=100, headcount=95))
    later = Shelf(Moment.of(ground, World(places=changed), former=first), shelf.streets, place_of=place_json)
    later.fill_like(shelf)
    reader = later.find_reader("adult", (), frozenset())
    assert reader is not None
    assert reader.field is dict(later.moment.fields.items())[next(iter(later.readers))]
    assert later.places == {"E1": shelf.places["E1"]}
    assert orjson.loads(orjson.dumps(later.place("E4")))["headcount"] == 95
