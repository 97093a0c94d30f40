"""Sources that send by themselves: by their own key or signature, in NGSI or as L-Alert does, and nobody for another."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.ingest.app import make_app
from services.ingest.doors import TOLERANCE_S, Doors, read_key, sign
from services.ingest.intake import Intake
from services.ingest.reach import make_door
from services.ingest.subscription import make_subscription
from services.ingest.watch import Watch
from services.kit.health import Readiness
from services.kit.settings import SettingsError
from streams.adapters.registry import read
from streams.clock import ManualClock
from streams.events.sources import Says
from streams.topics import CLOSURE_REPORTS, TELEGRAMS
from streams.world import World
from tests.unit.ingest.declared import push
from tests.unit.ingest.desk import Desk

OLD, NEW = "the-old-key-of-the-roads-office", "the-new-key-of-the-roads-office"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
WALL_S = 1_764_000_000
NGSI = b"""{"id": "n1", "type": "Notification", "subscriptionId": "s1", "notifiedAt": "2026-11-25T01:00:00Z", "data": [
  {"id": "urn:ngsi-ld:RoadRestriction:7", "type": "RoadRestriction", "restrictionStatus": {"type": "Property", "value": "closed"},
   "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [135.23, 34.5]}}}]}"""
NGSI_V2 = b"""{"subscriptionId": "s2", "data": [{"id": "R8", "type": "RoadRestriction",
  "restrictionStatus": {"type": "Text", "value": "closed", "metadata": {}},
  "dateModified": {"type": "DateTime", "value": "2026-11-25T01:00:00.00Z"},
  "location": {"type": "geo:json", "value": {"type": "Point", "coordinates": [135.23, 34.5]}}}]}"""


@pytest.fixture
async def client(office: Desk) -> AsyncIterator[httpx.AsyncClient]:
    clock = ManualClock(1_000)
    by_key, signed = push(expected_s=60), push(id="lalert/osaka", check="signature")
    doors = {"roads": make_door(by_key, (OLD, NEW)), "lalert/osaka": make_door(signed, (SECRET,))}
    watch = Watch([by_key, signed], office.broker, clock)
    intake = Intake(office.broker, read, clock, World.DRILL)
    app = make_app(
        intake, Readiness(), key="partner", watch=watch, doors=Doors(doors, ManualClock(WALL_S * 1000))
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


def signed(body: bytes, *, at_s: int = WALL_S, secret: str = SECRET, name: str = "msg_1") -> dict[str, str]:
    signature = sign(read_key(secret, "signature"), f"{name}.{at_s}.".encode() + body)
    return {"webhook-id": name, "webhook-timestamp": str(at_s), "webhook-signature": signature}


@pytest.mark.parametrize("key", [OLD, NEW])
@pytest.mark.parametrize(("body", "place"), [(NGSI, b"urn:ngsi-ld:RoadRestriction:7"), (NGSI_V2, b"R8")])
async def test_a_notification_is_taken_by_either_of_two_keys(
    client: httpx.AsyncClient, office: Desk, key: str, body: bytes, place: bytes
) -> None:
    answer = await client.post(
        "/v1/sources/roads/documents", content=body, headers={"Authorization": f"Bearer {key}"}
    )
    assert (answer.status_code, answer.json()["format"], answer.json()["events"]) == (202, "ngsi", 1)
    (record,) = office.broker.records(CLOSURE_REPORTS)
    assert record.key.endswith(place)
    sources = (await client.get("/v1/sources")).json()
    states = {row["source"]: (row["state"], row["heard_ms"]) for row in sources["declared"]}
    assert states == {"roads": ("well", 1_000), "lalert/osaka": ("waiting", None)}


@pytest.mark.parametrize("source", ["roads", "nobody", "lalert/osaka/x"])
@pytest.mark.parametrize("key", ["", "Bearer ", f"Bearer {OLD}x", "Bearer partner", "Bearer 鍵"])
async def test_a_wrong_key_says_the_same_of_every_source_there_is_or_not(
    client: httpx.AsyncClient, source: str, key: str
) -> None:
    answer = await client.post(
        f"/v1/sources/{source}/documents", content=NGSI, headers={"Authorization": key.encode()}
    )
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:miotsukushi:problem:source-key")
    assert answer.json()["field"] == "Authorization"


async def test_a_key_is_no_use_at_the_door_of_another(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/v1/sources/lalert/osaka/documents", content=NGSI, headers={"Authorization": f"Bearer {OLD}"}
    )
    assert (answer.status_code, answer.json()["field"]) == (401, "webhook-timestamp")


async def test_a_signed_document_is_taken_also_where_it_is_signed_by_several(
    client: httpx.AsyncClient, office: Desk
) -> None:
    headers = signed(NGSI)
    headers["webhook-signature"] = f"v1,AAAA {headers['webhook-signature']}"
    answer = await client.post("/v1/sources/lalert/osaka/documents", content=NGSI, headers=headers)
    assert answer.status_code == 202
    assert len(office.broker.records(CLOSURE_REPORTS)) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"webhook-signature": "v1,AAAA"}, "webhook-signature"),
        ({"webhook-signature": ""}, "webhook-signature"),
        ({"webhook-id": "msg_2"}, "webhook-signature"),
        ({"webhook-timestamp": str(WALL_S + 1)}, "webhook-signature"),
        ({"webhook-timestamp": "now"}, "webhook-timestamp"),
        ({"webhook-timestamp": "9" * 40}, "webhook-timestamp"),
        (signed(NGSI, at_s=WALL_S - TOLERANCE_S - 1), "webhook-timestamp"),
        (signed(NGSI, at_s=WALL_S + TOLERANCE_S + 1), "webhook-timestamp"),
        (signed(NGSI, secret=OLD), "webhook-signature"),
        (signed(NGSI + b" "), "webhook-signature"),
    ],
)
async def test_what_is_not_signed_as_it_stands_and_now_is_refused(
    client: httpx.AsyncClient, office: Desk, change: dict[str, str], field: str
) -> None:
    answer = await client.post(
        "/v1/sources/lalert/osaka/documents", content=NGSI, headers=signed(NGSI) | change
    )
    assert (answer.status_code, answer.json()["field"]) == (401, field)
    assert office.broker.records(CLOSURE_REPORTS) == []


