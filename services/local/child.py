"""One child process: started in its own session, logged to a file, ended in order. Knows nothing of what it runs."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from services.local.errors import PartFailedError
from services.local.wait import wait_until


class Child:
    """A process that belongs to us: it dies with `stop`, and its last words can be shown."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._log_start = output.tell()
            self.process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )

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
            PartFailedError: it ended or did not become ready in time; with its last words.
        """
        wait_until(lambda: not self.running or ready(), timeout_s=timeout_s)
        if not self.running:
            raise PartFailedError(
                f"{self.name} ended with code {self.process.returncode}:\n{self.last_words()}"
            )
        if not ready():
            raise PartFailedError(f"{self.name} was not ready after {timeout_s:.0f} s:\n{self.last_words()}")

    def kill(self) -> None:
        """SIGKILL, for fault tests."""
        if self.running:
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, *, patience_s: float = 15) -> None:
        """SIGTERM, then SIGKILL for whoever does not listen."""
        if self.running:
            self.process.terminate()
            try:
                self.process.wait(patience_s)
            except subprocess.TimeoutExpired:
                self.kill()
