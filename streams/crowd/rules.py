"""The times by which a position counts or does not; whoever takes positions and whoever folds them must agree on these."""

TTL_MS = 900_000
"""A device not heard of for so long has left its cell: it was last seen there, it is not counted there."""
BUCKET_MS = 10_000
"""Expiry looks at the partition's own event time in steps of this."""
AHEAD_MS = 60_000
"""A device's clock may be this far ahead of the gateway's; one wrong clock would expire everyone otherwise."""
REFRESH_MS = 60_000
"""A cell in which people stay put gives a new row when its `as_of` has become this old."""
OLDEST_MS = TTL_MS - AHEAD_MS
"""A position no older than this when it is taken is never late in the fold, whoever else's clock is ahead."""
