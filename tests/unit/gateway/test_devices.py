"""Consent first: who may be counted, from when, and until when."""

import asyncio
import re

import pytest

from services.gateway.app import start
from services.gateway.identity import Identity
from services.kit.health import Readiness
from services.kit.settings import SettingsError
from streams.broker import BrokerUnavailableError, Message
from streams.codec import decode
from streams.events.consents import Choice, ConsentState, Purpose
from streams.topics import CONSENTS
from tests.unit.gateway.gateways import GRANTED, NOW_MS, REFUSED, Bench, Client, gateway, settings

REVOKED = [{"purpose": "crowd_count", "choice": "revoked"}]


def states(bench: Bench) -> dict[str, ConsentState | None]:
    return {
        r.key.decode(): decode(r.value, ConsentState) if r.value else None for r in bench.records(CONSENTS)
    }


async def test_a_new_device_gets_a_pseudonym_and_its_choice_is_on_the_topic(
    bench: Bench, client: Client
) -> None:
    answer = await client.http.post(
        "/v1/devices", json={"consents": GRANTED, "notice": "2026-1", "language": "ja"}
    )
    assert answer.status_code == 201
    subject = answer.json()["device"]
    state = states(bench)[subject]
    assert state is not None
    (consent,) = state.consents
    assert (consent.purpose, consent.choice, consent.at_ms) == (Purpose.CROWD_COUNT, Choice.GRANTED, NOW_MS)
    assert (consent.notice, consent.language) == ("2026-1", "ja")


async def test_nothing_is_published_without_a_standing_consent(bench: Bench, client: Client) -> None:
    for consents in ([], REFUSED, REVOKED, [{"purpose": "guardian", "choice": "granted"}]):
        device = await client.register(consents)
        answer = await device.send()
        assert answer.status_code == 403
        assert answer.json()["type"].endswith(":no-consent")
    assert bench.sent() == 0


async def test_a_position_of_a_granted_device_is_published_in_its_partition(
    bench: Bench, client: Client
) -> None:
    device = await client.register()
    answer = await device.send(lat=34.5, lon=135.25)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1})
    (columns,) = bench.positions()
    assert (columns.at_ms.tolist(), columns.lat.tolist(), columns.lon.tolist()) == (
        [NOW_MS],
        [34.5],
        [135.25],
    )
    assert columns.received_at_ms == NOW_MS


async def test_consent_taken_back_counts_at_once_and_the_device_leaves_the_counts(
    bench: Bench, client: Client
) -> None:
    device = await client.register()
    await device.send()
    answer = await device.choose(REVOKED)
    assert answer.status_code == 200
    assert answer.json()["consents"][0]["choice"] == "revoked"
    assert bench.forgotten() == [bench.positions()[0].device[0]]
    assert (await device.send()).status_code == 403
    assert bench.sent() == 1
    await device.choose(GRANTED)
    assert (await device.send()).status_code == 202


async def test_other_purposes_stay_as_they_are(client: Client) -> None:
    device = await client.register([*GRANTED, {"purpose": "guardian", "choice": "refused"}])
    await device.choose([{"purpose": "guardian", "choice": "granted"}])
    answer = await device.http.get("/v1/devices/me/consents", headers=device.headers)
    assert {c["purpose"]: (c["choice"], c["notice"]) for c in answer.json()["consents"]} == {
        "crowd_count": ("granted", "2026-1"),
        "guardian": ("granted", "2026-2"),
    }
    assert (await device.send()).status_code == 202


async def test_an_erased_device_leaves_a_tombstone_and_is_unknown(bench: Bench, client: Client) -> None:
    device = await client.register()
    await device.send()
    answer = await device.erase()
    assert (answer.status_code, answer.content) == (204, b"")
    assert list(states(bench).values()) == [None]
    assert len(bench.forgotten()) == 1
    assert (await device.send()).status_code == 401
    assert (await device.erase()).status_code == 401


async def test_an_erasure_that_the_broker_did_not_take_can_be_asked_again_and_allows_nothing_meanwhile(
    bench: Bench, client: Client
) -> None:
    device = await client.register()
    for topic in ("positions", "consents"):
        bench.away = {topic}
        assert (await device.erase()).status_code == 503
        bench.away = set()
        assert (await device.send()).status_code == 403
    assert (await device.erase()).status_code == 204
    assert list(states(bench).values()) == [None]


