"""The manifest: every topic, who writes and reads it, how long it is kept and how sensitive it is.

The broker's topics, its access rules and the retention check all come from here; no other module names a topic.
"""

from dataclasses import dataclass
from enum import StrEnum

from streams.world import World

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


class Cleanup(StrEnum):
    """Event topics are what happened; state topics are what is true now. Never mixed."""

    EVENTS = "delete"
    STATE = "compact"


class DataClass(StrEnum):
    """How sensitive a topic's content is."""

    PUBLIC = "public"
    OFFICIAL = "official"
    DEIDENTIFIED = "de-identified"
    PSEUDONYMOUS = "pseudonymous"
    PERSONAL = "personal"
    GATED = "personal, gated"


MAX_MESSAGE_BYTES = 8 << 20
"""The largest record of any topic: a document that was refused is kept whole."""
MAX_RETENTION_MS = {
    DataClass.PERSONAL: 7 * DAY_MS,
    DataClass.GATED: 7 * DAY_MS,
    DataClass.PSEUDONYMOUS: 14 * DAY_MS,
}
"""Event topics of these classes may not be kept longer; the admin refuses to create them otherwise."""


@dataclass(frozen=True)
class Topic:
    """One topic of the manifest. `partitions` of a source and of the tables fed by it must agree."""

    name: str
    key: str
    cleanup: Cleanup
    data_class: DataClass
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    partitions: int = 4
    retention_ms: int | None = None  # event topics only
    has_dead_letters: bool = False

    def full_name(self, world: World) -> str:
        """The name on the broker: the world comes first."""
        return f"{world}.{self.name}"

    def config(self) -> dict[str, str]:
        """The broker's settings for this topic."""
        size = {"max.message.bytes": str(MAX_MESSAGE_BYTES)}
        if self.cleanup is Cleanup.EVENTS:
            return size | {"cleanup.policy": "delete", "retention.ms": str(self.retention_ms)}
        return size | {
            "cleanup.policy": "compact",
            "min.cleanable.dirty.ratio": "0.1",
            "segment.ms": "600000",
            "delete.retention.ms": "86400000",
            "max.compaction.lag.ms": "3600000",
        }


def _events(
    name: str, key: str, retention_ms: int, data_class: DataClass, *, by: str, to: str, partitions: int = 4
) -> Topic:
    return Topic(
        name,
        key,
        Cleanup.EVENTS,
        data_class,
        writers=tuple(by.split()),
        readers=tuple(to.split()),
        partitions=partitions,
        retention_ms=retention_ms,
        has_dead_letters=True,
    )


def _state(
    name: str,
    key: str,
    data_class: DataClass,
    *,
    by: str,
    to: str,
    partitions: int = 4,
    has_dead_letters: bool = False,
) -> Topic:
    return Topic(
        name,
        key,
        Cleanup.STATE,
        data_class,
        writers=tuple(by.split()),
        readers=tuple(to.split()),
        partitions=partitions,
        has_dead_letters=has_dead_letters,
    )


POSITION_PARTITIONS = 12
ARCHIVE = "archive"
"""Who keeps what happened (`mio archive`): reads records as they are, and buries none."""

_PUBLIC = DataClass.PUBLIC
TELEGRAMS = _events("telegrams", "series", 30 * DAY_MS, _PUBLIC, by="ingest", to="worker archive")
SITE_REPORTS = _events("site-reports", "shelter id", 30 * DAY_MS, _PUBLIC, by="ingest", to="worker archive")
SHELTER_REPORTS = _events(
    "shelter-reports", "shelter id", 30 * DAY_MS, _PUBLIC, by="ingest dashboard worker", to="worker archive"
)
CLOSURE_REPORTS = _events(
    "closure-reports", "closure id", 30 * DAY_MS, _PUBLIC, by="ingest dashboard worker", to="worker archive"
)
SITE_REPAIRS = _events(
    "site-repairs", "shelter id", 3650 * DAY_MS, DataClass.OFFICIAL, by="dashboard", to="worker archive"
)
CLOSURE_REPAIRS = _events(
    "closure-repairs", "closure id", 3650 * DAY_MS, DataClass.OFFICIAL, by="dashboard", to="worker archive"
)
WHOLE_LISTS = _events("whole-lists", "list", 30 * DAY_MS, _PUBLIC, by="ingest", to="worker archive")
POSITIONS = _events(
    "positions",
    "device hash",
    2 * HOUR_MS,
    DataClass.PERSONAL,
    by="gateway",
    to="crowd",
    partitions=POSITION_PARTITIONS,
)
LEASE_EVENTS = _events(
    "lease-events", "shelter id", 2 * DAY_MS, DataClass.PSEUDONYMOUS, by="navigator", to="navigator"
)
DECLARATIONS = _events(
    "declarations",
    "declaration id",
    3650 * DAY_MS,
    DataClass.OFFICIAL,
    by="dashboard",
    to="dashboard archive",
)
DISCLOSURES = _events(
    "disclosures", "chain", 3650 * DAY_MS, DataClass.OFFICIAL, by="counts", to="operator archive"
)
POLICY_CHOICES = _events(
    "policy-choices",
    "municipality",
    3650 * DAY_MS,
    DataClass.OFFICIAL,
    by="dashboard",
    to="dashboard archive",
)
LETTER_MARKS = _events(
    "letter-marks", "dead letter", 30 * DAY_MS, DataClass.OFFICIAL, by="operator", to="operator archive"
)

