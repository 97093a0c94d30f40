"""What all tests share: real servers, started once; real data, or a skip by name."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from services.area.build import build_synthetic
from services.local.chromium import get_chromium, launch_arguments
from services.local.kafka import LocalKafka
from services.local.ports import free_port
from services.local.redis import LocalRedis
from tests.schedule import FromBothEnds, by_kind

DEFAULT_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="also run the tests marked long")


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FromBothEnds:
    return FromBothEnds(config, log)


@pytest.hookimpl(trylast=True)  # after the order was made random
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items[:] = by_kind(items)
    if not config.getoption("--long"):
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="thousands of steps; run with --long"))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Real telegrams, lists and networks. They are not part of the repository."""
    folder = Path(os.environ.get("MIO_TEST_DATA", DEFAULT_DATA))
    if not (folder / "MANIFEST.tsv").exists():
        pytest.skip(f"no real data at {folder}: set MIO_TEST_DATA to the folder that holds MANIFEST.tsv")
    return folder


@pytest.fixture(scope="session")
def made_up_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up city as an area folder. Nobody writes into it."""
    folder = tmp_path_factory.mktemp("city") / "area"
    build_synthetic(folder, progress=lambda _: None)
    return folder


@pytest.fixture(scope="session")
def kafka_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    """The suite's own broker."""
    server = LocalKafka(tmp_path_factory.mktemp("kafka"), port=free_port(), controller_port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def kafka(request: pytest.FixtureRequest) -> str:
    """Bootstrap address of a real broker: `MIO_KAFKA`, a container (`MIO_TEST_CONTAINERS=1`), else our own."""
    if address := os.environ.get("MIO_KAFKA"):
        return address
    if os.environ.get("MIO_TEST_CONTAINERS"):
        return str(request.getfixturevalue("kafka_container"))
    server: LocalKafka = request.getfixturevalue("kafka_server")
    return server.bootstrap


@pytest.fixture(scope="session")
def kafka_container() -> Iterator[str]:
    """The broker in a container, for machines with a Docker engine."""
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    port = free_port()
    container = (
        DockerContainer("apache/kafka-native:4.3.1")
        .with_bind_ports(9092, port)
        .with_env("KAFKA_LISTENERS", "PLAINTEXT://:9092,CONTROLLER://:9093")
        .with_env("KAFKA_ADVERTISED_LISTENERS", f"PLAINTEXT://127.0.0.1:{port}")
        .with_env("KAFKA_PROCESS_ROLES", "broker,controller")
        .with_env("KAFKA_NODE_ID", "1")
        .with_env("KAFKA_CONTROLLER_QUORUM_VOTERS", "1@127.0.0.1:9093")
        .with_env("KAFKA_CONTROLLER_LISTENER_NAMES", "CONTROLLER")
        .with_env("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT")
        .with_env("KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "1")
        .with_env("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0")
        .waiting_for(LogMessageWaitStrategy("Kafka Server started"))
    )
    with container:
        yield f"127.0.0.1:{port}"


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Redis: `MIO_REDIS`, else our own."""
    if address := os.environ.get("MIO_REDIS"):
        yield address
        return
    server = LocalRedis(tmp_path_factory.mktemp("redis"), port=free_port())
    server.start()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def chromium() -> Path:
    """A Chromium that starts here; fetched if there is none."""
    return get_chromium().path


@pytest.fixture(scope="session")
async def browser(chromium: Path) -> AsyncIterator[Browser]:
    """One browser for all journeys."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=launch_arguments())
        yield browser
        await browser.close()


NewPage = Callable[..., Awaitable[Page]]


@pytest.fixture
async def new_page(browser: Browser) -> AsyncIterator[NewPage]:
    """Opens a page with nothing stored: `await new_page(width=390, height=844)`; its times are shown as in Japan."""
    contexts: list[BrowserContext] = []

    async def make(*, width: int = 1280, height: int = 800, locale: str = "ja-JP") -> Page:
        viewport = {"width": width, "height": height}
        context = await browser.new_context(viewport=viewport, locale=locale, timezone_id="Asia/Tokyo")
        contexts.append(context)
        return await context.new_page()

    yield make
    for context in contexts:
        await context.close()


@pytest.fixture
async def page(new_page: NewPage) -> Page:
    """A page of desktop width."""
    return await new_page()
