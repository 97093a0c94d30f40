"""Whose consent stands: the `consents` topic in memory. What is written here counts here at once, elsewhere when it is read."""

import uuid
from collections.abc import Sequence

import structlog

from streams.broker import Message, Publisher, Record
from streams.codec import CodecError, decode, encode
from streams.events.consents import Consent, ConsentState, Purpose
from streams.topics import CONSENTS

_WRITE_ID = "write_id"
_WITHHELD = "nothing written so far"

_log = structlog.get_logger(__name__)


class Register:
    """Subject -> standing choices. A subject that is not in it never came here, or was erased."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._standing: dict[str, ConsentState] = {}
        self._unread: dict[
            str, str
        ] = {}  # subject -> id of our newest write that the follower has not shown yet

    def __len__(self) -> int:
        return len(self._standing)

    def find(self, subject: str) -> ConsentState | None:
        """The standing choices, or None for a subject unknown here."""
        return self._standing.get(subject)

    def allows(self, subject: str, purpose: Purpose) -> bool:
        """True only where the purpose is granted."""
        state = self._standing.get(subject)
        return state is not None and state.allows(purpose)

    def apply(self, records: Sequence[Record]) -> None:
        """What the follower read. Records older than our own newest write of a subject are passed over."""
        for record in records:
            subject = record.key.decode(errors="replace")
            if subject in self._unread:
                if dict(record.headers).get(_WRITE_ID, b"").decode() != self._unread[subject]:
                    continue
                del self._unread[subject]
            self._set(subject, _read(record))

    def withhold(self, subject: str, state: ConsentState) -> None:
        """Counts from now on, on this instance, before the broker has it: for choices that take away.

        Nothing that was written earlier brings it back; only a write that follows does, here or elsewhere.
        """
        self._unread[subject] = _WITHHELD
        self._set(subject, state)

    async def write(self, states: Sequence[ConsentState]) -> None:
        """Returns when the broker has all; they count here from then on.

        Raises:
            BrokerUnavailableError: they may or may not be written; nothing new is granted here.
        """
        await self._publish([(state.subject, state) for state in states])

    async def erase(self, subject: str) -> None:
        """A tombstone: the subject was never here."""
        await self._publish([(subject, None)])

    async def _publish(self, rows: Sequence[tuple[str, ConsentState | None]]) -> None:
        write_id = uuid.uuid4().hex
        headers = ((_WRITE_ID, write_id.encode()),)
        self._unread.update((subject, write_id) for subject, _ in rows)
        messages = [Message(subject.encode(), encode(s) if s else None, headers) for subject, s in rows]
        try:
            await self._publisher.publish(CONSENTS, messages)
        except BaseException:
            for subject, _ in rows:
                if self._unread.get(subject) == write_id:
                    del self._unread[subject]
            raise
        for subject, state in rows:
            if (
                self._unread.get(subject) == write_id
            ):  # else the follower has shown it, and perhaps a newer one
                self._set(subject, state)

    def _set(self, subject: str, state: ConsentState | None) -> None:
        if state is None:
            self._standing.pop(subject, None)
        else:
            self._standing[subject] = state


def _read(record: Record) -> ConsentState | None:
    if record.value is None:
        return None
    try:
        return decode(record.value, ConsentState)
    except CodecError:
        # what cannot be read grants nothing
        _log.warning("a consent cannot be read", partition=record.partition, offset=record.offset)
        return None


def merged(standing: ConsentState, chosen: Sequence[Consent]) -> ConsentState:
    """The standing choices with these in place of earlier ones of the same purpose."""
    by_purpose = {c.purpose: c for c in (*standing.consents, *chosen)}
    return ConsentState(subject=standing.subject, consents=tuple(by_purpose.values()))
