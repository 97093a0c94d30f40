"""One readable log of all processes: each line says whose it is. As text for people, as JSON lines for machines."""

import json
import sys
from datetime import UTC, datetime
from threading import Lock
from typing import TextIO

from streams.clock import Clock, SystemClock

LAUNCHER = "mio"
_COLOURS = (36, 33, 35, 32, 34, 96, 93, 95)
_WIDTH = 9


class LogStream:
    """Lines from many threads, one after the other."""

    def __init__(
        self, output: TextIO | None = None, *, form: str = "text", clock: Clock | None = None
    ) -> None:
        self._output = output or sys.stdout
        self._json = form == "json"
        self._colour = not self._json and self._output.isatty()
        self._clock = clock or SystemClock()
        self._seen: dict[str, int] = {}
        self._lock = Lock()
        self._is_gone = False

    def say(self, text: str) -> None:
        """A line of the launcher itself."""
        if self._json:
            self.line(LAUNCHER, text)
        else:
            at = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC).astimezone()
            self.line(LAUNCHER, f"{at:%H:%M:%S} {text}")

    def line(self, process: str, text: str) -> None:
        """A line that `process` wrote."""
        with self._lock:
            if self._is_gone:
                return
            try:
                self._output.write(
                    self._as_json(process, text) if self._json else self._as_text(process, text)
                )
                self._output.flush()
            except OSError:
                # a closed terminal must not keep the launcher from stopping in order; each process has its own log file
                self._is_gone = True

    def _as_json(self, process: str, text: str) -> str:
        """What is an object already is passed on; anything else becomes one."""
        if text.startswith("{") and text.endswith("}"):
            return text + "\n"
        at = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"timestamp": at, "process": process, "event": text}, ensure_ascii=False) + "\n"

    def _as_text(self, process: str, text: str) -> str:
        label = f"{process:<{_WIDTH}} | "
        if self._colour:
            number = self._seen.setdefault(process, len(self._seen))
            label = f"\x1b[{_COLOURS[number % len(_COLOURS)]}m{label}\x1b[0m"
        return f"{label}{text}\n"
