"""A chain of records: each names the hash of the one before it, and a signed root from time to time says how they all stand. Pure."""

import secrets
from dataclasses import dataclass, field

from streams.audit.keys import SigningKey
from streams.audit.merkle import TreeHead, leaf_hash
from streams.codec import encode
from streams.events.disclosures import ChainRoot, Disclosure
from streams.sharing.decide import Decision


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was asked: who, about whom or what, for which purpose, under which declaration."""

    recipient: str
    role: str
    subject: str
    purpose: str
    gate: str = ""
    declaration: str = ""


@dataclass
class Chain:
    """One process's records since its start."""

    name: str
    _head: TreeHead = field(default_factory=TreeHead)
    _before: str = ""

    @classmethod
    def begin(cls, process: str) -> "Chain":
        """A chain that no other process has."""
        return cls(f"{process}-{secrets.token_hex(8)}")

    @property
    def size(self) -> int:
        """Records so far."""
        return self._head.size

    def add(self, look: Look, decision: Decision, at_ms: int) -> bytes:
        """The next record, as it has to be kept: the bytes are what is hashed."""
        record = encode(
            Disclosure(
                chain=self.name, number=self.size, before=self._before, at_ms=at_ms, recipient=look.recipient,
                role=look.role, subject=look.subject, purpose=look.purpose, permitted=decision.permitted,
                reason=decision.reason, policy=decision.policy, row=decision.row, gate=look.gate,
                declaration=look.declaration,
            )
        )  # fmt: skip
        self._head.add(record)
        self._before = leaf_hash(record).hex()
        return record

    def sign(self, key: SigningKey, at_ms: int) -> ChainRoot:
        """How the chain stands now."""
        root = ChainRoot(
            chain=self.name, size=self.size, root=self._head.root().hex(), at_ms=at_ms, key=key.public.name
        )
        return ChainRoot(
            chain=root.chain,
            size=root.size,
            root=root.root,
            at_ms=at_ms,
            key=root.key,
            signature=key.sign(root),
        )
