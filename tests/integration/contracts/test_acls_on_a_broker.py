"""On a broker that holds to the generated grants a service does its own work, and sees nothing that is another's."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
)

from services.local.ports import free_port
from streams.broker_admin import ensure_topics
from streams.contracts.acls import SERVICES, list_grants
from streams.topics import CONSENTS, DECLARATIONS, MANIFEST, POSITIONS, TELEGRAMS, Topic
from streams.world import World
from tests.integration.contracts.secured import MECHANISM, SecuredKafka, password

pytestmark = pytest.mark.kafka
WORLD = World.DRILL


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecuredKafka]:
    ports = {"port": free_port(), "controller_port": free_port(), "login_port": free_port()}
    server = SecuredKafka(tmp_path_factory.mktemp("kafka"), **ports)
    server.start()
    server.admit(SERVICES, list_grants(WORLD))
    yield server
    server.stop()


@pytest.fixture(scope="module", autouse=True)
async def _topics(server: SecuredKafka) -> None:
    for world in World:
        await ensure_topics(server.bootstrap, world, MANIFEST)


@pytest.fixture
def login(server: SecuredKafka) -> Callable[[str], dict[str, str]]:
    def make(user: str) -> dict[str, str]:
        return {
            "bootstrap_servers": server.login,
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": user,
            "sasl_plain_password": password(user),
        }

    return make


async def write(login: dict[str, str], topic: Topic, world: World = WORLD) -> None:
    producer = AIOKafkaProducer(acks="all", enable_idempotence=True, **login)
    await producer.start()
    try:
        await producer.send_and_wait(topic.full_name(world), b"value", key=b"key", partition=0)
    finally:
        await producer.stop()


@asynccontextmanager
async def reading(login: dict[str, str], topic: Topic, **settings: object) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(auto_offset_reset="earliest", **login, **settings)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic.full_name(WORLD), 0)])
        yield consumer
    finally:
        await consumer.stop()


async def read(login: dict[str, str], topic: Topic, **settings: object) -> bytes:
    async with reading(login, topic, **settings) as consumer:
        record = await consumer.getone()
        if settings:
            await consumer.commit()
        value: bytes = record.value
        return value


async def test_a_service_writes_and_reads_what_is_its_own(login: Callable[[str], dict[str, str]]) -> None:
    await write(login("ingest"), TELEGRAMS)
    assert await read(login("worker"), TELEGRAMS, group_id=f"{WORLD}.worker") == b"value"


async def test_a_service_sees_that_all_topics_are_as_the_manifest_says(
    login: Callable[[str], dict[str, str]],
) -> None:
    admin = AIOKafkaAdminClient(**login("view"))
    await admin.start()
    try:
        assert {t.full_name(WORLD) for t in MANIFEST} <= set(await admin.list_topics())
    finally:
        await admin.close()


@pytest.mark.parametrize(
    ("user", "topic"), [("navigator", POSITIONS), ("view", CONSENTS), ("ingest", TELEGRAMS)]
)
async def test_a_service_cannot_read_a_topic_that_is_not_its_own(
    login: Callable[[str], dict[str, str]], user: str, topic: Topic
) -> None:
    await write(login(topic.writers[0]), topic)
    with pytest.raises(TopicAuthorizationFailedError):
        await read(login(user), topic)


@pytest.mark.parametrize(
    ("user", "topic", "world"),
    [("navigator", TELEGRAMS, WORLD), ("worker", DECLARATIONS, WORLD), ("ingest", TELEGRAMS, World.REAL)],
)
async def test_a_service_cannot_write_what_is_not_its_own_nor_into_the_other_world(
    login: Callable[[str], dict[str, str]], user: str, topic: Topic, world: World
) -> None:
    with pytest.raises((TopicAuthorizationFailedError, ClusterAuthorizationFailedError)):
        await write(login(user), topic, world)


async def test_a_service_cannot_join_anothers_group(login: Callable[[str], dict[str, str]]) -> None:
    with pytest.raises(GroupAuthorizationFailedError):
        await read(login("worker"), TELEGRAMS, group_id=f"{WORLD}.crowd")


async def test_nobody_comes_in_without_the_right_password(login: Callable[[str], dict[str, str]]) -> None:
    producer = AIOKafkaProducer(**login("ingest") | {"sasl_plain_password": "guessed"})
    try:
        with pytest.raises(KafkaError):
            await producer.start()
    finally:
        await producer.stop()
