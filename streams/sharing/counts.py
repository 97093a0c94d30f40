"""What may be shown of an exact count: a number from ten up, else "fewer than ten", zero included.

A threshold alone can be attacked by differences; cell keys and hold (docs of the streams) replace this module's rule, not its place.
"""

FEWER_THAN = 10


def shown(count: int) -> int | None:
    """The count itself from ten up; None below: the reader learns only that it is fewer than ten."""
    return count if count >= FEWER_THAN else None
