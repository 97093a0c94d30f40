"""What the system must hold in the end, computed from all that was sent: the folds' tables and numpy, without Kafka, Redis or HTTP."""

from collections import Counter
from dataclasses import dataclass, field

import h3.api.basic_int as h3
import numpy as np

from services.drill.city import City
from services.drill.knowledge import Document, Knowledge
from services.drill.walkers import Spots
from streams.cells import PEOPLE_RESOLUTION
from streams.events.alerts import HazardState
from streams.events.closures import ClosureState
from streams.events.shelters import ShelterState


@dataclass(frozen=True)
class EndState:
    """State topics by key, and people by cell number."""

    hazards: dict[str, HazardState]
    shelters: dict[str, ShelterState]
    closures: dict[str, ClosureState]
    people: dict[int, int]


@dataclass
class Oracle:
    """Told everything that was acknowledged; the order does not matter. `devices`: how many rows of people there are."""

    city: City
    devices: int
    knowledge: Knowledge = field(init=False)

    def __post_init__(self) -> None:
        self.knowledge = Knowledge.of(self.city)
        self.at_ms = np.full(self.devices, -1, np.int64)
        self.lat = np.full(self.devices, np.nan, np.float32)
        self.lon = np.full(self.devices, np.nan, np.float32)

    def told_document(self, document: Document) -> None:
        """A document was taken."""
        self.knowledge.hear_document(document)

    def told_positions(self, spots: Spots, *, at_ms: int) -> None:
        """Positions were taken; a device's newest counts. float32, as they are kept."""
        newer = at_ms >= self.at_ms[spots.who]
        who = spots.who[newer]
        self.at_ms[who] = at_ms
        self.lat[who], self.lon[who] = spots.lat[newer], spots.lon[newer]

    def end_state(self, *, heard_since_ms: int = 0) -> EndState:
        """What stands now; a device not heard since is in no cell."""
        return EndState(
            self.knowledge.hazards(),
            self.knowledge.shelters(),
            self.knowledge.closures(),
            self.people_per_cell(heard_since_ms=heard_since_ms),
        )

    def people_per_cell(
        self, *, heard_since_ms: int = 0, resolution: int = PEOPLE_RESOLUTION
    ) -> dict[int, int]:
        """Distinct devices by the cell of their newest position."""
        heard = np.flatnonzero((self.at_ms >= 0) & (self.at_ms >= heard_since_ms))
        places = zip(self.lat[heard].tolist(), self.lon[heard].tolist(), strict=True)
        return dict(Counter(int(h3.latlng_to_cell(lat, lon, resolution)) for lat, lon in places))
