"""Whom a gate shows to whom: the one decision function asked for classes of people, once each. Pure; knows no telegram."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import h3.api.basic_int as h3
import msgspec
import shapely

from streams.events.declarations import Scope
from streams.events.gates import GateState, Opening
from streams.sharing.decide import Decider
from streams.sharing.gates import view_of
from streams.sharing.requests import (
    FOREVER_MS,
    Circumstances,
    ConsentView,
    GateView,
    Person,
    Recipient,
    Request,
)
from streams.world import World

LOOKS: tuple[tuple[int, str], ...] = ((2, "staff"), (3, "staff"), (6, "supporter"))
"""Rows that show many people at once, and to whom. The others are asked person by person."""
PURPOSE = "rescue"
_NAMES_ONE = re.compile(r'"[0-9]{5}"|[0-9]{10,}')
"""A municipality's code or a moment written into a rule: then its decisions are not the same everywhere and always."""


class Resident(msgspec.Struct, frozen=True, kw_only=True):
    """One person of a trial. choice, level: consent to be seen, and from which level on. assisted: on the list of row 6."""

    subject: str
    municipality: str
    cell: int
    choice: str = "none"
    level: int = 0
    protection_order: bool = False
    assisted: bool = False
    counted: bool = True
    trapped_ms: int | None = None


_ANY = "anywhere"


class _Look(NamedTuple):
    row: int
    role: str
    municipality: str
    now_ms: int
    view: GateView


@dataclass
class Sight:
    """Decisions of one version, remembered by everything that they can depend on."""

    decider: Decider
    world: World
    regime: str = "opt-in"
    _known: dict[tuple[_Look, str, int, bool, bool], bool] = field(default_factory=dict)
    _inside: dict[tuple[Scope, int], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rows = {rule.row for rule in self.decider.rules if rule.permits}
        texts = (c.text for rule in self.decider.rules for c in rule.conditions)
        self._is_same_everywhere = not any(_NAMES_ONE.search(text) for text in texts)

    def has_row(self, row: int) -> bool:
        """Whether the version has a rule for that row at all."""
        return row in self._rows

    def seen(
        self, gate: GateState, role: str, residents: Sequence[Resident], *, now_ms: int
    ) -> frozenset[int]:
        """Indices of those whom this gate shows to that role of its municipality at that moment."""
        if gate.row not in self._rows:
            return frozenset()
        seen: set[int] = set()
        for opening in gate.open_by[:1] if gate.row == 2 else gate.open_by:
            look = self._look(gate, opening, role, now_ms)
            for index, one in enumerate(residents):
                if one.assisted or gate.row != 6:
                    in_scope = gate.row == 2 or self._covers(opening.scope, one)
                    key = (look, one.choice, one.level, one.protection_order, in_scope)
                    if key not in self._known:
                        self._known[key] = self._decide(look, one, in_scope=in_scope)
                    if self._known[key]:
                        seen.add(index)
        return frozenset(seen)

    def _look(self, gate: GateState, opening: Opening, role: str, now_ms: int) -> _Look:
        """The gate's side of a question, with nothing in it on which no rule depends."""
        view = view_of(gate, opening)
        if not self._is_same_everywhere:
            return _Look(gate.row, role, gate.municipality, now_ms, view)
        until_ms = FOREVER_MS if view.until_ms > now_ms else 0
        return _Look(
            gate.row, role, _ANY, 0, msgspec.structs.replace(view, municipality=_ANY, until_ms=until_ms)
        )

    def _decide(self, look: _Look, one: Resident, *, in_scope: bool) -> bool:
        request = Request(
            row=look.row,
            recipient=Recipient(f"{look.role}:{look.municipality}", look.role, look.municipality),
            resource=Person(
                subject=one.subject, municipality=look.municipality, protection_order=one.protection_order
            ),
            circumstances=Circumstances(
                purpose=PURPOSE,
                world=str(self.world),
                now_ms=look.now_ms,
                gate=look.view,
                consent=ConsentView(choice=one.choice, level=one.level, until_ms=FOREVER_MS),
                regime=self.regime,
                in_scope=in_scope,
            ),
        )
        return self.decider.decide(request).permitted

    def _covers(self, scope: Scope, one: Resident) -> bool:
        if not scope.ring:
            return one.subject in scope.subjects
        key = (scope, one.cell)
        if key not in self._inside:
            lat, lon = h3.cell_to_latlng(one.cell)
            polygon = shapely.Polygon([(lon, lat) for lat, lon in scope.ring])
            self._inside[key] = bool(polygon.covers(shapely.Point(lon, lat)))
        return self._inside[key]


def count_by_cell(residents: Iterable[Resident]) -> dict[int, int]:
    """How many of them are counted in each cell (row 1 counts devices, not consents to be seen)."""
    counts: dict[int, int] = {}
    for one in residents:
        counts[one.cell] = counts.get(one.cell, 0) + one.counted
    return counts
