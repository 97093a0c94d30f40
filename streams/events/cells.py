"""People per H3 cell: the de-identified count, and what a recipient is shown of it."""

import msgspec


class CellCount(msgspec.Struct, frozen=True, kw_only=True):
    """State topic `cells`, key = cell: the sum of all partitions' partials. For the worker only."""

    cell: int
    count: int
    key_sum: int
    as_of_ms: int


class SharedCount(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `shared`, key = recipient + cell: what a gate let through. `shown` None means: fewer than `fewer_than`."""

    recipient: str  # such as staff:99101
    cell: int
    shown: int | None
    as_of_ms: int
    fewer_than: int
    policy: str  # policy version
    row: int  # row of the decision table
