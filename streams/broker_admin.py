"""Topics as the manifest says: made where missing, checked where present, refused where the manifest itself is unsafe."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from streams.broker import BrokerUnavailableError, ManifestMismatchError
from streams.topics import MAX_RETENTION_MS, Cleanup, Topic
from streams.world import World

PATIENCE_S = 15
START_S = 3


def check_manifest(topics: Sequence[Topic]) -> None:
    """Refuses a manifest that keeps sensitive events longer than their class allows.

    Raises:
        ManifestMismatchError: names the topic, its retention and the limit.
    """
    for topic in topics:
        limit = MAX_RETENTION_MS.get(topic.data_class)
        if topic.cleanup is Cleanup.EVENTS and limit is not None:
            kept = topic.retention_ms
            if kept is None or kept > limit:
                raise ManifestMismatchError(
                    f"topic {topic.name}: class '{topic.data_class}' may be kept {limit} ms at most, the manifest says {kept}"
                )


async def start_whole(starting: Coroutine[Any, Any, None]) -> None:
    """Starts a client of aiokafka. Who is cancelled meanwhile waits for that: the library leaves open what it was opening."""
    task = asyncio.ensure_future(starting)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        done, _ = await asyncio.wait([task], timeout=START_S)
        for each in done:
            each.exception()
        raise


async def ensure_topics(bootstrap: str, world: World, topics: Sequence[Topic]) -> None:
    """Creates what is missing, then checks partitions and settings of all.

    Raises:
        ManifestMismatchError: the manifest is unsafe, or the broker has something else.
        BrokerUnavailableError: no broker answers.
    """
    check_manifest(topics)
    wanted = {topic.full_name(world): topic for topic in topics}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await start_whole(admin.start())
        await _create(admin, wanted)
        await _check_partitions(admin, wanted)
        await _check_settings(admin, wanted)
    except KafkaError as error:
        raise BrokerUnavailableError(f"no broker at {bootstrap}: {error!r}") from error
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, wanted: Mapping[str, Topic]) -> None:
    there = set(await admin.list_topics())
    new = [
        NewTopic(name, topic.partitions, 1, topic_configs=topic.config())
        for name, topic in wanted.items()
        if name not in there
    ]
    if not new:
        return
    answer = await admin.create_topics(new, timeout_ms=PATIENCE_S * 1000)
    for name, code, *message in answer.topic_errors:
        error = for_code(code)
        if code and error is not TopicAlreadyExistsError:
            raise ManifestMismatchError(f"topic {name} could not be created: {error.__name__} {message}")


async def _check_partitions(admin: AIOKafkaAdminClient, wanted: Mapping[str, Topic]) -> None:
    seen: dict[str, int] = {}
    try:
        async with asyncio.timeout(PATIENCE_S):
            while set(seen) != set(wanted):
                described = await admin.describe_topics(list(wanted))
                seen = {d["topic"]: len(d["partitions"]) for d in described if not d["error_code"]}
    except TimeoutError:
        raise ManifestMismatchError(f"the broker does not show {sorted(set(wanted) - set(seen))}") from None
    for name, topic in wanted.items():
        if seen[name] != topic.partitions:
            raise ManifestMismatchError(
                f"topic {name} has {seen[name]} partitions, the manifest says {topic.partitions}"
            )


async def _check_settings(admin: AIOKafkaAdminClient, wanted: Mapping[str, Topic]) -> None:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in wanted]
    for answer in await admin.describe_configs(resources):
        for resource in answer.resources:
            name, entries = resource[3], resource[4]
            there = {entry[0]: entry[1] for entry in entries}
            for key, value in wanted[name].config().items():
                if there.get(key) != value:
                    raise ManifestMismatchError(
                        f"topic {name}: {key} is {there.get(key)}, the manifest says {value}"
                    )