HAZARDS = _state("hazards", "series", _PUBLIC, by="worker", to="navigator view")
SHELTERS = _state("shelters", "shelter id", _PUBLIC, by="worker", to="navigator view")
CLOSURES = _state("closures", "closure id", _PUBLIC, by="worker", to="navigator view")
REPAIRS = _state("repairs", "kind + id", _PUBLIC, by="worker navigator", to="navigator view")
SOURCES = _state("sources", "source", _PUBLIC, by="ingest", to="ingest navigator view")
SEEN_ENTRIES = _state("seen-entries", "source + entry", _PUBLIC, by="ingest", to="ingest")
CELL_PARTIALS = _state(
    "cell-partials",
    "cell + partition",
    DataClass.DEIDENTIFIED,
    by="crowd",
    to="counts",
    has_dead_letters=True,
)
CELLS = _state("cells", "cell", DataClass.DEIDENTIFIED, by="counts", to="counts")
SHARED = _state("shared", "recipient + cell", DataClass.DEIDENTIFIED, by="counts", to="counts view")
DISCLOSURE_ROOTS = _state("disclosure-roots", "chain", _PUBLIC, by="counts", to="operator")
COUNT_SECRETS = _state(
    "count-secrets", "incident", DataClass.PERSONAL, by="counts", to="counts", partitions=1
)
CONSENTS = _state("consents", "subject", DataClass.PERSONAL, by="gateway", to="gateway")
POSITION_CHECKPOINTS = _state(
    "position-checkpoints",
    "partition + chunk",
    DataClass.PERSONAL,
    by="crowd",
    to="crowd",
    partitions=POSITION_PARTITIONS,
)

# Faust names a table's changelog <app id>-<table>-changelog; the app id is <world>.worker.
WORKER_SERIES = _state("worker-series-changelog", "series", _PUBLIC, by="worker", to="worker")
WORKER_PLACES = _state("worker-places-changelog", "shelter id", _PUBLIC, by="worker", to="worker")
WORKER_CLOSURES = _state("worker-closures-changelog", "closure id", _PUBLIC, by="worker", to="worker")
WORKER_LISTS = _state("worker-lists-changelog", "list", _PUBLIC, by="worker", to="worker")

_LIVE = (
    TELEGRAMS,
    SITE_REPORTS,
    SHELTER_REPORTS,
    CLOSURE_REPORTS,
    SITE_REPAIRS,
    CLOSURE_REPAIRS,
    WHOLE_LISTS,
    POSITIONS,
    LEASE_EVENTS,
    DECLARATIONS,
    DISCLOSURES,
    POLICY_CHOICES,
    LETTER_MARKS,
    HAZARDS,
    SHELTERS,
    CLOSURES,
    REPAIRS,
    SOURCES,
    SEEN_ENTRIES,
    CELL_PARTIALS,
    CELLS,
    SHARED,
    DISCLOSURE_ROOTS,
    COUNT_SECRETS,
    CONSENTS,
    POSITION_CHECKPOINTS,
    WORKER_SERIES,
    WORKER_PLACES,
    WORKER_CLOSURES,
    WORKER_LISTS,
)


def dead_letters(topic: Topic) -> Topic:
    """The topic that takes what could not be read from `topic`: same key, same class, 14 days or the class's limit."""
    kept_ms = min(14 * DAY_MS, MAX_RETENTION_MS.get(topic.data_class, 14 * DAY_MS))
    return Topic(
        f"{topic.name}.dlq",
        topic.key,
        Cleanup.EVENTS,
        topic.data_class,
        writers=tuple(dict.fromkeys(user for user in topic.readers + topic.writers if user != ARCHIVE)),
        readers=(),
        partitions=1,
        retention_ms=kept_ms,
    )


MANIFEST: tuple[Topic, ...] = (*_LIVE, *(dead_letters(t) for t in _LIVE if t.has_dead_letters))
