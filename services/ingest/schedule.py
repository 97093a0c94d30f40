"""When a source is asked next: never sooner than its publisher allows, and later with each failure in a row. Pure."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

LONGEST_S = 900.0
"""However often it failed, a source is asked again after so long, unless its publisher asks for more."""
JITTER = 0.1
"""Of a wait, added at random: thousands of towns must not ask in the same second."""
MOST_ALLOWED_S = 86_400
"""A publisher that asks for a longer wait is asked after a day."""
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


@dataclass
class Schedule:
    """The waits of one source. interval_s: what the declaration says."""

    interval_s: float
    rng: random.Random = field(default_factory=random.SystemRandom)
    failures: int = 0

    def wait_s(self, *, failed: bool, allowed_s: float = 0.0) -> float:
        """Seconds until the next question. allowed_s: how long the publisher asked to be left alone."""
        self.failures = self.failures + 1 if failed else 0
        doubled = self.interval_s * 2.0 ** min(self.failures, 20)
        bounded = max(self.interval_s, min(doubled, LONGEST_S))
        least = max(bounded, min(allowed_s, MOST_ALLOWED_S))
        return least * (1.0 + JITTER * self.rng.random())


def read_allowed_s(status: int, headers: Mapping[str, str], *, now_s: float) -> float:
    """How long a publisher asks to be left alone: Retry-After of a refusal, else how long its answer stays fresh; 0 where it says nothing.

    now_s: seconds since 1970, for a Retry-After that is a date.
    """
    retry = headers.get("retry-after", "").strip()
    if status >= 400 or retry:
        return _retry_s(retry, now_s)
    control = headers.get("cache-control", "")
    found = _MAX_AGE.search(control)
    if found is None or "no-cache" in control.lower():
        return 0.0
    age = headers.get("age", "").strip()
    return max(0.0, float(found[1]) - (float(age) if age.isascii() and age.isdigit() else 0.0))


def _retry_s(text: str, now_s: float) -> float:
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now_s)
    except (ValueError, TypeError, OverflowError):
        return 0.0
