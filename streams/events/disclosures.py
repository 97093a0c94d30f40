"""Decisions about sharing as they are recorded: references only, so that a person can be erased and the record stays."""

import msgspec


class Disclosure(msgspec.Struct, frozen=True, kw_only=True):
    """Event topic `disclosures`, key = chain: one permit or refusal.

    chain, number: its place; a process begins a chain of its own at each start, and numbers from 0. before: the hash of the
    record before it, empty for the first. subject: a pseudonym, or what is about nobody, such as `counts:99101`.
    """

    chain: str
    number: int
    before: str
    at_ms: int
    recipient: str
    role: str
    subject: str
    purpose: str
    permitted: bool
    reason: str
    policy: str
    row: int | None = None
    gate: str = ""
    declaration: str = ""


class ChainRoot(msgspec.Struct, frozen=True, kw_only=True):
    """State topic `disclosure-roots`, key = chain: the newest signed statement of how a chain stands. Published to everybody.

    size: records it speaks of. root: RFC 6962 tree head of their bytes. key: the public key's name. signature: Ed25519 of
    the statement without it. All bytes in hexadecimal.
    """

    chain: str
    size: int
    root: str
    at_ms: int
    key: str
    signature: str = ""
