"""Fields as files over HTTP: what a phone reads in them is what the server says; a tag saves what did not change."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from routing.published import PublishedWay, read
from services.kit.health import Readiness
from services.navigator import fields
from services.navigator.answers import Moment
from services.navigator.app import make_app
from services.navigator.fields import RENEW_MS, VALID_MS
from services.navigator.ground import Ground
from services.navigator.live import Live
from services.navigator.state import World as State
from streams.clock import ManualClock
from streams.events.base import Hazard
from streams.world import World
from tests.unit.navigator.situations import at, by_id, closure, site, street
from tests.unit.navigator.test_departure import INSIDE, NOW, OUTSIDE, coast, wave

SITES = by_id(site(1), site(4, Hazard.TSUNAMI), site(9, Hazard.TSUNAMI, Hazard.FLOOD))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def live(clock: ManualClock) -> Live:
    ground = street(coast())
    made = Live(Ground(replace(ground.network, content_hash="5f0c"), ground.zones), clock)
    made.is_ready = True
    made.moment = Moment.of(made.moment.ground, State(places=SITES, at_ms=NOW))
    return made


@pytest.fixture
async def client(live: Live, clock: ManualClock) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(live, Readiness(), world=World.DRILL, clock=clock, area="澪北市")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://navigator") as client:
        yield client


async def fetch(client: httpx.AsyncClient, name: str, tag: str | None = None) -> httpx.Response:
    return await client.get(f"/v1/fields/{name}", headers={} if tag is None else {"If-None-Match": tag})


async def phone_way(client: httpx.AsyncClient, name: str, index: float) -> PublishedWay | None:
    made, network = await fetch(client, name), await fetch(client, "network")
    assert (made.status_code, network.status_code) == (200, 200), made.text
    return read(made.content, network.content).route(*at(index))


@pytest.mark.parametrize(
    ("name", "hazards"), [("none", []), ("tsunami", ["tsunami"]), ("flood+tsunami", ["tsunami", "flood"])]
)
async def test_a_phone_finds_the_servers_answer_in_the_file(
    client: httpx.AsyncClient, live: Live, name: str, hazards: list[str]
) -> None:
    live.moment = Moment.of(
        live.moment.ground, State(places=SITES, closures=by_id(closure(7.5)), at_ms=NOW), former=live.moment
    )
    live.moment = Moment.of(Ground(live.moment.ground.network, ()), live.moment.world)
    for index in (0.2, 2.3, 3.6, 5.1, 7.2, 8.8):
        lat, lon = at(index)
        asked = {"from": {"lat": lat, "lon": lon}, "hazards": hazards}
        server = (await client.post("/v1/routes", json=asked)).json()
        way = await phone_way(client, f"adult/{name}", index)
        if way is None:
            assert server["kind"] == "stay"
            continue
        assert way.target.id == server["shelter"]["id"]
        assert way.seconds / 60 == pytest.approx(server["minutes"], abs=0.11)


async def test_the_file_says_for_whom_how_old_how_long_and_that_it_is_a_drill(
    client: httpx.AsyncClient,
) -> None:
    made, network = await fetch(client, "slow/tsunami"), await fetch(client, "network")
    header = read(made.content, network.content).header
    assert (header.area, header.profile.name, header.hazards) == ("澪北市", "slow", ("tsunami",))
    assert (header.made_at_ms, header.expires_at_ms, header.notice) == (NOW, NOW + VALID_MS, "訓練")
    assert made.headers["cache-control"] == "public, max-age=15"
    assert network.headers["cache-control"] == "public, max-age=86400"
    assert made.headers["content-type"] == "application/octet-stream"


async def test_a_tag_saves_what_did_not_change_and_a_change_or_age_makes_another(
    client: httpx.AsyncClient, live: Live, clock: ManualClock
) -> None:
    first = await fetch(client, "adult/none")
    tag = first.headers["etag"]
    fuller = {**SITES, "E1": site(1, headcount=4)}
    live.moment = Moment.of(live.moment.ground, State(places=fuller, at_ms=NOW + 5), former=live.moment)
    clock.advance(10)
    same = await fetch(client, "adult/none", f'"other", W/{tag}')
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    closed = State(places=fuller, closures=by_id(closure(1.5)), at_ms=NOW + 9)
    live.moment = Moment.of(live.moment.ground, closed, former=live.moment)
    changed = await fetch(client, "adult/none", tag)
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)
    clock.advance(RENEW_MS / 1000)
    renewed = await fetch(client, "adult/none", changed.headers["etag"])
    assert renewed.status_code == 200
    network = await fetch(client, "network")
    assert (await fetch(client, "network", network.headers["etag"])).status_code == 304


async def test_while_a_danger_moves_the_file_leads_by_ways_that_may_be_left_for_last(
    client: httpx.AsyncClient, live: Live
) -> None:
    world = State(hazards=by_id(wave(200)), places=by_id(INSIDE, OUTSIDE), at_ms=NOW)
    live.moment = Moment.of(live.moment.ground, State(places=world.places, at_ms=NOW))
    calm = await phone_way(client, "adult/tsunami", 3.0)
    live.moment = Moment.of(live.moment.ground, world, former=live.moment)
    hurried = await phone_way(client, "adult/tsunami", 3.0)
    assert calm is not None
    assert calm.target.id == "E2"
    assert hurried is not None
    assert (
        hurried.target.id == live.moment.answer(*at(3.0), profile="adult", now_ms=NOW + 14_000).route.target
    )  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "field"),
    [("adult/ghosts", "hazards"), ("giant/none", "profile"), ("adult/", None), ("adult/flood+", "hazards")],
)
async def test_what_there_is_no_file_for_is_refused_by_name(
    client: httpx.AsyncClient, name: str, field: str | None
) -> None:
    response = await fetch(client, name)
    assert response.status_code in (404, 422)
    assert field is None or field in response.json()["field"]


async def test_only_few_files_are_kept(
    client: httpx.AsyncClient, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields, "KEPT_FILES", 2)
    for profile in ("adult", "slow", "child"):
        assert (await fetch(client, f"{profile}/none")).status_code == 200
    assert (await fetch(client, "adult/none")).status_code == 200


async def test_before_the_first_whole_reading_there_is_no_file(client: httpx.AsyncClient, live: Live) -> None:
    live.is_ready = False
    for name in ("adult/none", "network"):
        assert (await fetch(client, name)).json()["type"] == "urn:miotsukushi:problem:not-ready"
