"""Real extracts, each read once for all tests of a process; reading is what most of them would spend their time on."""

import functools
from pathlib import Path

import routing
from routing.build.osm_pbf import read_osm


@functools.cache
def read_extract(path: Path) -> routing.Network:
    """The network of an extract; frozen, so that nobody can spoil it for another."""
    return read_osm(path)
