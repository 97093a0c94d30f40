"""How a drill looks on a terminal: one live line, or a line for each cue where there is no terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import StringIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from services.drill.jma_xml import JST
from services.drill.player import Progress

Show = Callable[[Progress], None]


def describe(progress: Progress) -> str:
    """The drill in one line: scenario time, what happens, who walks."""
    at = datetime.fromtimestamp(progress.at_ms / 1000, JST)
    words = (
        f"【訓練】{at:%H:%M} {progress.what}",
        f"避難中 {progress.walking:,}人 到着 {progress.arrived:,}人",
        f"位置 {progress.positions:,}件 文書 {progress.documents}件",
    )
    late = (f"送信の遅れ {progress.behind_s / 60:.0f}分",) if progress.behind_s >= 60 else ()
    refused = (f"受付不可 {progress.refused:,}件",) if progress.refused else ()
    return " ｜ ".join((*words, *late, *refused))


class ThroughConsole(StringIO):
    """A text stream that keeps nothing and writes above the live line."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def write(self, text: str) -> int:
        self._console.print(Text(text), end="", soft_wrap=True)
        return len(text)


@contextmanager
def live_line(console: Console) -> Iterator[Show]:
    """A line that is redrawn at the bottom while the log runs above it; each cue stays in the log."""
    with Live(console=console, refresh_per_second=4, transient=True) as live:

        def show(progress: Progress) -> None:
            line = Text(describe(progress), style="bold reverse")
            if progress.is_new:
                console.print(line)
            live.update(line)

        yield show


@contextmanager
def plain_lines(say: Callable[[str], None]) -> Iterator[Show]:
    """A line of the log for each cue."""

    def show(progress: Progress) -> None:
        if progress.is_new:
            say(describe(progress))

    yield show
