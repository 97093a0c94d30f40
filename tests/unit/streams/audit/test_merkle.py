"""The tree head against RFC 6962's definition, computed as the RFC writes it down."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.audit.merkle import TreeHead


def by_definition(records: list[bytes]) -> bytes:
    """RFC 6962, 2.1."""
    if not records:
        return sha256(b"").digest()
    if len(records) == 1:
        return sha256(b"\x00" + records[0]).digest()
    split = 1
    while split * 2 < len(records):
        split *= 2
    return sha256(b"\x01" + by_definition(records[:split]) + by_definition(records[split:])).digest()


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_head_is_that_of_the_definition_after_every_record(records: list[bytes]) -> None:
    head = TreeHead()
    assert head.root() == by_definition([])
    for number, record in enumerate(records, start=1):
        head.add(record)
        assert (head.size, head.root()) == (number, by_definition(records[:number]))


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ],
)
def test_the_head_is_that_of_the_published_test_vectors(count: int, expected: str) -> None:
    """From the tests of Certificate Transparency."""
    vectors = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    head = TreeHead()
    for text in vectors[:count]:
        head.add(bytes.fromhex(text))
    assert head.root().hex() == expected
