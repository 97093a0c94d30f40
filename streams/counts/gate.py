"""Row 1 of the decision table, applied in the stream: what it forbids never reaches the recipient's topic."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import h3.api.basic_int as h3

from streams.cells import HAZARD_RESOLUTION, Gazetteer
from streams.events.cells import CellCount, SharedCount
from streams.sharing.counts import FEWER_THAN, shown
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
    _decisions: dict[str, Decision] = field(default_factory=dict)
    _found: dict[int, str | None] = field(default_factory=dict)

    def let_through(self, count: CellCount) -> SharedCount | None:
        """What staff of the cell's own municipality are shown of it; None where no municipality of ours is, or none may."""
        municipality = self.find_municipality(count.cell)
        if municipality is None:
            return None
        decision = self._decisions.get(municipality)
        if decision is None:
            recipient = Recipient(f"staff:{municipality}", "staff", municipality)
            request = CountsRequest(municipality, PURPOSE, protected=True)
            decision = self._decisions[municipality] = self.decider.decide_counts(recipient, request)
        if not decision.permitted or decision.row is None:
            return None
        return SharedCount(
            recipient=f"staff:{municipality}",
            cell=count.cell,
            shown=shown(count.count),
            as_of_ms=count.as_of_ms,
            fewer_than=FEWER_THAN,
            policy=decision.policy,
            row=decision.row,
        )

    def find_municipality(self, cell: int) -> str | None:
        """Whose cell it is, by its centre."""
        if cell not in self._found:
            self._found[cell] = self._look_up(cell)
        return self._found[cell]

    def _look_up(self, cell: int) -> str | None:
        centre = h3.latlng_to_cell(*h3.cell_to_latlng(cell), HAZARD_RESOLUTION)
        chain = (h3.cell_to_parent(centre, r) for r in range(HAZARD_RESOLUTION, -1, -1))
        return next((self.owners[c] for c in chain if c in self.owners), None)
