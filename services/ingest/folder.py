"""A folder that people and programs put files into: each is taken once it is whole, and moved on with the reason beside it."""

import asyncio
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.ingest.declared import FolderSource
from services.ingest.intake import Intake
from services.ingest.parcel import Parcel
from services.ingest.pollers import Told, judge, summed
from streams.clock import Clock
from streams.folds.sources import Outcome

DONE, REFUSED = "done", "refused"
MOST_FILES = 200
"""Taken in one round."""
UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".swp", "~")
"""Ends of names that programs give to files they are still writing."""

Outcomes = list[tuple[Outcome, str]]


@dataclass(frozen=True, slots=True)
class Stamp:
    """By what a change of a file is seen."""

    size: int
    modified_ns: int
    inode: int

    @classmethod
    def of(cls, found: os.stat_result) -> "Stamp":
        return cls(found.st_size, found.st_mtime_ns, found.st_ino)


class FolderPoller:
    """Looks into one folder. A file that grows, or was put there a moment ago, is left alone."""

    def __init__(self, source: FolderSource, intake: Intake, *, wall: Clock) -> None:
        self.source = source
        self._intake = intake
        self._wall = wall
        self._folder = Path(source.folder)
        self._waiting: dict[Path, tuple[Stamp, int]] = {}
        self._taken: dict[Path, tuple[Stamp, str, str]] = {}

    async def ask(self) -> Told:
        """Takes every file that is whole. To have looked is a contact; a file is news."""
        try:
            whole = await asyncio.to_thread(self._find_whole)
        except OSError as error:
            return Told(
                ((Outcome.FAILED, f"{self._folder}: {error.strerror or error}; make it, or let us read it"),)
            )
        outcomes: Outcomes = []
        for file, stamp in whole[:MOST_FILES]:
            outcomes += await self._take(file, stamp)
        return Told(tuple(summed(outcomes)) or ((Outcome.SAME, ""),))

    def _find_whole(self) -> list[tuple[Path, Stamp]]:
        """Files that were the same at a look at least `settle_s` ago, oldest first."""
        now_ms, settle_ms = self._wall.now_ms(), self.source.settle_s * 1000
        waiting = {}
        for file, stamp in self._list_files():
            known = self._waiting.get(file)
            waiting[file] = known if known is not None and known[0] == stamp else (stamp, now_ms)
        self._waiting = waiting
        whole = [(f, stamp) for f, (stamp, since_ms) in waiting.items() if now_ms - since_ms >= settle_ms]
        return sorted(whole, key=lambda found: (found[1].modified_ns, found[0].name))

    def _list_files(self) -> Iterator[tuple[Path, Stamp]]:
        with os.scandir(self._folder) as entries:
            for entry in entries:
                found = entry.stat(follow_symlinks=False)
                hidden = entry.name.startswith((".", "~")) or entry.name.endswith(UNFINISHED)
                if stat.S_ISREG(found.st_mode) and found.st_size > 0 and not hidden:
                    yield Path(entry.path), Stamp.of(found)

    async def _take(self, file: Path, stamp: Stamp) -> Outcomes:
        """Takes it once, however often it takes to move it on."""
        outcomes: Outcomes = []
        known = self._taken.get(file)
        if known is None or known[0] != stamp:
            outcomes = await self._read_in(file, stamp)
        if file not in self._taken:
            return outcomes
        _, to, why = self._taken[file]
        try:
            await asyncio.to_thread(self._move, file, to, why)
        except OSError as error:
            why = f"was taken, and cannot be moved to {to}: {error.strerror or error}; let us write there"
            return [*outcomes, (Outcome.FAILED, f"{file.name}: {why}")]
        del self._taken[file]
        return outcomes

    async def _read_in(self, file: Path, stamp: Stamp) -> Outcomes:
        self._taken.pop(file, None)
        try:
            document = await asyncio.to_thread(self._read, file, stamp)
        except OSError as error:
            return [(Outcome.FAILED, f"{file.name}: {error.strerror or error}")]
        if document is None:
            return []
        if len(document) > self.source.max_bytes:
            why = f"more than {self.source.max_bytes} bytes; send it in parts, or raise max_bytes"
            self._taken[file] = (stamp, REFUSED, why)
            return [(Outcome.REFUSED, f"{file.name}: {why}")]
        parcel = await self._intake.take(
            document, self.source.id, name=file.name, expected=self.source.format
        )
        outcome, detail = judge(parcel)
        to = DONE if outcome is Outcome.NEWS else REFUSED
        self._taken[file] = (stamp, to, describe(parcel))
        return [(outcome, f"{file.name}: {detail}" if detail else "")]

    def _read(self, file: Path, stamp: Stamp) -> bytes | None:
        """At most one byte more than may be; None where it changed meanwhile: it is looked at again."""
        with file.open("rb") as stream:
            if Stamp.of(os.fstat(stream.fileno())) != stamp:
                return None
            document = stream.read(self.source.max_bytes + 1)
            return document if Stamp.of(os.fstat(stream.fileno())) == stamp else None

    def _move(self, file: Path, to: str, why: str) -> None:
        """Moves it on, under a name that nothing there has; the reason first, so that none is ever without."""
        folder = self._folder / to
        folder.mkdir(exist_ok=True)
        number, target = 0, folder / file.name
        while target.exists():
            number += 1
            target = folder / f"{file.stem}.{number}{file.suffix}"
        if why:
            (folder / f"{target.name}.reason.txt").write_text(f"{why}\n", encoding="utf-8")
        file.rename(target)
        self._waiting.pop(file, None)


def describe(parcel: Parcel) -> str:
    """What was refused of a document, one line each; empty where nothing was."""
    return "\n".join(f"{r.place}: {r.reason}: {r.detail}" for r in parcel.refused)
