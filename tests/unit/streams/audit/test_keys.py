"""The key's files: made once, private, and refused with a remedy where they are something else."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from streams.audit.chain import Chain
from streams.audit.keys import PRIVATE, PUBLIC, KeyFileError, read_public_key, read_signing_key


def test_a_key_is_made_once_and_its_public_half_checks_what_it_signs(tmp_path: Path) -> None:
    first, again = read_signing_key(tmp_path), read_signing_key(tmp_path)
    public = read_public_key(tmp_path / PUBLIC)
    root = Chain("c").sign(again, 1)
    assert first.public.name == public.name == root.key
    assert public.has_signed(root)
    assert (tmp_path / PRIVATE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"no key"])
def test_a_file_that_is_no_key_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    for name in (PRIVATE, PUBLIC):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(KeyFileError, match=PRIVATE):
        read_signing_key(tmp_path)
    with pytest.raises(KeyFileError, match=PUBLIC):
        read_public_key(tmp_path / PUBLIC)
    with pytest.raises(KeyFileError, match="No such file"):
        read_public_key(tmp_path / "none")


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    (tmp_path / PRIVATE).write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / PUBLIC).write_bytes(
        other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(KeyFileError, match="Ed25519"):
        read_signing_key(tmp_path)
    with pytest.raises(KeyFileError, match="Ed25519"):
        read_public_key(tmp_path / PUBLIC)
