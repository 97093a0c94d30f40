"""What alert documents say of a municipality, and for how long. Pure; a level is what the policy version makes of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

import h3.api.basic_int as h3
import msgspec

from streams.cells import Gazetteer
from streams.events.alerts import Condition, Severity, Telegram
from streams.events.base import Action, AreaRef, Status
from streams.sharing.versions import Parameters
from streams.world import World

MUNI = "muni/"
KEPT_MS = 14 * 24 * 3_600_000
"""How far behind its newest document a series is remembered: longer than any opening and its tail."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One document, reduced to what gates need. grades: municipality -> `level/4`, or `tsunami/warning` where none is given."""

    id: str
    series: str
    kind: str
    status: Status
    action: Action
    issued_at_ms: int
    serial: int
    event_id: str
    valid_until_ms: int | None
    withdraws: tuple[str, ...]
    grades: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Towns:
    """Which municipalities an area of a telegram concerns."""

    by_ref: Mapping[str, tuple[str, ...]]

    @classmethod
    def of_gazetteer(cls, gazetteer: Gazetteer) -> "Towns":
        """By the ground that both cover: a coast or a river concerns each municipality that it shares a cell with."""
        exact: dict[int, set[str]] = {}
        above: dict[int, set[str]] = {}
        for ref, cells in gazetteer.cells.items():
            if ref.startswith(MUNI):
                for cell in cells:
                    exact.setdefault(cell, set()).add(ref.removeprefix(MUNI))
                    for one in _line_of(cell):
                        above.setdefault(one, set()).add(ref.removeprefix(MUNI))
        return cls(
            {
                ref: tuple(sorted({code for cell in cells for code in _meeting(cell, above, exact)}))
                for ref, cells in gazetteer.cells.items()
            }
        )

    def list_of(self, area: AreaRef) -> tuple[str, ...]:
        """Codes (JIS X 0402, 5 digits). Without the area's own ground: what its code says; empty if that says nothing."""
        found = self.by_ref.get(area.ref)
        if found is not None:
            return found
        if area.scheme == "muni" or (area.scheme in {"city", "quake"} and len(area.code) == 7):
            return (area.code[:5],)
        return ()


def _line_of(cell: int) -> Iterator[int]:
    """The cell and all its parents."""
    return (h3.cell_to_parent(cell, r) for r in range(h3.get_resolution(cell) + 1))


def _meeting(cell: int, above: Mapping[int, set[str]], exact: Mapping[int, set[str]]) -> Iterator[str]:
    """Whose ground is the cell's, in it or around it."""
    yield from above.get(cell, ())
    for parent in _line_of(cell):
        yield from exact.get(parent, ())


def say(telegram: Telegram, towns: Towns) -> Said:
    """The document as gates read it. What lies in no municipality that is known is left out."""
    grades: dict[str, set[str]] = {}
    for area in telegram.areas:
        found = {_grade(c) for c in area.conditions if c.severity is not Severity.NONE}
        for code in towns.list_of(area.area) if found else ():
            grades.setdefault(code, set()).update(found)
    return Said(
        id=telegram.id,
        series=telegram.series,
        kind=telegram.kind,
        status=telegram.status,
        action=telegram.action,
        issued_at_ms=telegram.issued_at_ms,
        serial=telegram.serial,
        event_id=telegram.event_id,
        valid_until_ms=telegram.valid_until_ms,
        withdraws=telegram.withdraws,
        grades={code: tuple(sorted(found)) for code, found in grades.items()},
    )


def _grade(condition: Condition) -> str:
    if condition.level is not None:
        return f"level/{condition.level}"
    return f"{condition.hazard}/{condition.severity}"


def level_of(grades: Iterable[str], parameters: Parameters) -> int:
    """The highest level among them, as the version reads them; 0 arms nothing."""
    return max((_one_level(grade, parameters) for grade in grades), default=0)


def _one_level(grade: str, parameters: Parameters) -> int:
    kind, _, value = grade.partition("/")
    if kind == "level":
        return int(value)
    return parameters.levels.get(grade, parameters.levels.get(value, 0))


def fold_said(known: tuple[Said, ...], said: Said, *, kept_ms: int | None = KEPT_MS) -> tuple[Said, ...]:
    """A series after this document, oldest first. The same twice, or in any order, is the same. kept_ms None: for ever."""
    documents = {(one.id, one.status): one for one in (*known, said)}
    newest_ms = max(one.issued_at_ms for one in documents.values())
    kept = (one for one in documents.values() if kept_ms is None or one.issued_at_ms >= newest_ms - kept_ms)
    return tuple(sorted(kept, key=_rank))


def _rank(said: Said) -> tuple[int, int, bool, str, str]:
    """As hazards are ranked (streams.folds.hazards): issue time, serial, a correction beats what it corrects, the id.

    And the status: an exercise may carry the id of what it rehearses.
    """
    return (said.issued_at_ms, said.serial, said.action is Action.CORRECT, said.id, str(said.status))


def belongs(status: Status, world: World) -> bool:
    """Whether a document means this world. 訓練 and 試験 are a drill's, and never anything else."""
    return (status is Status.ACTUAL) == (world is World.REAL)


def split_cancelled(series: Iterable[Said], world: World, now_ms: int) -> tuple[list[Said], list[Said]]:
    """What was said until now and counts, and what was taken back (取消), as if it had never been said."""
    until_now = [s for s in series if s.issued_at_ms <= now_ms and belongs(s.status, world)]
    cancels = [s for s in until_now if s.action is Action.CANCEL]
    said = [s for s in until_now if s.action is not Action.CANCEL]
    taken = {s.id for s in said if any(_takes_back(c, s) for c in cancels)}
    return [s for s in said if s.id not in taken], [s for s in said if s.id in taken]


def _takes_back(cancel: Said, said: Said) -> bool:
    return (
        cancel.event_id in {"", said.event_id}
        and (not cancel.withdraws or said.kind in cancel.withdraws)
        and said.issued_at_ms <= cancel.issued_at_ms
    )


@dataclass(frozen=True, slots=True)
class Spell:
    """One document's time in force. ended_ms None: still. was_wrong: a correction replaced it, so nothing follows from it."""

    telegram: str
    status: Status
    level: int
    from_ms: int
    ended_ms: int | None
    was_wrong: bool


def list_spells(
    valid: list[Said], municipality: str, parameters: Parameters, *, now_ms: int
) -> Iterator[Spell]:
    """The spells of one series in one municipality. valid: oldest first, of one series, not taken back."""
    for said, later in zip_longest(valid, valid[1:]):
        level = level_of(said.grades.get(municipality, ()), parameters)
        if level == 0:
            continue
        ends = [later.issued_at_ms] if later else []
        ends += [said.valid_until_ms] if said.valid_until_ms is not None else []
        end_ms = min(ends, default=None)
        yield Spell(
            telegram=said.id,
            status=said.status,
            level=level,
            from_ms=said.issued_at_ms,
            ended_ms=end_ms if end_ms is not None and end_ms <= now_ms else None,
            was_wrong=later is not None and later.action is Action.CORRECT,
        )
