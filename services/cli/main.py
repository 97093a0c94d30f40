"""The `mio` command: a table of commands, each imported only when it is called. No command's work is here."""

import sys
from dataclasses import dataclass
from importlib import import_module

import typer
from typer._click.core import Command, Context
from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True)
class Entry:
    """One line of `mio --help`, and where its command lives: `module:attribute`, a Typer app or a function."""

    name: str
    target: str
    summary: str


COMMANDS = (
    Entry("up", "services.cli.up:up", "Start what is missing on this machine and every process of ours."),
    Entry("demo", "services.cli.demo:demo", "A drill in a made-up city: mio up, the player, and the page."),
    Entry("run", "services.cli.run:run", "Run one process in the foreground, as the launcher does."),
    Entry("archive", "services.cli.archive:archive", "Keep what happened as Parquet, by topic and day."),
    Entry("replay", "services.cli.replay:replay", "Play a recorded period again, as an exercise."),
    Entry("topics", "services.cli.topics:app", "Say what the manifest of topics asks of a broker."),
    Entry("feed", "services.cli.feed:app", "Read alerts, shelter lists and closures from files."),
    Entry("dlq", "services.cli.dlq:app", "List, show, replay and drop what could not be read."),
    Entry("state", "services.cli.state:app", "Say whether worker, Kafka and Redis hold the same."),
    Entry("area", "services.cli.area:app", "Build and show the area that routes are answered for."),
    Entry("route", "services.cli.route:route", "Ask for the way to safety from a point of an area."),
    Entry("policy", "services.cli.policy:app", "Check, explain, compare and try out the sharing policies."),
    Entry("audit", "services.cli.audit:app", "Take out and check the record of what was shown to whom."),
    Entry("doctor", "services.cli.doctor:doctor", "List each part of this machine, and what is missing."),
)


def find_entry(name: str) -> Entry | None:
    """The line of the table with that name."""
    return next((entry for entry in COMMANDS if entry.name == name), None)


def load(entry: Entry) -> Command:
    """The real command behind a line of the table."""
    module, _, attribute = entry.target.partition(":")
    target = getattr(import_module(module), attribute)
    if not isinstance(target, typer.Typer):
        single = typer.Typer(add_completion=False)
        single.command(entry.name, help=target.__doc__ or entry.summary)(target)
        target = single
    command = typer.main.get_command(target)
    command.name = entry.name
    return command


class LazyGroup(TyperGroup):
    """Lists the table without importing it; imports the one command that is called."""

    def list_commands(self, _ctx: Context) -> list[str]:
        return [entry.name for entry in COMMANDS]

    def get_command(self, _ctx: Context, cmd_name: str) -> Command | None:
        entry = find_entry(cmd_name)
        return TyperCommand(entry.name, help=entry.summary, callback=None) if entry else None

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        entry = find_entry(name or "")
        return name, load(entry) if entry else command, rest


app = typer.Typer(
    cls=LazyGroup,
    name="mio",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def mio() -> None:
    """Miotsukushi: from a warning to the way to safety."""


def main() -> None:
    """Entry point. What this machine lacks is said in one sentence, without a traceback."""
    from services.local.errors import LocalError

    try:
        app()
    except LocalError as error:
        sys.stderr.write(f"mio: {error}\n")
        sys.exit(1)
