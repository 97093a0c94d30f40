"""`mio topics`: what follows from the manifest for those who run a broker. Talks to no broker."""

from typing import Annotated

import msgspec
import typer

from streams.contracts.acls import command_lines, list_grants
from streams.world import World

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="What the manifest of topics asks of a broker."
)


@app.callback()
def topics() -> None:
    """What the manifest of topics asks of a broker."""


@app.command("acls")
def acls(
    world: Annotated[World, typer.Option(help="Whose topics.")] = World.DRILL,
    as_json: Annotated[bool, typer.Option("--json", help="One grant a line, as JSON.")] = False,
) -> None:
    """Print who may read and write what, as calls of Kafka's own kafka-acls.sh."""
    grants = list_grants(world)
    typer.echo(
        "\n".join(msgspec.json.encode(g).decode() for g in grants)
        if as_json
        else "\n".join(command_lines(grants))
    )
