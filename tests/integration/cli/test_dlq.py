"""Dead letters on a real broker: refused, seen, sent back the way they came, and what follows from it; twice as once."""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cli.main import app
from services.ingest.intake import Intake
from streams.adapters import registry
from streams.adapters.registry import read
from streams.broker_kafka import KafkaBroker
from streams.clock import ManualClock, SystemClock
from streams.codec import decode, encode
from streams.dead_letters import DeadLetter, bury
from streams.events.alerts import HazardState
from streams.events.shelters import Opening, ShelterState
from streams.topics import HAZARDS, POSITIONS, SHELTERS, TELEGRAMS
from streams.world import World
from tests.integration.worker.city import Tail, Worker, tail, telegram, until
from tests.integration.worker.conftest import broker, own_kafka, publisher, worker

__all__ = ["broker", "own_kafka", "publisher", "worker"]
pytestmark = pytest.mark.kafka

STATUS = (
    "全国地方公共団体コード,ID,名称,開設状況,避難者数,避難世帯数,想定収容人数,日時\n"
    "991015,7,丘の公園,開設,12,,,2026-01-05T10:00:00+09:00\n"
)
SECRET = b"35.0,139.0 of somebody"
Dlq = Callable[..., Result]


@pytest.fixture
def dlq(own_kafka: str, monkeypatch: pytest.MonkeyPatch) -> Dlq:
    """`mio dlq` as an operator types it."""
    monkeypatch.setenv("MIO_KAFKA", own_kafka)
    monkeypatch.setenv("MIO_WORLD", "drill")

    def run(*words: str, code: int = 0) -> Result:
        answer = CliRunner().invoke(app, ["dlq", *words])
        assert answer.exit_code == code, (answer.output, answer.exception)
        return answer

    return run


@pytest.fixture
async def shelters(broker: KafkaBroker) -> Tail:
    return await tail(broker, SHELTERS)


async def listed(dlq: Dlq, *words: str) -> list[dict[str, object]]:
    answer = await asyncio.to_thread(dlq, "list", "--json", *words)
    *found, counts = (json.loads(line) for line in answer.stdout.splitlines())
    assert counts["open"] == len(found)
    return found


