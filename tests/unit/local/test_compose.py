"""docker-compose.yml and the image, as far as they can be checked without a Docker engine."""

import re
from typing import Any

import pytest
import yaml

from services.ingest.parcel import MAX_DOCUMENT_BYTES
from services.kit.settings import PROCESS_ORDER, Settings
from services.local.jars import KAFKA_VERSION
from services.local.tools import REPOSITORY
from streams.topics import MAX_MESSAGE_BYTES

COMPOSE: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (REPOSITORY / "infra" / "Dockerfile").read_text(encoding="utf-8")
PINNED = re.compile(r"[a-z0-9/.-]+:\d+\.\d+\.\d+[a-z0-9.-]*")


def test_every_process_is_there_and_runs_as_the_launcher_runs_it() -> None:
    assert [name for name in SERVICES if name in PROCESS_ORDER] == list(PROCESS_ORDER)
    for name in PROCESS_ORDER:
        assert SERVICES[name]["command"] == ["run", name]
    assert set(SERVICES) == {*PROCESS_ORDER, "kafka", "redis", "area"}


def test_every_image_is_pinned_and_the_broker_is_the_one_we_test_with() -> None:
    images = [service["image"] for service in SERVICES.values()]
    images += [image for image in re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) if ":" in image]
    assert [image for image in images if not PINNED.fullmatch(image)] == []
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{KAFKA_VERSION}"


def test_every_port_is_on_loopback_and_is_the_processes_own() -> None:
    settings = Settings()
    for name, service in SERVICES.items():
        for port in service.get("ports", []):
            assert port == f"127.0.0.1:{settings.port(name)}:{settings.port(name)}"
    assert all(SERVICES[name]["ports"] for name in ("staff", "ingest", "gateway", "navigator"))


@pytest.mark.parametrize("name", PROCESS_ORDER)
def test_each_process_is_asked_for_readiness_where_it_listens(name: str) -> None:
    service = SERVICES[name]
    assert "/readyz" in service["healthcheck"]["test"][-1]
    environment = {key: str(value) for key, value in service["environment"].items() if key != "MIO_WORLD"}
    settings = Settings.from_env(environment)
    assert int(environment["MIO_PROBE"]) == settings.port(name)
    assert (settings.kafka, settings.redis) == ("kafka:9092", "redis://redis:6379/0")


@pytest.mark.parametrize("name", [*PROCESS_ORDER, "area"])
def test_no_process_of_ours_is_root_or_may_write_or_gain_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] == "10001:10001"
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert re.search(r"^USER mio$", DOCKERFILE, re.MULTILINE)


def test_secrets_have_no_default_and_no_value_in_the_file() -> None:
    environment = SERVICES["ingest"]["environment"]
    for name in ("MIO_PARTNER_KEY", "MIO_DEVICE_SECRET"):
        assert environment[name].startswith(f"${{{name}:?")


def test_the_image_installs_only_what_the_lock_names_by_hash() -> None:
    runs = [line for line in DOCKERFILE.splitlines() if line.startswith("RUN ") and "install" in line]
    pip = [line for line in runs if "pip install" in line]
    assert len(pip) == 2
    assert all("pip install --require-hashes --only-binary :all: -r" in line for line in pip)
    assert "npm install" not in DOCKERFILE
    assert "services.local.node ci" in DOCKERFILE


def test_what_the_image_copies_is_let_through_to_the_build() -> None:
    ignored = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [line.split()[1] for line in DOCKERFILE.splitlines() if re.match(r"COPY (?!--from)", line)]
    for path in copied:
        assert (REPOSITORY / path).exists()
        assert any(
            path == kept[1:] or path.startswith(f"{kept[1:]}/") for kept in ignored if kept.startswith("!")
        )


def test_the_broker_takes_every_document_that_ingest_takes() -> None:
    text = (REPOSITORY / "infra" / "kafka" / "broker.properties").read_text(encoding="utf-8")
    settings = dict(
        line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#")
    )
    assert int(settings["message.max.bytes"]) == MAX_MESSAGE_BYTES > MAX_DOCUMENT_BYTES + (128 << 10)
    mounted = SERVICES["kafka"]["volumes"][0]
    assert mounted == "./infra/kafka/broker.properties:/mnt/shared/config/server.properties:ro"
