"""What each service may do on the broker: all that it needs by the manifest, and nothing else."""

import subprocess
import sys

import pytest

from services.kit.settings import PROCESS_ORDER
from streams.contracts.acls import OPERATOR, SERVICES, command_lines, list_grants
from streams.crowd.service import CrowdConfig
from streams.topics import ARCHIVE, CONSENTS, MANIFEST, POSITIONS, TELEGRAMS, DataClass, Topic, dead_letters
from streams.world import World
from tests.integration.worker.city import GROUP

GRANTS = list_grants(World.DRILL)
ALIASES = {"dashboard": "staff"}
"""In the manifest the page's process goes by the name of its room."""


def allowed(operation: str, topic: Topic, world: World = World.DRILL) -> set[str]:
    name = topic.full_name(world)
    return {
        grant.user
        for grant in list_grants(world)
        if grant.resource == "topic"
        and operation in grant.operations
        and (grant.name == name if grant.pattern == "literal" else name.startswith(grant.name))
    }


def test_every_service_that_the_manifest_names_is_known_and_is_a_process() -> None:
    named = {service for topic in MANIFEST for service in (*topic.readers, *topic.writers)}
    assert named <= {*SERVICES, OPERATOR, ARCHIVE}
    assert {ALIASES.get(service, service) for service in SERVICES} == set(PROCESS_ORDER)


@pytest.mark.parametrize("topic", MANIFEST, ids=lambda t: t.name)
def test_readers_read_writers_write_and_nobody_else_does(topic: Topic) -> None:
    assert allowed("READ", topic) == set(topic.readers or (OPERATOR,))
    assert allowed("WRITE", topic) == set(topic.writers)


def test_people_at_a_terminal_read_dead_letters_and_no_personal_topic() -> None:
    assert allowed("READ", dead_letters(POSITIONS)) == {OPERATOR}
    assert OPERATOR not in allowed("READ", POSITIONS) | allowed("READ", CONSENTS)


def test_the_archive_reads_nothing_about_persons_and_writes_nothing() -> None:
    usual = {DataClass.PUBLIC, DataClass.OFFICIAL}
    assert {topic.data_class for topic in MANIFEST if ARCHIVE in allowed("READ", topic)} == usual
    assert not [topic for topic in MANIFEST if ARCHIVE in allowed("WRITE", topic)]


def test_nothing_is_granted_in_the_other_world() -> None:
    assert all(grant.name.startswith("drill.") for grant in GRANTS)
    assert not {g.name for g in GRANTS} & {g.name for g in list_grants(World.REAL)}


def test_groups_are_those_that_the_services_join() -> None:
    groups = {grant.user: grant.name for grant in GRANTS if grant.resource == "group"}
    assert groups == {"worker": GROUP, "crowd": CrowdConfig("", World.DRILL).group}


def test_a_grant_is_one_call_of_kafkas_own_tool() -> None:
    lines = command_lines(
        g for g in GRANTS if g.user == "ingest" and g.name == TELEGRAMS.full_name(World.DRILL)
    )
    (line,) = lines
    assert line.startswith('kafka-acls.sh --bootstrap-server "$BROKER" --command-config "$ADMIN" --add ')
    assert line.endswith(
        "--allow-principal User:ingest --operation Write --topic drill.telegrams --resource-pattern-type literal"
    )


def test_the_command_prints_all_of_them() -> None:
    command = [sys.executable, "-m", "services.cli", "topics", "acls", "--world", "real"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == command_lines(list_grants(World.REAL))
