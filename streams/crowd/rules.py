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
FASTEST_M_PER_S = 100.0
"""360 km/h, as fast as a train in Japan runs: a device that would have had to be faster is doubted."""
SLACK_M = 2_000.0
"""A cell says a place to some 200 m only, and a fix by a mast of the mobile network may err by more than a kilometre."""
DOUBTED = 2
"""Positions in a row that are doubted; the next one is believed, for then the place before them was the wrong one."""
