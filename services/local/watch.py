"""Keeps one child running: whoever dies is started again after a pause that grows, and it is said aloud."""

import signal
import time
from collections.abc import Callable
from threading import Event, Lock, Thread

from services.local.backoff import BackOff
from services.local.child import Child
from services.local.errors import LocalError

Start = Callable[[], Child]


class Watch:
    """One child and the thread that waits for its end."""

    def __init__(self, name: str, start: Start, say: Callable[[str], None]) -> None:
        self.name = name
        self.deaths = 0
        self.child: Child | None = None
        self._start = start
        self._say = say
        self._stopping = Event()
        self._starting = Lock()
        self._thread = Thread(target=self._keep_running, name=f"watch {name}", daemon=True)

    def begin(self) -> None:
        """Starts the child and the watching.

        Raises:
            LocalError: the first start failed; nothing is watched then.
        """
        self.child = self._start()
        self._thread.start()

    def stop(self) -> None:
        """Ends the watching, then the child, in order."""
        self._stopping.set()
        with self._starting:
            if self.child:
                self.child.stop()

    def kill(self) -> None:
        """SIGKILL; while the watch runs the child comes back."""
        if self.child:
            self.child.kill()

    def end(self) -> None:
        """Ends the watching and kills the child."""
        self._stopping.set()
        self.kill()

    def _keep_running(self) -> None:
        backoff = BackOff()
        while self.child and not self._stopping.is_set():
            began = time.monotonic()
            code = self.child.wait()
            while not self._stopping.is_set():
                self.deaths += 1
                pause_s = backoff.pause_s(ran_s=time.monotonic() - began)
                self._say(f"{self.name} {describe_exit(code)}; starting it again in {pause_s:g} s")
                if self._stopping.wait(pause_s) or self._try_start():
                    break
                began = time.monotonic()

    def _try_start(self) -> bool:
        with self._starting:
            if self._stopping.is_set():
                return True
            try:
                self.child = self._start()
            except LocalError as error:
                self._say(f"{self.name} could not be started: {error}")
                return False
            return True


def describe_exit(code: int) -> str:
    """`ended with code 3`, or `was ended by SIGKILL`."""
    if code >= 0:
        return f"ended with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
