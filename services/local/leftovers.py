"""Children that outlived their launcher (it was killed): found by what the state folder remembers, and ended."""

import json
from pathlib import Path

import psutil

PATIENCE_S = 10


class ChildRecord:
    """`children.json` in the state folder: name -> process id and when that process was created."""

    def __init__(self, state: Path) -> None:
        self._file = state / "children.json"
        self._children: dict[str, tuple[int, float]] = {}

    def remember(self, name: str, pid: int) -> None:
        """Writes a child down; one that has gone already is not worth it."""
        try:
            self._children[name] = (pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            self._children.pop(name, None)
        self._write()

    def clear(self) -> None:
        """After an ordered stop nobody is left."""
        self._children.clear()
        self._file.unlink(missing_ok=True)

    def end_leftovers(self) -> tuple[str, ...]:
        """Ends what an earlier launcher left behind; returns the names."""
        if not self._file.exists():
            return ()
        kept: dict[str, list[float]] = json.loads(self._file.read_text(encoding="utf-8"))
        left = {name: _same_process(int(pid), created) for name, (pid, created) in kept.items()}
        alive = {name: process for name, process in left.items() if process}
        for process in alive.values():
            process.terminate()
        for stubborn in psutil.wait_procs(list(alive.values()), timeout=PATIENCE_S)[1]:
            stubborn.kill()
        self.clear()
        return tuple(alive)

    def _write(self) -> None:
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(self._children), encoding="utf-8")
        part.rename(self._file)


def _same_process(pid: int, created: float) -> psutil.Process | None:
    """The process, if it is still the one that was written down and not another with its number."""
    try:
        process = psutil.Process(pid)
        return process if abs(process.create_time() - created) < 0.01 else None
    except psutil.NoSuchProcess:
        return None
