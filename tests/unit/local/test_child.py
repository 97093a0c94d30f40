"""One child process."""

import sys
from pathlib import Path

import pytest

from services.local.child import LOG_LIMIT, Child
from services.local.errors import PartFailedError
from services.local.wait import wait_until
from services.local.watch import describe_exit


def python(code: str, log: Path, **choices: object) -> Child:
    return Child("child", [sys.executable, "-c", code], log=log, **choices)  # type: ignore[arg-type]


def test_its_lines_arrive_and_are_kept(tmp_path: Path) -> None:
    lines: list[str] = []
    child = python("print('避難'); print('two')", tmp_path / "log", on_line=lines.append)
    assert child.wait() == 0
    assert lines == ["避難", "two"]
    assert child.last_words() == "避難\ntwo"


def test_last_words_are_of_this_life_only(tmp_path: Path) -> None:
    python("print('first life')", tmp_path / "log").wait()
    second = python("print('second life')", tmp_path / "log")
    second.wait()
    assert second.last_words() == "second life"


def test_whoever_does_not_listen_to_sigterm_is_killed(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    child = python(code, tmp_path / "log")
    assert wait_until(lambda: child.last_words() == "deaf", timeout_s=10)
    child.stop(patience_s=0.2)
    assert not child.running


def test_an_early_end_is_told_with_code_and_last_words(tmp_path: Path) -> None:
    child = python("raise SystemExit('no room')", tmp_path / "log")
    with pytest.raises(PartFailedError, match=r"child ended with code 1:\nno room"):
        child.wait_ready(lambda: False, timeout_s=10)


def test_whoever_is_not_ready_in_time_does_not_stay(tmp_path: Path) -> None:
    child = python("import time; time.sleep(60)", tmp_path / "log")
    with pytest.raises(PartFailedError, match=r"not ready after 0 s"):
        child.wait_ready(lambda: False, timeout_s=0.1)
    assert not child.running


def test_a_log_that_grew_large_is_put_aside(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    log.write_bytes(b"x" * (LOG_LIMIT + 1))
    python("print('new')", log).wait()
    assert log.read_text() == "new\n"
    assert (tmp_path / "child.log.1").stat().st_size == LOG_LIMIT + 1


def test_an_exit_is_described_by_its_signal() -> None:
    assert [describe_exit(code) for code in (3, -9, -99)] == [
        "ended with code 3",
        "was ended by SIGKILL",
        "was ended by signal 99",
    ]
