"""The lease book's double for tests of logic: same port, same suite as Redis. It is the rules, written plainly."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from services.navigator.leases.port import BookWipedError, Granted, Places, Room, Wish
from streams.events.leases import Lease, Stage


class MemoryBook:
    """One world's book in dictionaries."""

    def __init__(self) -> None:
        self.wipe()

    def wipe(self) -> None:
        """Empties the book, as the loss of Redis would."""
        self._leases: dict[str, Lease] = {}
        self._places: dict[str, Places] = {}
        self._book: str | None = None
        self._writer: str | None = None

    async def set_places(self, places: Sequence[Places]) -> None:
        for said in places:
            known = self._places.get(said.shelter)
            if known is None or said.version > known.version:
                self._places[said.shelter] = said
        self._drop(self._is_counted)

    async def take(
        self, wishes: Sequence[Wish], *, now_ms: int, until_ms: int, leaving: str = ""
    ) -> list[Granted]:
        self._begin_call(now_ms)
        return [self._grant(wish, now_ms, until_ms, leaving) for wish in wishes]

    def _grant(self, wish: Wish, now_ms: int, until_ms: int, leaving: str) -> Granted:
        known = self._leases.get(wish.id)
        if known is not None and (known.shelter != leaving or known.stage is not Stage.WALKING):
            return Granted(known, 0, stood=True)
        for passed, shelter in enumerate(wish.candidates):
            if shelter != leaving and self._fits(shelter, wish.party):
                seq = known.seq + 1 if known else 1
                lease = Lease(wish.id, seq, Stage.WALKING, shelter, wish.party, until_ms, now_ms, self._name)
                self._leases[wish.id] = lease
                return Granted(lease, passed)
        return Granted(None, len(wish.candidates))

    async def renew(self, ids: Sequence[str], *, now_ms: int, until_ms: int) -> list[Lease | None]:
        self._begin_call(now_ms)
        return [self._renew(self._leases.get(i), now_ms, until_ms) for i in ids]

    def _renew(self, lease: Lease | None, now_ms: int, until_ms: int) -> Lease | None:
        if lease is None or lease.stage is not Stage.WALKING:
            return lease
        return self._put(lease, until_ms=until_ms, at_ms=now_ms)

    async def check_in(self, lease_id: str, *, now_ms: int) -> Lease | None:
        self._begin_call(now_ms)
        lease = self._leases.get(lease_id)
        if lease is None or lease.stage is Stage.ARRIVED:
            return lease
        return self._put(lease, stage=Stage.ARRIVED, at_ms=now_ms)

    async def release(self, lease_id: str, *, now_ms: int) -> Lease | None:
        self._begin_call(now_ms)
        lease = self._leases.get(lease_id)
        if lease is None or lease.stage is not Stage.WALKING:
            return None
        del self._leases[lease_id]
        return msgspec.structs.replace(
            lease, seq=lease.seq + 1, stage=Stage.ENDED, at_ms=now_ms, book=self._name
        )

    async def list_walking(self, shelter: str, *, now_ms: int) -> list[Lease]:
        self._begin_call(now_ms)
        return sorted(self._at(shelter, Stage.WALKING), key=lambda lease: (lease.until_ms, lease.id))

    async def list_rooms(self, shelters: Sequence[str], *, now_ms: int) -> list[Room]:
        self._begin_call(now_ms)
        return [self._room(shelter) for shelter in shelters]

    async def find_book(self) -> str | None:
        return self._book

    async def begin(self, book: str, *, hold_ms: int) -> bool:  # noqa: ARG002
        if self._book is not None or self._writer is not None:
            return False
        self.wipe()
        self._writer = book
        return True

    async def restore(self, book: str, leases: Sequence[Lease]) -> None:
        if self._writer == book:
            for lease in leases:
                self._restore(lease)

    def _restore(self, lease: Lease) -> None:
        known = self._leases.get(lease.id)
        if known is not None and known.seq >= lease.seq:
            return
        if lease.stage is Stage.ENDED or self._is_counted(lease):
            self._leases.pop(lease.id, None)
        else:
            self._leases[lease.id] = lease

    async def open(self, book: str) -> bool:
        if self._writer != book:
            return False
        self._book, self._writer = book, None
        return True

    async def add_late(self, leases: Sequence[Lease], *, now_ms: int) -> list[Lease]:
        self._begin_call(now_ms)
        lost = []
        for lease in leases:
            known = self._leases.get(lease.id)
            if known is not None and known.seq >= lease.seq:
                continue
            same_place = known is not None and known.shelter == lease.shelter
            if lease.stage is Stage.WALKING and lease.until_ms <= now_ms:
                continue
            if lease.stage is Stage.WALKING and not same_place and not self._fits(lease.shelter, lease.party):
                self._leases.pop(lease.id, None)
                lost.append(lease)
                continue
            self._restore(lease)
        return lost

    async def close(self) -> None:
        self.wipe()

    def _begin_call(self, now_ms: int) -> None:
        if self._book is None:
            raise BookWipedError("the lease book is empty: it has to be written anew")
        self._drop(lambda lease: lease.stage is Stage.WALKING and lease.until_ms <= now_ms)

    @property
    def _name(self) -> str:
        return self._book or ""

    def _is_counted(self, lease: Lease) -> bool:
        """Whether the shelter's head count holds this party already."""
        places = self._places.get(lease.shelter)
        return lease.stage is Stage.ARRIVED and places is not None and lease.at_ms <= places.counted_at_ms

    def _drop(self, is_over: Callable[[Lease], bool]) -> None:
        self._leases = {key: lease for key, lease in self._leases.items() if not is_over(lease)}

    def _put(self, lease: Lease, **changes: object) -> Lease:
        changed = msgspec.structs.replace(lease, seq=lease.seq + 1, book=self._name, **changes)
        self._leases[lease.id] = changed
        return changed

    def _at(self, shelter: str, stage: Stage) -> Iterable[Lease]:
        return (x for x in self._leases.values() if x.shelter == shelter and x.stage is stage)

    def _room(self, shelter: str) -> Room:
        places = self._places.get(shelter)
        walking, arrived = (
            sum(x.party for x in self._at(shelter, s)) for s in (Stage.WALKING, Stage.ARRIVED)
        )
        return Room(shelter, places.room if places else None, walking, arrived)

    def _fits(self, shelter: str, party: int) -> bool:
        free = self._room(shelter).free
        return free is not None and free >= party
