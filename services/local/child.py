"""One child process: started in its own session, logged to a file, ended in order. Knows nothing of what it runs."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Thread
from typing import IO

from services.local.errors import PartFailedError
from services.local.wait import wait_until

LOG_LIMIT = 8 << 20
"""A log that is larger when its process starts becomes `NAME.log.1`."""


class Child:
    """A process that belongs to us: it dies with `stop`, and its last words can be shown.

    `on_line` also gets each line that it writes, from a thread of its own.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        on_line: Callable[[str], None] | None = None,
    ) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))
        with log.open("ab") as output:
            self._log_start = output.tell()
            self.process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if on_line else output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )
        self._pump: Thread | None = None
        if on_line and self.process.stdout:
            arguments = (self.process.stdout, log, on_line)
            self._pump = Thread(target=_pump, args=arguments, name=f"log of {name}", daemon=True)
            self._pump.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def last_words(self, lines: int = 20) -> str:
        """The end of its log, of this start only."""
        with self.log.open("rb") as file:
            file.seek(self._log_start)
            text = file.read().decode("utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def wait_ready(self, ready: Callable[[], bool], *, timeout_s: float) -> None:
        """Returns when `ready()` holds.

        Raises:
            PartFailedError: it ended, or was not ready in time and is killed; with its last words.
        """
        wait_until(lambda: not self.running or ready(), timeout_s=timeout_s)
        if not self.running:
            raise PartFailedError(
                f"{self.name} ended with code {self.process.returncode}:\n{self.last_words()}"
            )
        if not ready():
            self.kill()
            raise PartFailedError(f"{self.name} was not ready after {timeout_s:.0f} s:\n{self.last_words()}")

    def wait(self) -> int:
        """Returns the exit code once it has ended and its last line is in the log."""
        code = self.process.wait()
        if self._pump:
            self._pump.join(2)
        return code

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        if self.running:
            os.killpg(self.pid, signal.SIGKILL)
        self.wait()

    def stop(self, *, patience_s: float = 15) -> None:
        """SIGTERM, then SIGKILL for whoever does not listen."""
        if self.running:
            self.process.terminate()
            try:
                self.process.wait(patience_s)
            except subprocess.TimeoutExpired:
                self.kill()
        self.wait()


def _pump(source: IO[bytes], log: Path, on_line: Callable[[str], None]) -> None:
    """Copies lines to the log and to `on_line` until the process closes its end."""
    with source, log.open("ab", buffering=0) as copy:
        for line in source:
            copy.write(line)
            on_line(line.decode("utf-8", errors="replace").rstrip("\r\n"))