def test_a_signature_is_that_of_standard_webhooks() -> None:
    body = b'{"test": 2432232314}'
    known = sign(read_key(SECRET, "signature"), b"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330." + body)
    assert known == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_what_cannot_be_read_is_a_trouble_of_the_source(client: httpx.AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {OLD}"}
    answer = await client.post("/v1/sources/roads/documents", content=b"<html/>", headers=headers)
    assert answer.status_code == 422
    states = (await client.get("/v1/sources")).json()["declared"]
    assert [(s["state"], s["trouble"]) for s in states if s["source"] == "roads"] == [("trouble", "refused")]


async def test_the_partners_key_speaks_for_no_declared_source(client: httpx.AsyncClient) -> None:
    headers = {"Authorization": "Bearer partner", "X-Source": "lalert/osaka"}
    answer = await client.post("/v1/documents", content=NGSI, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, "X-Source")
    assert "/v1/sources/lalert/osaka/documents" in answer.json()["remedy"]


def test_a_key_that_could_be_guessed_or_cannot_be_one_opens_no_door() -> None:
    with pytest.raises(SettingsError, match="MIO_SOURCE_ROADS_KEY has less than 24"):
        make_door(push(), ("short",))
    with pytest.raises(SettingsError, match="go on in base64"):
        make_door(push(check="signature"), ("whsec_ not base64 at all!",))


def test_the_subscription_for_a_broker_names_types_address_throttling_and_no_key() -> None:
    source = push(says=(Says.CLOSURES, Says.SHELTER_REPORTS), throttling_s=30)
    old = make_subscription(source, "https://mio.example/ingest/", "v2")
    assert old["notification"]["httpCustom"] == {
        "url": "https://mio.example/ingest/v1/sources/roads/documents",
        "headers": {"Authorization": "Bearer ${MIO_SOURCE_ROADS_KEY}"},
    }
    assert [e["type"] for e in old["subject"]["entities"]] == ["RoadRestriction", "EvacuationShelter"]
    assert old["throttling"] == 30
    linked = make_subscription(push(says=(Says.ALERTS,)), "https://mio.example", "ld")
    assert [e["type"] for e in linked["entities"]] == ["Alert", "WeatherAlert"]
    assert linked["notification"]["endpoint"]["receiverInfo"][0]["key"] == "Authorization"
    assert "throttling" not in linked


@pytest.mark.parametrize("broken", [False, True])
async def test_a_message_as_l_alert_sends_it_is_an_order_by_its_signature(
    client: httpx.AsyncClient, office: Desk, data_dir: Path, *, broken: bool
) -> None:
    message = (data_dir / "alerts/lalert/soap1.xml").read_bytes()
    sent = message.replace("避難準備".encode(), "避難指示".encode()) if broken else message
    headers = signed(message) | {"Content-Type": "application/soap+xml"}
    answer = await client.post("/v1/sources/lalert/osaka/documents", content=sent, headers=headers)
    assert answer.status_code == (401 if broken else 202)
    assert len(office.broker.records(TELEGRAMS)) == (0 if broken else 1)
