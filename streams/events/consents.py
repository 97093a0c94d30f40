"""Consent of a subject, by purpose. The subject is a pseudonym; a tombstone erases it."""

from enum import StrEnum

import msgspec


class Purpose(StrEnum):
    """What a position may be used for. Each purpose is granted or refused by itself."""

    CROWD_COUNT = "crowd_count"  # protected head counts per cell
    EMERGENCY_LOCATION = "emergency_location"  # staff may see me at the level I chose
    GUARDIAN = "guardian"  # my guardian may see me


class Choice(StrEnum):
    """A refusal is recorded, and differs from never having been asked."""

    GRANTED = "granted"
    REFUSED = "refused"
    REVOKED = "revoked"


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """One purpose's standing choice, with what a receipt needs (ISO/IEC TS 27560: when, to what notice, how)."""

    purpose: Purpose
    choice: Choice
    at_ms: int
    notice: str  # version of the text that was shown
    language: str = "ja"


class ConsentState(msgspec.Struct, frozen=True, kw_only=True):
    """State topic `consents`, key = subject: all standing choices of one subject."""

    subject: str
    consents: tuple[Consent, ...] = ()

    def allows(self, purpose: Purpose) -> bool:
        """True only if the purpose is granted; never asked is no."""
        return any(c.purpose == purpose and c.choice == Choice.GRANTED for c in self.consents)
