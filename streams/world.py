"""The two worlds. Every topic, key and consumer group begins with one; nothing crosses over."""

from enum import StrEnum


class World(StrEnum):
    """Where a process lives. What is practised in the drill never touches the real one."""

    REAL = "real"
    DRILL = "drill"
