"""An export is good as it was written; whatever is taken away, changed, slipped in or signed by another is found, and where."""

from dataclasses import replace

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from streams.audit.chain import Chain, Look
from streams.audit.keys import SigningKey
from streams.audit.verify import Report, verify
from streams.codec import encode
from streams.events.disclosures import ChainRoot, Disclosure
from streams.sharing.decide import Decision

KEY, OTHER = SigningKey(Ed25519PrivateKey.generate()), SigningKey(Ed25519PrivateKey.generate())
LOOK = Look(recipient="staff:1", role="staff", subject="s", purpose="rescue", gate="open", declaration="d")
PERMIT = Decision(permitted=True, policy="2026-2", row=3, reason="permitted")
REFUSAL = Decision(permitted=False, policy="2026-2", row=None, reason="no-purpose")


def write(number: int, *, roots_at: tuple[int, ...] = (4, 7), name: str = "counts-1") -> list[bytes]:
    """An export of one chain."""
    chain, lines = Chain(name), []
    for at in range(number):
        lines.append(chain.add(replace(LOOK, subject=f"s{at}"), REFUSAL if at % 3 else PERMIT, 1000 + at))
        if chain.size in roots_at:
            lines.append(encode(chain.sign(KEY, 2000 + at)))
    return lines


def check(lines: list[bytes]) -> Report:
    return verify(lines, KEY.public)


def places(lines: list[bytes]) -> list[str]:
    return [fault.place for fault in check(lines).faults]


def changed(line: bytes, **fields: object) -> bytes:
    return encode(msgspec.structs.replace(msgspec.json.decode(line, type=Disclosure), **fields))


def test_what_is_as_it_was_written_is_good_and_what_came_after_the_last_root_is_said() -> None:
    report = check([*write(9), *write(7, name="staff-2")])
    assert report.is_good
    assert (report.chains, report.records, report.signed, report.unsigned) == (2, 16, 14, 2)


def test_a_record_that_was_taken_away_is_found_with_its_number() -> None:
    lines = write(9)
    del lines[2]
    assert places(lines)[0] == "counts-1 2"
    assert "taken away" in check(lines).faults[0].what


def test_the_end_that_was_taken_away_is_found_by_the_root_that_was_published() -> None:
    lines = [line for line in write(7) if b'"number":6' not in line]
    assert [(f.place, "taken away" in f.what) for f in check(lines).faults] == [("counts-1 6", True)]


def test_a_whole_chain_that_was_taken_away_is_found_by_its_root() -> None:
    lines = [line for line in write(7) if b'"signature":' in line]
    assert "taken away" in check(lines).faults[0].what


def test_a_record_that_was_changed_is_found() -> None:
    lines = write(9)
    lines[1] = changed(lines[1], permitted=True)
    assert places(lines) == ["counts-1 1", "counts-1 root of 4", "counts-1 root of 7"]


def test_the_last_record_that_was_changed_is_found_by_the_root() -> None:
    lines = write(7)
    lines[-2] = changed(lines[-2], recipient="nobody")
    assert places(lines) == ["counts-1 root of 7"]


def test_a_forger_who_hashes_all_anew_cannot_sign() -> None:
    chain = Chain("counts-1")
    forged = [chain.add(replace(LOOK, subject="somebody else"), PERMIT, 1000 + at) for at in range(7)]
    roots = [line for line in write(7) if b'"signature":' in line]
    assert places([*forged, *roots]) == ["counts-1 root of 4", "counts-1 root of 7"]
    own = [*forged, encode(chain.sign(OTHER, 1))]
    assert "signed by key" in check(own).faults[0].what
    dressed = chain.sign(replace_name(OTHER), 1)
    assert "signature is not" in check([*forged, encode(dressed)]).faults[0].what


def replace_name(key: SigningKey) -> SigningKey:
    """Signs by its own key under the name of ours."""

    class Dressed(SigningKey):
        @property
        def public(self):  # type: ignore[no-untyped-def]  # noqa: ANN202
            return KEY.public

    return Dressed(key.key)


def test_a_record_that_was_slipped_in_or_repeated_is_found() -> None:
    lines = write(9)
    again = lines[1]
    assert "repeated" in check([*lines[:2], again, *lines[2:]]).faults[0].what
    made_up = changed(lines[1], number=2, subject="x")
    assert not check([*lines[:2], made_up, *lines[2:]]).is_good


def test_records_in_another_order_are_found() -> None:
    lines = write(9)
    lines[0], lines[1] = lines[1], lines[0]
    assert not check(lines).is_good


def test_a_chain_without_a_root_is_not_taken_on_its_word() -> None:
    assert [f.what for f in check(write(3)).faults] == ["no signed root: nobody vouches for this chain"]


@pytest.mark.parametrize("line", [b"no json", b'{"chain":1}', b"[]", b'{"signature":"x"}', b"\xff"])
def test_what_is_no_record_is_named_by_its_line(line: bytes) -> None:
    assert places([*write(7), line]) == ["line 10"]


@pytest.mark.parametrize("signature", ["", "zz", "00" * 64])
def test_a_root_without_the_keys_signature_proves_nothing(signature: str) -> None:
    lines = write(7, roots_at=())
    root = Chain("counts-1").sign(KEY, 1)
    forged = ChainRoot(chain=root.chain, size=7, root=root.root, at_ms=1, key=root.key, signature=signature)
    assert not check([*lines, encode(forged)]).is_good


@given(st.integers(0, 8), st.sampled_from(["taken", "changed", "twice", "swapped"]), st.data())
def test_no_single_meddling_with_what_was_signed_goes_unseen(at: int, how: str, data: st.DataObject) -> None:
    lines = write(9, roots_at=(9,))
    if how == "taken":
        del lines[at]
    elif how == "changed":
        field = data.draw(
            st.sampled_from(["recipient", "subject", "purpose", "reason", "policy", "gate", "declaration"])
        )
        lines[at] = changed(lines[at], **{field: "something else"})
    elif how == "twice":
        lines.insert(at, lines[at])
    else:
        lines[at], lines[at - 1] = lines[at - 1], lines[at]
        if at == 0:
            return
    assert not check(lines).is_good
