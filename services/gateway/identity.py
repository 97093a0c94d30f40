"""Who a device is: a random pseudonym, a token that only we can make, a number for the stream. Stores nothing."""

import hmac
import secrets
from hashlib import blake2b

from services.kit.settings import SettingsError

SUBJECT_BYTES = 16
MAC_BYTES = 16
SHORTEST_SECRET = 16


class Identity:
    """Everything that follows from the device secret. Losing the secret makes every device unknown; there is no list."""

    def __init__(self, secret: str) -> None:
        """
        Raises:
            SettingsError: the secret is too short to keep anything secret.
        """
        if len(secret) < SHORTEST_SECRET:
            raise SettingsError(
                f"MIO_DEVICE_SECRET has {len(secret)} characters, at least {SHORTEST_SECRET} are needed: "
                "'mio up' makes one in its state folder; elsewhere set a long random text"
            )
        self._token_key = _derive(secret, "token")
        self._device_key = _derive(secret, "device")

    def make_subject(self) -> str:
        """A new pseudonym: 22 letters and digits of chance, nothing else."""
        return secrets.token_urlsafe(SUBJECT_BYTES)

    def token(self, subject: str) -> str:
        """What the device keeps: `subject.mac`."""
        return f"{subject}.{self._mac(subject)}"

    def find_subject(self, token: str) -> str | None:
        """The subject of a token that we made; None for any other text."""
        subject, _, mac = token.rpartition(".")
        return subject if subject and hmac.compare_digest(mac.encode(), self._mac(subject).encode()) else None

    def device_hash(self, subject: str) -> int:
        """The device in the stream of positions: keyed BLAKE2b, 64 bits. Not reversible without the secret."""
        return int.from_bytes(blake2b(subject.encode(), key=self._device_key, digest_size=8).digest(), "big")

    def _mac(self, subject: str) -> str:
        return hmac.digest(self._token_key, subject.encode(), "sha256")[:MAC_BYTES].hex()


def _derive(secret: str, purpose: str) -> bytes:
    """One key per purpose, so that no token tells anything about a device hash."""
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")
