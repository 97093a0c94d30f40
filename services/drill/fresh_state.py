"""The demo's state folder: a drill begins at its beginning, so what an earlier one left is removed. Removes nothing it did not make."""

import shutil
from collections.abc import Callable
from pathlib import Path

from services.local.errors import StateInUseError
from services.local.leftovers import ChildRecord
from services.local.locks import only_holder

MARK = "demo.txt"
MARK_TEXT = "The state of 'mio demo'. It is emptied at each start; the area and the keys stay.\n"
LOCK = "launcher.lock"
KEPT = frozenset({MARK, LOCK, "area", "secrets.json"})


def make_fresh_state(state: Path, *, say: Callable[[str], None]) -> None:
    """Makes the folder, or empties one that an earlier demo made.

    Raises:
        StateInUseError: another launcher runs there, or the folder belongs to something else.
    """
    if state.exists() and any(state.iterdir()) and not (state / MARK).exists():
        raise StateInUseError(
            f"{state} holds something that no demo has made, and a demo empties its folder at each start: "
            "give a new or empty folder with --state"
        )
    state.mkdir(parents=True, exist_ok=True)
    (state / MARK).write_text(MARK_TEXT, encoding="ascii")
    with only_holder(state / LOCK, what="the state folder"):
        for name in ChildRecord(state).end_leftovers():
            say(f"ended {name}, which an earlier demo had left behind")
        old = sorted(entry for entry in state.iterdir() if entry.name not in KEPT)
        if old:
            names = ", ".join(entry.name for entry in old)
            say(f"a drill begins at its beginning: removing what the last one left in {state} ({names})")
        for entry in old:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
