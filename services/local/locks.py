"""Who may use a folder: a lock on a file that the system itself releases when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.local.errors import StateInUseError


@contextmanager
def waiting_lock(path: Path) -> Iterator[None]:
    """Holds the lock of `path`; waits while another process holds it. So no two processes fetch the same part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def only_holder(path: Path, *, what: str) -> Iterator[None]:
    """Holds the lock of `path` and writes our process id into it.

    Raises:
        StateInUseError: another process holds it; names that process and what to do.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise StateInUseError(
                f"{what} {path.parent} is in use by a launcher with process id {holder}. "
                f"Stop that one (kill {holder}), or choose another folder with --state."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)
