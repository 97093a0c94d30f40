"""The manifest as a page: `python -m streams.catalogue > docs/reference/topics.md`. Knows nothing that the manifest does not say."""

import sys
from collections.abc import Iterable, Sequence

from streams.topics import DAY_MS, HOUR_MS, MANIFEST, Cleanup, Topic

HEAD = """# Topics

Generated from the manifest (`streams/topics.py`) by `python -m streams.catalogue`; a test fails when this page is not
current. On the broker a name begins with its world: `real.` or `drill.`.

- **event**: what happened; append-only, kept for the time given, one thing's history in one partition.
- **state**: what is true now; compacted, absolute, the newest record of a key is the whole truth of it, a tombstone says
  that it is gone.
- The dead-letter topic of a source holds the records that could not be read or folded, whole, with the headers `reason`,
  `detail`, `place` and `topic`.
"""
COLUMNS = ("topic", "kind", "key", "partitions", "kept", "class", "written by", "read by")


def page(manifest: Sequence[Topic] = MANIFEST) -> str:
    """The page as Markdown."""
    lines = [HEAD, _line(COLUMNS), _line("---" for _ in COLUMNS), *(_line(_row(topic)) for topic in manifest)]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _row(topic: Topic) -> tuple[str, ...]:
    return (
        f"`{topic.name}`",
        "event" if topic.cleanup is Cleanup.EVENTS else "state",
        topic.key,
        str(topic.partitions),
        _kept(topic),
        str(topic.data_class),
        ", ".join(topic.writers),
        ", ".join(topic.readers) or "people, on purpose",
    )


def _kept(topic: Topic) -> str:
    if topic.retention_ms is None:
        return "newest of each key"
    if topic.retention_ms % DAY_MS == 0:
        return f"{topic.retention_ms // DAY_MS} d"
    return f"{topic.retention_ms / HOUR_MS:g} h"


if __name__ == "__main__":
    sys.stdout.write(page())
