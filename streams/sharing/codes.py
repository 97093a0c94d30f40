"""One-time codes, printed in advance: how an approver whose device is away approves. Only digests are kept."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U, so that a code can be read out over a telephone."""
BYTES = 10
GROUP = 4
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is kept of one officer's printed sheet."""

    officer: str
    digests: tuple[str, ...]


def print_codes(
    officer: str, count: int, *, random_bytes: Callable[[int], bytes]
) -> tuple[Sheet, tuple[str, ...]]:
    """A sheet, and the codes to print: 80 random bits each. random_bytes: such as `secrets.token_bytes`."""
    codes = tuple(_written(random_bytes(BYTES)) for _ in range(count))
    return Sheet(officer, tuple(digest_of(officer, code) for code in codes)), codes


def _written(raw: bytes) -> str:
    number = int.from_bytes(raw, "big")
    digits = "".join(ALPHABET[number >> 5 * place & 31] for place in range(8 * BYTES // 5))
    return "-".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP))


def digest_of(officer: str, code: str) -> str:
    """Of this officer's code as somebody wrote it down: case, spaces and hyphens do not matter, nor O for 0."""
    plain = "".join(c for c in code.upper().translate(_MISREAD) if c in ALPHABET)
    return hashlib.blake2b(f"{officer}\n{plain}".encode(), digest_size=32, person=b"mio-one-time").hexdigest()
