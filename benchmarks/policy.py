"""Sharing policies: decisions a second, and the sample telegrams as recorded history. Prints one JSON line a figure."""

import json
import os
import time
from pathlib import Path

from services.cli.policy_backtest import read_record
from services.cli.policy_people import make_people
from streams.sharing.backtest import run
from streams.sharing.decide import Decider
from streams.sharing.requests import Circumstances, GateView, Person, Recipient, Request
from streams.sharing.versions import newest, read_version
from streams.world import World

DATA = Path(os.environ.get("MIO_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
TELEGRAMS = DATA / "alerts" / "jma" / "telegrams.zip"
COUNT, ROUNDS = 2_000, 5
REQUEST = Request(
    row=3,
    recipient=Recipient("staff:1", "staff", "99101"),
    resource=Person(subject="s", municipality="99101"),
    circumstances=Circumstances(
        purpose="rescue",
        now_ms=1,
        in_scope=True,
        gate=GateView(state="open", municipality="99101", status="actual", two_persons=True, until_ms=2),
    ),
)


def say(name: str, value: float, unit: str, *, bar: float, met: bool) -> None:
    print(json.dumps({"name": name, "value": round(value, 2), "unit": unit, "bar": bar, "met": met}))


def decisions_a_second() -> tuple[float, float]:
    """Of one processor second: one at a time, and all about the same two in one batch. The best of some rounds, taken in turn."""
    decider = Decider.load(newest())
    batch = [REQUEST] * COUNT
    assert all(decision.permitted for decision in decider.decide_all(batch))
    alone, together = 0.0, 0.0
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(COUNT):
            decider.decide(REQUEST)
        alone = max(alone, COUNT / (time.process_time() - began))
        began = time.process_time()
        decider.decide_all(batch)
        together = max(together, COUNT / (time.process_time() - began))
    return alone, together


def main() -> None:
    alone, together = decisions_a_second()
    say("policy decisions, one at a time", alone, "1/CPU-s", bar=5_000, met=alone >= 5_000)
    say("policy decisions, in batches", together, "1/CPU-s", bar=20_000, met=together >= 20_000)
    if not TELEGRAMS.exists():
        return
    began = time.perf_counter()
    record, _ = read_record(TELEGRAMS, None, World.REAL)
    outcome = run(record, read_version(newest()), lambda code, alarm_ms: make_people(code, alarm_ms, None))
    seconds = time.perf_counter() - began
    people, towns = f"{outcome.residents:,} generated people", f"{outcome.municipalities:,} municipalities"
    say(f"387 telegrams as history, {towns}, {people}", seconds, "s", bar=30, met=seconds < 30)


if __name__ == "__main__":
    main()
