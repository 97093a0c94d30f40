"""The launcher with real servers and small stand-ins for our processes."""

import asyncio
import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.local.errors import PartFailedError, PortInUseError, StateInUseError
from services.local.logstream import LogStream
from services.local.plan import Plan
from services.local.ports import free_base
from services.local.supervisor import Supervisor
from services.local.wait import wait_until
from streams.broker import Message
from streams.broker_kafka import KafkaBroker
from streams.clock import SystemClock
from streams.topics import CLOSURES
from streams.world import World

STAND_IN = (sys.executable, str(Path(__file__).with_name("obedient_process.py")))
TWO = ("gateway", "worker")
Launch = Callable[..., Supervisor]


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def launch(tmp_path: Path, kafka: str, redis_url: str, output: io.StringIO) -> Iterator[Launch]:
    """Makes supervisors in this test's state folder; on the suite's servers unless told otherwise."""
    made: list[Supervisor] = []

    def make(**choices: object) -> Supervisor:
        settings = {
            "state": tmp_path,
            "port_base": free_base(),
            "kafka": kafka,
            "redis": redis_url,
            "processes": TWO,
            "command": STAND_IN,
            **choices,
        }
        made.append(Supervisor(Plan(**settings), LogStream(output)))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for supervisor in made:
        supervisor.stop()


def test_start_returns_when_all_are_ready_and_shows_what_they_say(
    launch: Launch, output: io.StringIO
) -> None:
    supervisor = launch()
    supervisor.start()
    assert all(supervisor.is_ready(name) for name in TWO)
    assert wait_until(lambda: "worker    | worker listens in world drill" in output.getvalue(), timeout_s=5)


def test_a_child_that_dies_is_started_again_and_it_is_said(launch: Launch, output: io.StringIO) -> None:
    supervisor = launch()
    supervisor.start()
    first = supervisor.child("worker").pid
    supervisor.kill("worker")
    assert wait_until(lambda: supervisor.child("worker").pid != first, timeout_s=5)
    supervisor.wait_ready(["worker"], timeout_s=10)
    assert "worker was ended by SIGKILL; starting it again in 0.5 s" in output.getvalue()


def test_a_process_that_does_not_come_up_is_named_with_its_last_words(launch: Launch, tmp_path: Path) -> None:
    (tmp_path / "worker.broken").touch()
    with pytest.raises(PartFailedError, match=r"worker does not stay up:\n.*told to break"):
        launch().start()


def test_a_process_that_is_not_ready_is_named_with_its_own_reason(launch: Launch, tmp_path: Path) -> None:
    (tmp_path / "gateway.unready").touch()
    with pytest.raises(PartFailedError, match=r"gateway: .*told to wait"):
        launch().start(timeout_s=3)


def test_a_second_launcher_on_the_same_state_is_refused_by_name(launch: Launch) -> None:
    launch().start()
    with pytest.raises(StateInUseError, match=rf"in use by a launcher with process id {os.getpid()}"):
        launch().start()


def test_whoever_holds_a_port_is_named(launch: Launch) -> None:
    supervisor = launch()
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", supervisor.plan.port("gateway")))
        sock.listen()
        with pytest.raises(PortInUseError, match=rf"\(gateway\) is held by \S+ \(pid {os.getpid()}\)"):
            supervisor.start()


def test_whoever_takes_things_in_ends_before_whoever_folds_them(launch: Launch, tmp_path: Path) -> None:
    supervisor = launch(processes=("worker", "navigator", "gateway"))
    supervisor.start()
    supervisor.stop()
    assert (tmp_path / "ended.txt").read_text().split() == ["gateway", "navigator", "worker"]


def test_what_a_killed_launcher_left_behind_is_ended_by_the_next(
    launch: Launch, tmp_path: Path, output: io.StringIO
) -> None:
    supervisor = launch()
    orphan = subprocess.Popen([*STAND_IN, "staff"], env={**os.environ, **environment_of(supervisor)})
    supervisor._record.remember("staff", orphan.pid)
    supervisor.start()
    assert orphan.wait(5) == 0
    assert "ended staff, which an earlier launcher had left behind" in output.getvalue()


def environment_of(supervisor: Supervisor) -> dict[str, str]:
    return supervisor.plan.environment(kafka=supervisor.kafka, redis=supervisor.redis)


def test_the_secrets_of_a_state_folder_stay_and_are_the_owners_only(launch: Launch, tmp_path: Path) -> None:
    first = environment_of(launch())
    assert first["MIO_PARTNER_KEY"] == environment_of(launch())["MIO_PARTNER_KEY"]
    assert len(first["MIO_DEVICE_SECRET"]) >= 32
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


@pytest.mark.kafka
def test_our_own_broker_comes_back_after_a_power_cut_with_what_it_had_acknowledged(launch: Launch) -> None:
    supervisor = launch(kafka=None, redis=None)
    supervisor.start()
    asyncio.run(publish(supervisor.kafka, b"kept"))
    first = supervisor.child("kafka").pid
    supervisor.kill("kafka")
    assert wait_until(lambda: supervisor.child("kafka").pid != first, timeout_s=30)
    assert asyncio.run(read(supervisor.kafka)) == {b"a": b"kept"}


@pytest.mark.kafka
def test_data_stays_between_runs(launch: Launch) -> None:
    first = launch(kafka=None, redis=None)
    first.start()
    asyncio.run(publish(first.kafka, b"kept"))
    first.stop()
    second = launch(kafka=None, redis=None)
    second.start()
    assert asyncio.run(read(second.kafka)) == {b"a": b"kept"}


async def publish(bootstrap: str, value: bytes) -> None:
    broker = KafkaBroker(bootstrap, World.DRILL, SystemClock())
    await (await broker.publisher()).publish(CLOSURES, [Message(b"a", value)])
    await broker.close()


async def read(bootstrap: str) -> dict[bytes, bytes | None]:
    broker = KafkaBroker(bootstrap, World.DRILL, SystemClock())
    seen: dict[bytes, bytes | None] = {}
    follower = await broker.follow(CLOSURES, lambda records: seen.update({r.key: r.value for r in records}))
    await asyncio.wait_for(follower.wait_caught_up(), 30)
    await broker.close()
    return seen


def test_json_lines_of_all_processes_can_be_parsed(launch: Launch, output: io.StringIO) -> None:
    log = LogStream(output, form="json")
    log.line("worker", "plain words")
    log.line("worker", json.dumps({"event": "structured"}))
    log.say("hello")
    lines = [json.loads(line) for line in output.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["plain words", "structured", "hello"]
    assert lines[2]["process"] == "mio"
