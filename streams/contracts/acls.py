"""Who may do what on the broker, from the manifest: grants per service, and as the command lines of Kafka's own tool. Grants nothing itself."""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from streams.topics import ARCHIVE, MANIFEST, Topic
from streams.world import World

SERVICES: dict[str, tuple[str, ...]] = {
    "ingest": (),
    "gateway": (),
    "navigator": (),
    "dashboard": (),
    "worker": ("worker",),
    "crowd": ("crowd",),
    "counts": (),
    "view": (),
}
"""Every service of the manifest and its consumer groups, without their world. The service is the broker's user."""
OPERATOR = "operator"
"""The user of people at a terminal (`mio dlq`): reads what no service reads, the dead letters."""
TOPIC, GROUP = "topic", "group"
LITERAL, PREFIXED = "literal", "prefixed"


@dataclass(frozen=True, order=True)
class Grant:
    """What one user may do with one thing, or with all whose names begin so."""

    user: str
    resource: str
    name: str
    pattern: str
    operations: tuple[str, ...]


def list_grants(world: World, manifest: Sequence[Topic] = MANIFEST) -> list[Grant]:
    """All grants of one world, sorted. What is not granted is refused.

    Every service may see that each topic of its world is as the manifest says (it checks that at its start); only its
    readers see what is in it. An idempotent producer needs no more than WRITE.
    """
    wholes = [
        Grant(user, TOPIC, f"{world}.", PREFIXED, ("DESCRIBE", "DESCRIBE_CONFIGS"))
        for user in (*SERVICES, OPERATOR, ARCHIVE)
    ]
    groups = [
        Grant(service, GROUP, f"{world}.{group}", LITERAL, ("READ", "DESCRIBE"))
        for service, names in SERVICES.items()
        for group in names
    ]
    topics = [
        Grant(user, TOPIC, topic.full_name(world), LITERAL, operations)
        for topic in manifest
        for user, operations in _acts(topic).items()
    ]
    return sorted(wholes + groups + topics)


def _acts(topic: Topic) -> dict[str, tuple[str, ...]]:
    readers = topic.readers or (OPERATOR,)
    return {
        user: tuple(act for act, users in (("READ", readers), ("WRITE", topic.writers)) if user in users)
        for user in dict.fromkeys(readers + topic.writers)
    }


def command_lines(grants: Iterable[Grant]) -> list[str]:
    """One call of `kafka-acls.sh` for each grant; $BROKER and $ADMIN (a properties file) are the caller's."""
    return [
        " ".join(
            [
                'kafka-acls.sh --bootstrap-server "$BROKER" --command-config "$ADMIN" --add',
                f"--allow-principal {shlex.quote(f'User:{grant.user}')}",
                *(f"--operation {operation.title().replace('_', '')}" for operation in grant.operations),
                f"--{grant.resource} {shlex.quote(grant.name)}",
                f"--resource-pattern-type {grant.pattern}",
            ]
        )
        for grant in grants
    ]
