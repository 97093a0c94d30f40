"""The launcher's log never stands in the way of what it reports."""

import io

from services.local.logstream import LogStream


class ClosedTerminal(io.StringIO):
    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def write(self, text: str) -> int:
        self.asked.append(text)
        raise OSError(5, "Input/output error")


def test_a_closed_terminal_ends_the_lines_and_nothing_else() -> None:
    terminal = ClosedTerminal()
    log = LogStream(terminal)
    log.say("stopping in order")
    log.line("kafka", "shut down completed")
    assert len(terminal.asked) == 1
