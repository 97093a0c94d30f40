"""One row of the view to one row of the page. Pure, but for the decision that a count needs."""

from dataclasses import dataclass
from typing import Literal, cast

import msgspec

from dashboard_api.staff.payloads import Alert, Closure, DeclaredSource, Repair, Repaired, Shelter, Zone
from dashboard_api.staff.scope import Scope
from streams.cells import Gazetteer, cell_name
from streams.codec import decode
from streams.events.alerts import HazardState, HazardZone
from streams.events.cells import AS_OF, SharedAsOf, SharedCount
from streams.events.closures import ClosureState
from streams.events.repairs import Repair as RepairState
from streams.events.repairs import Repaired as RepairedState
from streams.events.shelters import ShelterState
from streams.events.sources import SourceHealth


@dataclass(frozen=True, slots=True)
class Count:
    """People in one cell, as they may be shown."""

    cell: str
    shown: int | None
    as_of_ms: int
    municipality: str


@dataclass(frozen=True)
class RowReader:
    """What reading needs to know: who may be seen, and which cells an area has anyway."""

    scope: Scope
    gazetteer: Gazetteer

    def find_cell(self, key: str) -> str | None:
        """The cell of a key of the topic `shared` (`staff:<code>|<cell>`); None where this page may not see it."""
        recipient, _, cell = key.rpartition("|")
        return None if cell == AS_OF or self.scope.may_see(recipient) is None else cell

    def count(self, value: bytes) -> Count | None:
        """None where the decision function does not let this page see it."""
        shared = decode(value, SharedCount)
        municipality = self.scope.may_see(shared.recipient)
        if municipality is None:
            return None
        return Count(cell_name(shared.cell), shared.shown, shared.as_of_ms, municipality)

    def as_of(self, key: str, value: bytes) -> tuple[str, int] | None:
        """Recipient and time, where the key of the topic `shared` is that of its figures' age, and this page may see it."""
        if key.rpartition("|")[2] != AS_OF:
            return None
        told = decode(value, SharedAsOf)
        return None if self.scope.may_see(told.recipient) is None else (told.recipient, told.as_of_ms)

    def shelter(self, value: bytes) -> Shelter:
        state = decode(value, ShelterState)
        return Shelter(
            id=state.id,
            layer=state.layer,
            name=state.name,
            lat=state.lat,
            lon=state.lon,
            suits=list(state.suits),
            unsuited=list(state.unsuited),
            capacity=state.capacity,
            headcount=state.headcount,
            opening=state.opening,
            municipality=state.municipality,
            address=state.address,
            listed_source=state.listed_source,
            listed_as_of_ms=state.listed_as_of_ms,
            reported_source=state.reported_source,
            reported_as_of_ms=state.reported_as_of_ms,
            repaired=_repaired(state.repaired),
        )

    def closure(self, value: bytes) -> Closure:
        state = decode(value, ClosureState)
        kind = state.geometry.kind if state.geometry else ""
        return Closure(
            id=state.id,
            source=state.source,
            as_of_ms=state.as_of_ms,
            modes=list(state.modes),
            modes_assumed=state.modes_assumed,
            cause=state.cause,
            description=state.description,
            road_names=list(state.road_names),
            structure=state.structure,
            geometry=cast("Literal['point', 'line', 'polygon', '']", kind),
            parts=[list(part) for part in state.geometry.parts] if state.geometry else [],
            starts_at_ms=state.starts_at_ms,
            ends_at_ms=state.ends_at_ms,
        )

    def repair(self, value: bytes) -> Repair:
        return self.repair_row(decode(value, RepairState))

    @staticmethod
    def repair_row(state: RepairState) -> Repair:
        return Repair(
            key=state.key,
            kind=state.kind,
            id=state.id,
            why=state.why,
            is_open=state.is_open,
            written=state.written,
            place=state.place,
            repaired=_repaired(state.repaired),
        )

    def source(self, value: bytes) -> DeclaredSource:
        state = decode(value, SourceHealth)
        return DeclaredSource.model_validate({**msgspec.structs.asdict(state), "says": list(state.says)})

    def alert(self, value: bytes) -> Alert:
        state = decode(value, HazardState)
        return Alert(
            series=state.series,
            kind=state.kind,
            source=state.source,
            status=state.status,
            title=state.title,
            headline=state.headline,
            issuer=state.issuer,
            issued_at_ms=state.issued_at_ms,
            valid_until_ms=state.valid_until_ms,
            zones=[self._zone(zone) for zone in state.zones],
        )

    def _zone(self, zone: HazardZone) -> Zone:
        condition = zone.condition
        own = zone.cells == self.gazetteer.cells_of(zone.area)
        return Zone(
            area=zone.area.ref,
            area_name=self.gazetteer.names.get(zone.area.ref, zone.area.name) if own else zone.area.name,
            hazard=condition.hazard,
            severity=condition.severity,
            name=condition.name,
            level=condition.level,
            level_is_lower_bound=condition.level_is_lower_bound,
            arrival_at_ms=condition.arrival_at_ms,
            height_m=condition.height_m,
            cells=[] if own else [cell_name(cell) for cell in zone.cells],
            widened=zone.widened,
        )


def _repaired(state: RepairedState | None) -> Repaired | None:
    return None if state is None else Repaired(at_ms=state.at_ms, by=state.by, candidate=state.candidate)
