"""How a source is: the last contacts, folded; and whether it is silent, which follows from them and from the time alone.

Nobody has to say that a source is silent: whoever would say so may be what is silent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from streams.events.sources import SourceHealth, Trouble

DETAIL_CHARS = 300


class Outcome(StrEnum):
    """What a contact came to."""

    NEWS = "news"  # a document that could be read
    SAME = "same"  # nothing new, and it said so
    REFUSED = "refused"
    FAILED = "failed"


TROUBLES = {Outcome.REFUSED: Trouble.REFUSED, Outcome.FAILED: Trouble.FAILED}


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact with a source. detail: why it came to nothing."""

    at_ms: int
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """A source that should have been heard by now. since_ms: when it was last heard; None: never yet."""

    source: SourceHealth
    since_ms: int | None


def declare(known: SourceHealth | None, declared: SourceHealth) -> SourceHealth:
    """What is declared now, with the times of what was known before: a restart is no news of a source."""
    if known is None:
        return declared
    return msgspec.structs.replace(
        declared,
        declared_ms=known.declared_ms,
        heard_ms=known.heard_ms,
        news_ms=known.news_ms,
        trouble=known.trouble,
        trouble_since_ms=known.trouble_since_ms,
        detail=known.detail,
    )


def fold_contact(known: SourceHealth, contact: Contact) -> SourceHealth:
    """The state after a contact. Times never go back; trouble lasts from its first failure to the next good contact."""
    trouble = TROUBLES.get(contact.outcome)
    if trouble is not None:
        since_ms = known.trouble_since_ms
        return msgspec.structs.replace(
            known,
            trouble=trouble,
            trouble_since_ms=contact.at_ms if since_ms is None else since_ms,
            detail=contact.detail[:DETAIL_CHARS],
        )
    is_news = contact.outcome is Outcome.NEWS
    return msgspec.structs.replace(
        known,
        heard_ms=_later(known.heard_ms, contact.at_ms),
        news_ms=_later(known.news_ms, contact.at_ms) if is_news else known.news_ms,
        trouble=None,
        trouble_since_ms=None,
        detail="",
    )


def _later(known: int | None, at_ms: int) -> int:
    return at_ms if known is None else max(known, at_ms)


def find_silence(source: SourceHealth, now_ms: int) -> Silence | None:
    """The silence of a source; None while it is heard as often as expected, or where nobody expects anything."""
    for every_s, last_ms in ((source.expected_s, source.heard_ms), (source.news_s, source.news_ms)):
        began_ms = source.declared_ms if last_ms is None else last_ms
        if every_s is not None and now_ms - began_ms > every_s * 1000:
            return Silence(source, last_ms)
    return None


def list_silences(sources: Iterable[SourceHealth], now_ms: int) -> tuple[Silence, ...]:
    """All silences, in the order of the sources' ids."""
    found = (find_silence(source, now_ms) for source in sorted(sources, key=lambda s: s.id))
    return tuple(silence for silence in found if silence is not None)
