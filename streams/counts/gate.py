"""Row 1 of the decision table, applied in the stream: what it forbids never reaches the recipient's topic."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import h3.api.basic_int as h3

from streams.cells import HAZARD_RESOLUTION, Gazetteer
from streams.events.cells import SharedCount
from streams.sharing.decide import CountsRequest, Decider, Decision, Recipient

PURPOSE = "evacuation-overview"


def municipalities_by_cell(gazetteer: Gazetteer) -> Mapping[int, str]:
    """Compacted cell -> municipality code (JIS X 0402, 5 digits)."""
    return {
        cell: ref.removeprefix("muni/")
        for ref, cells in gazetteer.cells.items()
        if ref.startswith("muni/")
        for cell in cells
    }


@dataclass
class CountsGate:
    """Decides once per municipality and places each cell once, then looks up."""

    decider: Decider
    owners: Mapping[int, str]
    fewer_than: int = 10
    _decisions: dict[str, Decision] = field(default_factory=dict)
    _found: dict[int, str | None] = field(default_factory=dict)

    def find_recipient(self, cell: int) -> str | None:
        """The staff of the cell's own municipality; None where no municipality of ours is, or none may see its counts."""
        municipality = self.find_municipality(cell)
        if municipality is None or self._decide(municipality).row is None:
            return None
        return f"staff:{municipality}"

    def let_through(self, cell: int, shown: int | None, as_of_ms: int) -> SharedCount | None:
        """A protected figure as its recipient gets it; None where there is no recipient."""
        municipality = self.find_municipality(cell)
        decision = None if municipality is None else self._decide(municipality)
        if decision is None or decision.row is None:
            return None
        return SharedCount(
            recipient=f"staff:{municipality}",
            cell=cell,
            shown=shown,
            as_of_ms=as_of_ms,
            fewer_than=self.fewer_than,
            policy=decision.policy,
            row=decision.row,
        )

    def recipients(self) -> list[str]:
        """The staff of every municipality that may see counts."""
        return [f"staff:{code}" for code, decision in self.decisions() if decision.row is not None]

    def decisions(self) -> list[tuple[str, Decision]]:
        """What was decided for each municipality of ours, by its code."""
        return [(code, self._decide(code)) for code in sorted(set(self.owners.values()))]

    def _decide(self, municipality: str) -> Decision:
        decision = self._decisions.get(municipality)
        if decision is None:
            recipient = Recipient(f"staff:{municipality}", "staff", municipality)
            request = CountsRequest(municipality, PURPOSE, protected=True)
            decision = self._decisions[municipality] = self.decider.decide_counts(recipient, request)
        return decision

    def find_municipality(self, cell: int) -> str | None:
        """Whose cell it is, by its centre."""
        if cell not in self._found:
            self._found[cell] = self._look_up(cell)
        return self._found[cell]

    def _look_up(self, cell: int) -> str | None:
        centre = h3.latlng_to_cell(*h3.cell_to_latlng(cell), HAZARD_RESOLUTION)
        chain = (h3.cell_to_parent(centre, r) for r in range(HAZARD_RESOLUTION, -1, -1))
        return next((self.owners[c] for c in chain if c in self.owners), None)
