"""The key that signs how the records stand, and its public half, by which anybody checks them. Reads and writes two small files."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)  # fmt: skip

from streams.codec import encode
from streams.events.disclosures import ChainRoot

PRIVATE, PUBLIC = "audit.key", "audit.pub"


class KeyFileError(Exception):
    """A key that cannot be used; the message says which file and what to do."""


@dataclass(frozen=True)
class PublicKey:
    """Checks signatures."""

    key: Ed25519PublicKey

    @property
    def name(self) -> str:
        """Sixteen digits that tell keys apart."""
        raw = self.key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return sha256(raw).hexdigest()[:16]

    def has_signed(self, root: ChainRoot) -> bool:
        """Whether this key's private half made the statement."""
        try:
            self.key.verify(bytes.fromhex(root.signature), _statement(root))
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """Makes signatures. Its file is readable by its owner only."""

    key: Ed25519PrivateKey

    def sign(self, root: ChainRoot) -> str:
        """The signature of a statement, in hexadecimal."""
        return self.key.sign(_statement(root)).hex()

    @property
    def public(self) -> PublicKey:
        """What is given to everybody."""
        return PublicKey(self.key.public_key())


def _statement(root: ChainRoot) -> bytes:
    """What is signed. The signature's field is left out as it is at its default."""
    return encode(ChainRoot(chain=root.chain, size=root.size, root=root.root, at_ms=root.at_ms, key=root.key))


def read_signing_key(folder: Path) -> SigningKey:
    """The key in that folder, made the first time with its public half beside it.

    Raises:
        KeyFileError: there is a file, and it is no such key.
    """
    file = folder / PRIVATE
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = SigningKey(Ed25519PrivateKey.generate())
        pem = made.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
            output.write(pem)
        public = made.public.key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / PUBLIC).write_bytes(public)
        return made
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise KeyFileError(f"{file}: no private key in PEM without a password ({error})") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{file}: not an Ed25519 key; move it away, and a new one is made")
    return SigningKey(key)


def read_public_key(file: Path) -> PublicKey:
    """The public half of a key.

    Raises:
        KeyFileError: no such file, or no such key in it.
    """
    try:
        key = load_pem_public_key(file.read_bytes())
    except OSError as error:
        raise KeyFileError(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise KeyFileError(f"{file}: no public key in PEM ({error})") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFileError(f"{file}: not an Ed25519 key")
    return PublicKey(key)
