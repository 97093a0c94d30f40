"""Staff place what could not be placed: candidates for a line of the repair list, and the event that says who placed it where."""

from collections.abc import Iterable

from dashboard_api.staff.area import Area
from dashboard_api.staff.mirror import Mirror
from dashboard_api.staff.payloads import Shelter
from dashboard_api.staff.repair_models import RepairOrder
from services.kit.problems import Problem
from streams.broker import Broker, Message, Publisher
from streams.clock import Clock
from streams.codec import cloud_headers, decode, encode
from streams.events.base import Action
from streams.events.closures import ClosureRepair, ClosureState, Geometry, Saying
from streams.events.repairs import Candidate, Repair, RepairKind
from streams.events.shelters import Layer, ShelterState, SiteRepair, SiteReport
from streams.folds.repairs import MUNICIPALITY_UNKNOWN
from streams.repair.candidates import Places, Unplaced, find_candidates
from streams.repair.written import find_written
from streams.topics import CLOSURE_REPAIRS, CLOSURES, REPAIRS, SHELTERS, SITE_REPAIRS, Topic

SHOWN = 6
AREA_SOURCE = "area"
REACH_DEGREES = 0.1
"""How far outside the area's box a point may be: farther out it is a slip, not a place of this town."""


def key_of(candidate: Candidate) -> str:
    """What a candidate is chosen by."""
    return f"{candidate.source}/{candidate.id}"


