"""What was done about a dead letter. Says nothing of what is in it."""

from enum import StrEnum

from streams.events.base import Event


class Outcome(StrEnum):
    """What was done."""

    REPLAYED = "replayed"  # sent back the way it came
    DROPPED = "dropped"  # nobody needs it
    SHOWN = "shown"  # somebody looked at personal data in it


class LetterMark(Event, frozen=True, kw_only=True, tag="letter-mark"):
    """Topic `letter-marks`, key = letter. `upto`: offset of the letter's newest record that this answers.

    by: a desk or a role, never a person's name.
    """

    letter: str
    topic: str
    outcome: Outcome
    upto: int
    at_ms: int
    by: str
    reason: str = ""
