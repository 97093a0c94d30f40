"""Which Node will do."""

import pytest

from services.local.node import is_new_enough


@pytest.mark.parametrize(
    ("version", "enough"),
    [("20.0.0", True), ("24.19.0", True), ("18.20.1", False), ("", False), ("unknown", False)],
)
def test_a_node_older_than_20_is_not_used(version: str, enough: bool) -> None:  # noqa: FBT001
    assert is_new_enough(version) is enough
