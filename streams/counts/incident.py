"""The secret that draws the noise of one incident: made by chance, shared by every process that counts, replaced in time.

One secret a day would let whoever watches a sleeping group average the noise away; one for ever would link all days.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from streams.broker import Message, Publisher, Record
from streams.codec import decode, encode
from streams.events.cells import CountSecret
from streams.topics import COUNT_SECRETS

KEY = b"incident"
_SECRET_BYTES = 32
_DAY_MS = 86_400_000


@dataclass
class Incident:
    """The newest secret on its topic. Whoever publishes one hears it again like everybody else: the last of two wins."""

    days: int
    _newest: CountSecret | None = field(default=None, repr=False)

    def hear(self, records: Sequence[Record]) -> None:
        """What the topic's follower does with its records; a tombstone ends the incident.

        Raises:
            CodecError: what is there is no secret; nobody can draw by it.
        """
        for record in records:
            self._newest = None if record.value is None else decode(record.value, CountSecret)

    def find_secret(self, now_ms: int) -> bytes | None:
        """What draws now; None where a new one has to be made first."""
        newest = self._newest
        if newest is None or now_ms - newest.since_ms >= self.days * _DAY_MS:
            return None
        return bytes.fromhex(newest.secret)

    async def begin(self, publisher: Publisher, now_ms: int) -> None:
        """Replaces the secret; the broker forgets the former one when it compacts its topic.

        Raises:
            BrokerUnavailableError: not acknowledged.
        """
        made = CountSecret(secret=secrets.token_hex(_SECRET_BYTES), since_ms=now_ms)
        await publisher.publish(COUNT_SECRETS, [Message(KEY, encode(made))])