class RepairDesk:
    """Reads the mirror; writes events. The broker need not be there until somebody repairs something."""

    def __init__(self, mirror: Mirror, area: Area, broker: Broker, clock: Clock) -> None:
        self._mirror = mirror
        self._area = area
        self._broker = broker
        self._clock = clock
        self._publisher: Publisher | None = None
        south, west, north, east = area.bbox
        self._box = (south - REACH_DEGREES, west - REACH_DEGREES, north + REACH_DEGREES, east + REACH_DEGREES)

    def get_line(self, key: str) -> Repair:
        """A line of the list.

        Raises:
            Problem: 404, there is none.
        """
        value = self._mirror.find(REPAIRS, key)
        if value is None:
            raise Problem(
                "no-such-repair", status=404, detail=f"nothing on the repair list is called {key[:120]!r}",
                field="key", remedy="take a key of the snapshot's `repairs`",
            )  # fmt: skip
        return decode(value, Repair)

    def list_candidates(self, line: Repair) -> list[Candidate]:
        """Where it may lie, the best first. Takes some 10 ms a thousand places: not for the event loop."""
        if line.kind is RepairKind.CLOSURE:
            return list(line.candidates)
        place = self._get_place(line.id)
        if line.why == MUNICIPALITY_UNKNOWN:
            return self._municipality_of(place)
        codes = {municipality.code for municipality in self._area.municipalities}
        unplaced = Unplaced(
            id=place.id,
            name=place.name,
            address=place.address,
            municipality=place.municipality if place.municipality in codes else "",
        )
        known = Places([*self._known_places(), *self._area.older])
        found = [*find_written(line.written, box=self._box), *find_candidates(unplaced, known, limit=SHOWN)]
        return sorted(found, key=lambda c: (-c.score, key_of(c)))[:SHOWN]

    def _municipality_of(self, place: ShelterState) -> list[Candidate]:
        if place.lat is None or place.lon is None:
            return []
        code = self._area.gazetteer.find_municipality(place.lat, place.lon)
        if code is None:
            return []
        name = self._area.gazetteer.names.get(f"muni/{code}", code)
        return [
            Candidate(
                id=code, name=name, lat=place.lat, lon=place.lon, source=AREA_SOURCE, score=1.0,
                reasons=("lies-in",),
            )
        ]  # fmt: skip

    def _known_places(self) -> Iterable[SiteReport]:
        """Places of the lists that stand, but for those whose position is itself a repair: no repair follows from another."""
        return (
            site
            for shelter in self._mirror.shelters()
            if shelter.repaired is None and (site := _as_row(shelter)) is not None
        )

    def _get_place(self, ident: str) -> ShelterState:
        return decode(self._get(SHELTERS, ident), ShelterState)

    def _get(self, topic: Topic, key: str) -> bytes:
        value = self._mirror.find(topic, key)
        if value is None:
            raise Problem(
                "repair-not-here-yet", status=409, detail=f"{key[:120]!r} is on the list, and not here yet",
                remedy="ask again in a second", retry_after_s=1,
            )  # fmt: skip
        return value

    async def repair(self, line: Repair, order: RepairOrder, chosen: Candidate | None) -> int:
        """Returns when it was done, once the event is on the broker.

        Raises:
            Problem: 409 or 422, that cannot be done.
            BrokerUnavailableError: it may be there; the same order again is a newer act with the same effect.
        """
        if order.undo and line.repaired is None:
            raise Problem("nothing-to-undo", status=409, detail="nobody has placed it", field="undo")
        self._check_point(order)
        if line.kind is RepairKind.CLOSURE:
            topic: Topic = CLOSURE_REPAIRS
            act: SiteRepair | ClosureRepair = self._closure_act(line, order, chosen)
        else:
            topic, act = SITE_REPAIRS, self._site_act(line, order, chosen)
        headers = cloud_headers(
            event_type=topic.name, source="staff", at_ms=act.at_ms, event_id=f"{line.key}@{act.at_ms}"
        )
        if self._publisher is None:
            await self._broker.ensure_topics([SITE_REPAIRS, CLOSURE_REPAIRS])
            self._publisher = await self._broker.publisher()
        await self._publisher.publish(topic, [Message(act.id.encode(), encode(act), headers)])
        return act.at_ms

    def _check_point(self, order: RepairOrder) -> None:
        south, west, north, east = self._box
        if order.lat is None or order.lon is None:
            return
        if not (south <= order.lat <= north and west <= order.lon <= east):
            raise Problem(
                "outside-area", status=422, field="lat",
                detail=f"{order.lat}, {order.lon} is not in this area ({south:.3f}..{north:.3f}, {west:.3f}..{east:.3f})",
                remedy="latitude first, in degrees",
            )  # fmt: skip

    def _site_act(self, line: Repair, order: RepairOrder, chosen: Candidate | None) -> SiteRepair:
        place = self._get_place(line.id)
        code = chosen.id if chosen is not None and chosen.source == AREA_SOURCE else ""
        if line.why == MUNICIPALITY_UNKNOWN and not code and not order.undo:
            raise Problem(
                "not-a-municipality", status=422, field="candidate",
                detail="its position is known; what is not is its municipality",
                remedy="choose the candidate of source area",
            )  # fmt: skip
        position = None if code or order.undo else _position(order, chosen)
        return SiteRepair(
            id=line.id,
            at_ms=self._clock.now_ms(),
            by=order.by,
            name=place.name,
            address=place.address,
            action=Action.CANCEL if order.undo else Action.ISSUE,
            lat=position[0] if position else None,
            lon=position[1] if position else None,
            municipality=code,
            candidate=order.candidate,
        )

    def _closure_act(self, line: Repair, order: RepairOrder, chosen: Candidate | None) -> ClosureRepair:
        state = decode(self._get(CLOSURES, line.id), ClosureState)
        drawn = order.lat is not None and order.lon is not None
        return ClosureRepair(
            id=line.id,
            at_ms=self._clock.now_ms(),
            by=order.by,
            said=state.said
            or Saying(geometry=state.geometry, road_names=state.road_names, starts_at_ms=state.starts_at_ms),
            action=Action.CANCEL if order.undo else Action.ISSUE,
            geometry=Geometry("point", ((_position(order, None),),)) if drawn else None,
            road_names=(chosen.id,) if chosen is not None else (),
            candidate=order.candidate,
        )


def _position(order: RepairOrder, chosen: Candidate | None) -> tuple[float, float]:
    if chosen is not None:
        return chosen.lat, chosen.lon
    assert order.lat is not None  # noqa: S101 - the model holds
    assert order.lon is not None  # noqa: S101
    return order.lat, order.lon


def _as_row(shelter: Shelter) -> SiteReport | None:
    if shelter.lat is None or shelter.lon is None:
        return None
    return SiteReport(
        id=shelter.id,
        source=shelter.listed_source,
        layer=Layer(shelter.layer),
        name=shelter.name,
        address=shelter.address,
        municipality=shelter.municipality,
        lat=shelter.lat,
        lon=shelter.lon,
    )
