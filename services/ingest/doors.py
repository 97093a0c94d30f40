"""Who may speak for a source that sends by itself: its own key, or a signature made with it. Two keys hold while they are changed."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.ingest.declared import PushSource
from services.kit.problems import Problem
from streams.clock import Clock

TOLERANCE_S = 300
"""A signature older than this, or ahead of our clock by more, is none: whoever recorded it cannot use it later."""
MARK = "whsec_"
"""Of keys that are base64, as Standard Webhooks writes them."""
REALM = {"WWW-Authenticate": 'Bearer realm="source"'}


@dataclass(frozen=True)
class Door:
    """One source and its keys."""

    source: PushSource
    keys: tuple[bytes, ...]


@dataclass(frozen=True)
class Doors:
    """All push sources by id. wall: signatures are dated by it, not by the clock of a drill."""

    doors: Mapping[str, Door]
    wall: Clock
    _nobody: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def find(self, source: str) -> Door | None:
        """The door of a source; None where it has none."""
        return self.doors.get(source)

    def require_key(self, source: str, authorization: str) -> Door:
        """For a source that is checked by key: before its document is read.

        Raises:
            Problem: 401. It says as much of a source that does not exist: nobody learns which do.
        """
        door = self.find(source)
        keys = door.keys if door is not None and door.source.check == "key" else ()
        given = authorization.removeprefix("Bearer ").encode()
        if not _is_one_of(given, keys or (self._nobody,)) or door is None:
            raise _refused("Authorization", "the key of this source is missing or wrong", "Bearer <its key>")
        return door

    def require_signature(self, door: Door, headers: Mapping[str, str], body: bytes) -> None:
        """By Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature` (v1: HMAC-SHA256 of id.timestamp.body).

        Raises:
            Problem: 401.
        """
        stamp = headers.get("webhook-timestamp", "")
        is_dated = stamp.isascii() and stamp.isdigit() and len(stamp) <= 12
        if not is_dated or abs(int(stamp) - self.wall.now_ms() // 1000) > TOLERANCE_S:
            raise _refused(
                "webhook-timestamp",
                f"missing, or more than {TOLERANCE_S} s from now",
                "seconds since 1970, from a clock that is right",
            )
        message = f"{headers.get('webhook-id', '')}.{stamp}.".encode() + body
        wanted = [sign(key, message).encode() for key in door.keys]
        given = headers.get("webhook-signature", "").encode().split()
        if not any([_is_one_of(one, wanted) for one in given[:4]]):  # noqa: C419 - each is compared: time tells nothing
            raise _refused("webhook-signature", "missing or wrong", "v1,<base64 of HMAC-SHA256>")


def sign(key: bytes, message: bytes) -> str:
    """A signature as it stands in the header."""
    return "v1," + base64.b64encode(hmac.digest(key, message, "sha256")).decode()


def read_key(text: str, check: str) -> bytes:
    """The bytes of a key as its variable holds it.

    Raises:
        ValueError: it begins as base64 and is none.
    """
    if check == "signature" and text.startswith(MARK):
        try:
            return base64.b64decode(text.removeprefix(MARK), validate=True)
        except binascii.Error:
            raise ValueError(f"a key that begins with {MARK} has to go on in base64") from None
    return text.encode()


def _is_one_of(given: bytes, keys: Sequence[bytes]) -> bool:
    """Compares with all of them, in constant time each."""
    return any([hmac.compare_digest(given, key) for key in keys])  # noqa: C419


def _refused(where: str, what: str, expected: str) -> Problem:
    return Problem(
        "source-key",
        status=401,
        detail=f"{where}: {what}",
        field=where,
        remedy=f"send {expected}; see docs/reference/sources.md",
        headers=REALM,
    )
