"""`mio audit verify` offline: what it prints and how it ends."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.audit import app, describe
from streams.audit.chain import Chain, Look
from streams.audit.keys import PUBLIC, read_signing_key
from streams.audit.verify import Fault, Report
from streams.codec import encode
from streams.sharing.decide import Decision

LOOK = Look(recipient="staff:1", role="staff", subject="counts:1", purpose="overview")
PERMIT = Decision(permitted=True, policy="2026-1", row=1, reason="permitted")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A good export of three records, beside its key."""
    key, chain = read_signing_key(tmp_path), Chain("counts-1")
    lines = [chain.add(LOOK, PERMIT, at) for at in range(3)]
    file = tmp_path / "export.jsonl"
    file.write_bytes(b"\n".join([*lines, encode(chain.sign(key, 9))]))
    return file


def run(file: Path, key: Path) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["verify", str(file), "--key", str(key)])
    return answer.exit_code, answer.output


def test_a_good_export_is_said_to_be_good(export: Path) -> None:
    assert run(export, export.parent / PUBLIC) == (
        0,
        "3 records in 1 chains, 3 signed: as they were written\n",
    )


def test_a_tampered_export_ends_with_one_and_names_the_place(export: Path) -> None:
    export.write_bytes(export.read_bytes().replace(b'"at_ms":1,', b'"at_ms":7,'))
    code, output = run(export, export.parent / PUBLIC)
    assert code == 1
    assert output.startswith("counts-1 1: changed")
    assert output.endswith("NOT as they were written\n")


def test_a_key_that_is_none_is_a_clear_error(export: Path) -> None:
    code, output = run(export, export)
    assert code == 2
    assert "no public key" in output


def test_many_faults_are_summed_up() -> None:
    *_, more, total = describe(Report(chains=1, records=99, unsigned=2, faults=[Fault("c", "x")] * 60))
    assert more == "... and 10 more"
    assert "2 came after the last root" in total
