"""People per H3 cell: the de-identified count, and what a recipient is shown of it."""

import msgspec

AS_OF = "as-of"
"""What stands in place of a cell in the key of a `SharedAsOf`."""


class CellCount(msgspec.Struct, frozen=True, kw_only=True):
    """State topic `cells`, key = cell: the sum of all partitions' partials. For the worker only."""

    cell: int
    count: int
    key_sum: int
    as_of_ms: int


class SharedCount(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `shared`, key = recipient + cell: what a gate let through. `shown` None means: fewer than `fewer_than`, perhaps nobody.

    `shown` is protected by cell key and hold: it may differ from the truth. as_of_ms: of all positions when it was drawn.
    """

    recipient: str  # such as staff:99101
    cell: int
    shown: int | None
    as_of_ms: int
    fewer_than: int
    policy: str  # policy version
    row: int  # row of the decision table


class SharedAsOf(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `shared`, key = recipient + "as-of": until when the positions behind a recipient's figures were heard.

    Told for all cells at once: a time of its own would show in which cell somebody moved.
    """

    recipient: str
    as_of_ms: int


class CountSecret(msgspec.Struct, frozen=True, kw_only=True):
    """State topic `count-secrets`: what draws the noise of the counts of one incident. Never leaves the counts process."""

    secret: str  # 64 hexadecimal digits
    since_ms: int

    def __repr__(self) -> str:
        """Without the secret."""
        return f"CountSecret(since_ms={self.since_ms})"
