"""Compiled loops over columns; they import numpy and numba only."""