@pytest.mark.parametrize(
    "token", ["", "nonsense", "a.b", "{subject}.", "{subject}.00000000000000000000000000000000", "é.é"]
)
async def test_every_unknown_token_gets_the_same_answer_without_a_hint(client: Client, token: str) -> None:
    known = await client.register()
    subject = known.headers["Authorization"].removeprefix("Bearer ").partition(".")[0]
    header = f"Bearer {token.format(subject=subject)}".encode()
    answer = await client.http.post(
        "/v1/positions",
        json={"positions": [{"at_ms": NOW_MS, "lat": 1, "lon": 1}]},
        headers=[(b"authorization", header)],
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="device"'
    assert answer.json() == {
        "type": "urn:miotsukushi:problem:unknown-device",
        "title": "Unauthorized",
        "status": 401,
        "detail": "this device is not known",
        "remedy": "register it with POST /v1/devices",
    }


async def test_a_choice_made_at_one_instance_holds_at_the_others(bench: Bench, client: Client) -> None:
    device = await client.register()
    async with gateway(bench) as other:
        elsewhere = Client(other.http, other.clock, device.headers)
        assert (await elsewhere.send()).status_code == 202
        await device.choose(REVOKED)
        async with asyncio.timeout(5):
            while (await elsewhere.send()).status_code != 403:
                await asyncio.sleep(0)
        await elsewhere.erase()
        async with asyncio.timeout(5):
            while (await device.send()).status_code != 401:
                await asyncio.sleep(0)


async def test_an_older_record_read_late_does_not_undo_a_newer_choice(bench: Bench, client: Client) -> None:
    from services.gateway.register import Register

    register = Register(bench)
    granted = decode(
        b'{"subject":"s","consents":[{"purpose":"crowd_count","choice":"granted","at_ms":1,"notice":"1"}]}',
        ConsentState,
    )
    await register.write([granted])
    await register.write([ConsentState(subject="s")])
    first, second = (r for r in bench.records(CONSENTS) if r.key == b"s")
    register.apply([first])
    assert not register.allows("s", Purpose.CROWD_COUNT)
    register.apply([second])
    # what somebody else wrote after ours is taken
    await bench.publish(CONSENTS, [Message(b"s", first.value)])
    register.apply([r for r in bench.records(CONSENTS) if r.key == b"s"][2:])
    assert register.allows("s", Purpose.CROWD_COUNT)


async def test_a_consent_that_could_not_be_written_is_not_granted(bench: Bench) -> None:
    from services.gateway.register import Register

    register, state = Register(bench), ConsentState(subject="s")
    bench.away = {"consents"}
    with pytest.raises(BrokerUnavailableError):
        await register.write([state])
    assert register.find("s") is None


def test_an_unreadable_consent_grants_nothing_and_its_subject_is_not_logged(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    from services.gateway.register import Register
    from streams.broker import Record

    register = Register(bench)
    register.apply([Record(0, 4, 0, b"secret-subject", b"junk")])
    assert register.find("secret-subject") is None
    assert "secret-subject" not in caplog.text


def test_tokens_and_hashes_are_stable_secret_and_unlike() -> None:
    mine, other = Identity("x" * 16), Identity("y" * 16)
    subject = mine.make_subject()
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", subject)
    assert mine.find_subject(mine.token(subject)) == subject
    assert other.find_subject(mine.token(subject)) is None
    assert mine.device_hash(subject) == Identity("x" * 16).device_hash(subject)
    assert mine.device_hash(subject) != other.device_hash(subject)
    assert 0 <= mine.device_hash(subject) < 2**64


async def test_without_its_secrets_the_gateway_does_not_start(bench: Bench) -> None:
    with pytest.raises(SettingsError, match="MIO_DEVICE_SECRET has 3 characters, at least 16"):
        await start(settings(device_secret="abc"), bench, Readiness())
    with pytest.raises(SettingsError, match="MIO_PARTNER_KEY"):
        await start(settings(partner_key=""), bench, Readiness())