async def test_a_document_that_was_refused_is_state_once_the_rule_is_right_and_replayed(
    broker: KafkaBroker, worker: Worker, shelters: Tail, dlq: Dlq, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = Intake(await broker.publisher(), read, ManualClock(1_000), World.DRILL)
    with monkeypatch.context() as without:
        without.setattr(
            registry, "FORMATS", tuple(f for f in registry.FORMATS if f.name != "shelter-status-csv")
        )
        refused = await intake.take(STATUS.encode(), "city/99101", name="開設.csv")
        assert [r.reason for r in refused.refused] == ["format-unknown"]
        await intake.take(STATUS.encode(), "city/99101", name="開設.csv")
        (letter,) = await listed(dlq, "--reason", "format-unknown")
        assert (letter["times"], letter["source"], letter["way"]) == (2, "city/99101", "document")
        still = await asyncio.to_thread(dlq, "replay", str(letter["id"]), code=1)
        assert "refused again: format-unknown" in still.stdout
        assert len(await listed(dlq, "--source", "city/99101")) == 1
    shown = (await asyncio.to_thread(dlq, "show", str(letter["id"]))).stdout
    assert "丘の公園" in shown
    assert "received  " not in shown
    assert "1970-01-01T00:00:01Z" in shown
    sent = await asyncio.to_thread(dlq, "replay", str(letter["id"]), "--by", "防災課")
    assert "1 events sent" in sent.stdout
    await until(lambda: "99101-7" in shelters.rows)
    first = shelters.rows["99101-7"]
    state = decode(first or b"", ShelterState)
    assert (state.opening, state.headcount, state.name) == (Opening.OPEN, 12, "丘の公園")
    assert await listed(dlq, "--source", "city/99101") == []
    assert "nothing sent" in (await asyncio.to_thread(dlq, "replay", str(letter["id"]))).stdout
    shelters.rows.clear()
    await asyncio.to_thread(dlq, "replay", str(letter["id"]), "--again")
    await until(lambda: "99101-7" in shelters.rows)
    assert shelters.rows["99101-7"] == first


async def test_a_record_that_a_worker_refused_goes_back_to_its_topic(
    broker: KafkaBroker, worker: Worker, dlq: Dlq
) -> None:
    hazards = await tail(broker, HAZARDS)
    series = f"jma/{id(broker):x}"
    value = encode(telegram(series, at=5))
    await bury(
        await broker.publisher(), TELEGRAMS,
        [DeadLetter(series.encode(), value, "not-foldable", "an old fault", "drill.telegrams[2]@9")],
    )  # fmt: skip
    (letter,) = await listed(dlq, "--source", series)
    await asyncio.to_thread(dlq, "replay", "--all", "--source", series)
    await until(lambda: series in hazards.rows)
    assert decode(hazards.rows[series] or b"", HazardState).issued_at_ms == 5
    assert await listed(dlq, "--source", series) == []
    assert letter["place"] == "drill.telegrams[2]@9"


async def test_a_letter_is_dropped_with_a_reason_and_stays_dropped(
    broker: KafkaBroker, dlq: Dlq, tmp_path: Path
) -> None:
    intake = Intake(await broker.publisher(), read, SystemClock(), World.DRILL)
    await intake.take(b"\x1b[2J\x00\x07junk", "noise", name="a.bin")
    (letter,) = await listed(dlq, "--source", "noise")
    name = str(letter["id"])
    shown = (await asyncio.to_thread(dlq, "show", name)).stdout
    assert "\x1b" not in shown
    assert "\x07" not in shown
    await asyncio.to_thread(dlq, "show", name, "--save", str(tmp_path / "a.bin"))
    assert (tmp_path / "a.bin").read_bytes() == b"\x1b[2J\x00\x07junk"
    await asyncio.to_thread(dlq, "drop", name, code=2)
    await asyncio.to_thread(dlq, "drop", name, "--reason", "試験の送信")
    await intake.take(b"\x1b[2J\x00\x07junk", "noise", name="a.bin")
    assert await listed(dlq, "--source", "noise") == []
    assert "dropped   " in (after := (await asyncio.to_thread(dlq, "show", name)).stdout)
    assert "試験の送信" in after


async def test_nothing_about_a_person_is_shown_unless_somebody_says_why_and_that_is_recorded(
    broker: KafkaBroker, dlq: Dlq
) -> None:
    detail = f"not a batch of positions: {SECRET.decode()}"
    letter = DeadLetter(b"device-of-somebody", SECRET, "undecodable", detail, "drill.positions[3]@8")
    await bury(await broker.publisher(), POSITIONS, [letter])
    (found,) = await listed(dlq, "--topic", "positions")
    table = await asyncio.to_thread(dlq, "list", "--topic", "positions")
    told = await asyncio.to_thread(dlq, "show", str(found["id"]))
    for text in (json.dumps(found), table.output, told.output):
        assert not re.search("somebody|139", text), text
    assert "--personal" in told.output
    asked = await asyncio.to_thread(dlq, "show", str(found["id"]), "--personal", "開示請求 12号")
    assert SECRET.decode() in asked.stdout
    assert "somebody" not in asked.stderr
    assert "開示請求 12号" in (await asyncio.to_thread(dlq, "show", str(found["id"]))).stdout


async def test_what_is_no_letter_and_no_topic_is_said(broker: KafkaBroker, dlq: Dlq) -> None:
    for words, said in (
        (("show", "ffffffffffff"), "mio dlq list"),
        (("list", "--topic", "nothing"), "site-reports"),
        (("list", "--older-than", "soon"), "such as 6h"),
        (("replay",), "choose with --all"),
    ):
        answer = await asyncio.to_thread(dlq, *words, code=1 if words[0] == "show" else 2)
        assert said in " ".join(re.sub("[│\n]", " ", answer.output + answer.stderr).split())


def test_a_broker_that_is_not_there_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIO_KAFKA", "127.0.0.1:9")
    answer = CliRunner().invoke(app, ["dlq", "list"])
    assert answer.exit_code == 1
    assert answer.stderr.startswith("mio: no broker at 127.0.0.1:9")
