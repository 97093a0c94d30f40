"""One log for all processes."""

import json
import logging
import subprocess
import sys

from services.kit.log import OncePerWhile, is_wanted


def lines_of(form: str, code: str) -> list[str]:
    """What a process prints that configures its log and runs `code`."""
    start = f"import logging, structlog\nfrom services.kit import log\nlog.configure('worker', '{form}')\n"
    done = subprocess.run([sys.executable, "-c", start + code], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def record(message: str, *, level: int = logging.INFO, name: str = "aiokafka") -> logging.LogRecord:
    return logging.LogRecord(name, level, "", 0, message, (), None)


def test_lines_of_ours_and_of_libraries_are_json_with_the_process() -> None:
    code = "structlog.get_logger('a').info('taken', events=3)\nlogging.getLogger('aiokafka').warning('lost %s', 'b')"
    ours, library = [json.loads(line) for line in lines_of("json", code)]
    assert (ours["event"], ours["events"], ours["process"], ours["level"]) == ("taken", 3, "worker", "info")
    assert (library["event"], library["process"]) == ("lost b", "worker")


def test_text_is_for_people_and_keeps_japanese() -> None:
    (line,) = lines_of("text", "structlog.get_logger('a').warning('津波警報', area='大阪府')")
    assert "津波警報" in line
    assert "大阪府" in line


def test_libraries_speak_of_warnings_only() -> None:
    assert lines_of("json", "logging.getLogger('aiokafka').info('hello')") == []
    assert lines_of("json", "logging.getLogger('uvicorn.error').info('Press CTRL+C')") == []


def test_a_lost_broker_says_the_same_thing_once_per_while() -> None:
    once = OncePerWhile()
    assert [once.filter(record("no broker")) for _ in range(3)] == [True, False, False]
    assert once.filter(record("another matter"))
    assert once.filter(record("no broker", name="kafka"))


def test_starts_and_stops_of_fausts_services_are_left_out_but_not_their_crashes() -> None:
    assert not is_wanted(record("[^--Table: series]: Starting...", name="streams.worker.app"))
    assert is_wanted(record("[^--Table: series]: Crashed", level=logging.ERROR))
    assert is_wanted(record("document taken"))
