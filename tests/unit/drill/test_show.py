"""What a person at the terminal sees of the drill."""

import io

from rich.console import Console

from services.drill.player import Progress
from services.drill.show import ThroughConsole, describe, live_line, plain_lines


def progress(**changes: object) -> Progress:
    fields: dict[str, object] = {
        "at_ms": 1_788_242_400_000,
        "end_ms": 1_788_246_000_000,
        "what": "津波警報",
        "is_new": True,
        "walking": 1_234,
        "arrived": 567,
        "turned_away": 0,
        "positions": 89_000,
        "documents": 12,
        "refused": 0,
        "behind_s": 0.0,
    }
    return Progress(**(fields | changes))  # type: ignore[arg-type]


def test_the_line_says_that_it_is_a_drill_when_what_and_how_many() -> None:
    line = describe(progress())
    for part in ("訓練", "15:00", "津波警報", "1,234", "567"):
        assert part in line
    assert "遅れ" not in line
    assert "受付不可" not in line


def test_lateness_and_refusals_are_shown_when_there_are_any() -> None:
    line = describe(progress(behind_s=180.0, refused=7))
    assert "遅れ 3分" in line
    assert "受付不可 7" in line


def test_without_a_terminal_there_is_one_line_for_each_cue() -> None:
    said: list[str] = []
    with plain_lines(said.append) as show:
        show(progress())
        show(progress(is_new=False))
    assert len(said) == 1


def test_the_log_runs_above_the_live_line() -> None:
    output = io.StringIO()
    console = Console(file=output, force_terminal=True, width=100)
    with live_line(console) as show:
        show(progress())
        ThroughConsole(console).write("a line of the log\n")
        ThroughConsole(console).write(f"curl {'x' * 300} [not markup]\n")
    text = output.getvalue()
    assert "a line of the log" in text
    assert f"curl {'x' * 300} [not markup]\n" in text
    assert "津波警報" in text
