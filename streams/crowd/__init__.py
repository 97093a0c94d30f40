"""Positions to people per cell: a numba fold with checkpoints, member of a plain consumer group."""
