"""The whole story of the gates on the drill's own telegrams: armed by a warning, opened by two persons, seen inside the polygon only."""

from itertools import groupby

import h3.api.basic_int as h3
import pytest

from services.drill.city import City
from services.drill.scenario import JMA_SOURCE, Scenario
from streams.adapters.registry import Source, read
from streams.cells import PEOPLE_RESOLUTION
from streams.events.alerts import Telegram
from streams.events.declarations import Approved, Closed, DeclarationEvent, Officer, Proposed, Scope
from streams.events.disclosures import Disclosure
from streams.events.gates import Stand
from streams.sharing.backtest import Record, run
from streams.sharing.choices import terms_of
from streams.sharing.declare import Draft, Mandate, approve, close, propose
from streams.sharing.levels import Said, Towns, say
from streams.sharing.outcomes import Outcome
from streams.sharing.versions import newest, read_version
from streams.sharing.visibility import Resident
from streams.world import World

TOWN, MINUTE_MS = "99101", 60_000
VERSION = read_version(newest())
TERMS = terms_of(VERSION)


@pytest.fixture(scope="module")
def documents(city: City, scenario: Scenario) -> list[Said]:
    towns = Towns.of_gazetteer(city.gazetteer)
    readings = (read(d.body, Source(JMA_SOURCE, 0)) for d in scenario.documents() if d.source == JMA_SOURCE)
    return [
        say(event, towns) for reading in readings for event in reading.events if isinstance(event, Telegram)
    ]


@pytest.fixture(scope="module")
def places(city: City) -> tuple[int, int, Scope]:
    """A cell in the declared polygon, one of the same town outside of it, and the polygon."""
    found = sorted(
        {_cell(c) for c in city.gazetteer.cells[f"muni/{TOWN}"]}, key=lambda c: h3.cell_to_latlng(c)[0]
    )
    south, north = found[0], found[-1]
    lat, lon = h3.cell_to_latlng(south)
    ring = (
        (lat - 0.003, lon - 0.003),
        (lat - 0.003, lon + 0.003),
        (lat + 0.003, lon + 0.003),
        (lat + 0.003, lon - 0.003),
    )
    return south, north, Scope(ring=ring)


def _cell(cell: int) -> int:
    return h3.latlng_to_cell(*h3.cell_to_latlng(cell), PEOPLE_RESOLUTION)


def _mandate(name: str, role: str) -> Mandate:
    return Mandate(Officer(name, role, TOWN), 0, 1 << 52)


def _declare(scope: Scope, at_ms: int) -> tuple[Proposed, Approved, Closed]:
    draft = Draft(id="d1", municipality=TOWN, row=3, purpose="rescue", reason="cut off by water", scope=scope)
    proposal = propose(draft, _mandate("anna", "staff"), TERMS, world=World.DRILL, now_ms=at_ms)
    assert isinstance(proposal, Proposed), proposal
    approval = approve((proposal,), _mandate("ben", "approver"), TERMS, now_ms=at_ms + MINUTE_MS)
    assert isinstance(approval, Approved), approval
    looks = [
        Disclosure(
            chain="c", number=0, before="", at_ms=at_ms, recipient="r", role="staff", subject="s", row=3,
            purpose="rescue", permitted=True, reason="permitted", policy="2026-2", declaration="d1",
        )
    ]  # fmt: skip
    events: tuple[DeclarationEvent, ...] = (proposal, approval)
    closing = close(
        events, _mandate("anna", "staff"), TERMS, disclosures=looks, spent={}, now_ms=at_ms + 20 * MINUTE_MS
    )
    assert isinstance(closing, Closed), closing
    return proposal, approval, closing


def _tried(documents: list[Said], acts: tuple[DeclarationEvent, ...], people: list[Resident]) -> Outcome:
    record = Record(documents, acts, world=World.DRILL)
    return run(record, VERSION, lambda code, _: people if code == TOWN else ())


def test_a_warning_arms_two_persons_open_and_only_whom_the_polygon_holds_is_seen_until_it_is_closed(
    documents: list[Said], places: tuple[int, int, Scope], scenario: Scenario
) -> None:
    inside, outside, scope = places
    at_ms = scenario.start_ms + 80 * MINUTE_MS
    people = [
        Resident(subject=name, municipality=TOWN, cell=cell, **fields)  # type: ignore[arg-type]
        for name, cell, fields in (
            ("agreed", outside, {"choice": "granted", "level": 4}),
            ("inside", inside, {}),
            ("refused", inside, {"choice": "refused"}),
            ("outside", outside, {}),
            ("protected", inside, {"protection_order": True, "choice": "granted", "level": 3}),
        )
    ]
    acts = _declare(scope, at_ms)
    outcome = _tried(documents, acts, people)
    by_row = {gate.row: gate for gate in outcome.gates if gate.municipality == TOWN}
    stands = [stand for stand, _ in groupby(span.stand for span in by_row[3].spans)]
    assert stands[:3] == [Stand.ARMED, Stand.OPEN, Stand.ARMED]
    assert by_row[3].first_ms(Stand.OPEN) == at_ms + MINUTE_MS
    seen = {one.row: (one.persons, one.person_minutes) for one in outcome.exposures}
    assert seen[3] == (2, 2 * 19)
    assert seen[2][0] == 1
    assert acts[2].shared[0].looks == 1


def test_a_coast_of_the_drill_arms_every_municipality_on_it(documents: list[Said]) -> None:
    tsunami = [one for one in documents if one.series.endswith("tsunami")]
    armed = {gate.municipality for gate in _tried(tsunami, (), []).gates if gate.row == 3}
    assert armed == {"99101", "99102", "99103"}


def test_the_drill_moves_no_gate_of_the_real_world(
    documents: list[Said], places: tuple[int, int, Scope]
) -> None:
    acts = _declare(places[2], 0)
    assert run(Record(documents, acts, world=World.REAL), VERSION, lambda *_: ()).gates == ()
