"""Keeps a process's decisions on the topics of the audit. Nothing may be shown before its record is acknowledged."""

from collections.abc import Sequence
from dataclasses import dataclass

from streams.audit.chain import Chain, Look
from streams.audit.keys import SigningKey
from streams.broker import Message, Publisher
from streams.clock import Clock
from streams.codec import encode
from streams.sharing.decide import Decision
from streams.topics import DISCLOSURE_ROOTS, DISCLOSURES


@dataclass
class Recorder:
    """One chain, and the key that signs it."""

    chain: Chain
    key: SigningKey
    publisher: Publisher
    clock: Clock

    async def record(self, decided: Sequence[tuple[Look, Decision]]) -> None:
        """Returns when the records, and a root that speaks of them, are acknowledged.

        Raises:
            BrokerUnavailableError: some may be kept. This chain cannot go on: a fresh process begins another.
        """
        now_ms = self.clock.now_ms()
        name = self.chain.name.encode()
        records = [self.chain.add(look, decision, now_ms) for look, decision in decided]
        await self.publisher.publish(DISCLOSURES, [Message(name, record) for record in records])
        root = self.chain.sign(self.key, now_ms)
        await self.publisher.publish(DISCLOSURE_ROOTS, [Message(name, encode(root))])
