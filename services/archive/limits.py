"""What may be archived, and for how long: by data class. The broker's own retention is the manifest's."""

from collections.abc import Iterable

from streams.contracts.payloads import DEAD_LETTER_SUFFIX
from streams.topics import DAY_MS, MANIFEST, MAX_RETENTION_MS, Cleanup, DataClass, Topic

KEPT_MS: dict[DataClass, int] = {
    DataClass.PUBLIC: 3650 * DAY_MS,
    DataClass.OFFICIAL: 3650 * DAY_MS,
    DataClass.DEIDENTIFIED: 365 * DAY_MS,
    **MAX_RETENTION_MS,
}
"""Counted from each record's own time on the broker. What is about persons is kept no longer than its class allows anywhere."""
USUAL = (DataClass.PUBLIC, DataClass.OFFICIAL)
"""What is archived unless somebody asks for more."""


def archived_topics(classes: Iterable[DataClass] = USUAL) -> tuple[Topic, ...]:
    """Event topics of these classes. States follow from events; dead letters may hold anything, and are for people."""
    wanted = frozenset(classes)
    return tuple(
        topic
        for topic in MANIFEST
        if topic.cleanup is Cleanup.EVENTS
        and topic.data_class in wanted
        and not topic.name.endswith(DEAD_LETTER_SUFFIX)
    )


def kept_since_ms(data_class: DataClass, now_ms: int) -> int:
    """Records before this moment may not be in an archive any more."""
    return now_ms - KEPT_MS[data_class]
