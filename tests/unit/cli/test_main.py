"""The table of commands."""

import subprocess
import sys

from typer.testing import CliRunner

from services.cli.main import COMMANDS, app


def test_the_help_lists_every_command_with_its_summary() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "160"}).output
    assert all(entry.name in shown and entry.summary in shown for entry in COMMANDS)


def test_the_help_imports_no_command() -> None:
    code = (
        "import sys; from services.cli.main import COMMANDS, app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit(any(entry.target.partition(':')[0] in sys.modules for entry in COMMANDS) or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_a_command_that_does_not_exist_is_refused() -> None:
    answer = CliRunner().invoke(app, ["levitate"])
    assert answer.exit_code == 2
    assert "No such command 'levitate'" in answer.output
