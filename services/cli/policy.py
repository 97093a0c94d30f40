"""`mio policy`: check, explain, compare and print the versions of the sharing policy. Decides nothing about anybody real."""

import secrets
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from services.cli.policy_backtest import backtest
from streams.sharing.codes import print_codes
from streams.sharing.compare import list_differences
from streams.sharing.decide import Decider, PolicyError
from streams.sharing.requests import Request
from streams.sharing.rules import list_faults, read_rules
from streams.sharing.table import as_html, as_markdown
from streams.sharing.versions import (
    IN_SERVICE,
    list_versions,
    newest,
    read_version,
    released_digests,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Check, explain, compare and try out the sharing policies.",
)


app.command("backtest")(backtest)


@app.callback()
def policy() -> None:
    """Check, explain, compare and try out the sharing policies."""


@app.command("check")
def check() -> None:
    """Validate every version: schema, annotations, the forbids that always win, and that no released text was changed."""
    faults = 0
    registered = released_digests()
    for name in list_versions():
        found = _faults_of(name, registered.get(name))
        faults += len(found)
        mark = " (in service)" if name == IN_SERVICE else ""
        typer.echo(f"{name}{mark}: {'; '.join(found) or 'valid'}")
    gone = sorted(set(registered) - set(list_versions()))
    for name in gone:
        typer.echo(f"{name}: released, and not there any more")
    if faults or gone:
        raise typer.Exit(1)


def _faults_of(name: str, registered: str | None) -> list[str]:
    try:
        version = read_version(name)
    except PolicyError as error:
        return [str(error)]
    faults = list_faults(read_rules(version.policies))
    if registered is None:
        faults.append(f"not in released.json; its digest is {version.digest}")
    elif registered != version.digest:
        faults.append("its text was changed after it was released: make a new version")
    return faults


@app.command("explain")
def explain(
    request: Annotated[Path, typer.Argument(help="A request as JSON; - reads standard input.")],
    policy: Annotated[str, typer.Option(help="Version; the newest unless given.")] = "",
) -> None:
    """Decide one request and say why: the rule, its basis, each condition, and every forbid that struck. Ends with 1 on a refusal."""
    try:
        text = sys.stdin.buffer.read() if str(request) == "-" else request.read_bytes()
        asked = msgspec.json.decode(text, type=Request)
        explained = Decider.load(policy or newest()).explain(asked)
    except (OSError, msgspec.DecodeError, PolicyError) as error:
        raise _failed(error) from None
    decision, rule = explained.decision, explained.rule
    answer = "permitted" if decision.permitted else f"refused: {decision.reason}"
    typer.echo(f"{answer}  (policy {decision.policy}, row {rule.row})")
    typer.echo(f"rule: {rule.annotations.get('recipient', '')}: {rule.annotations.get('item', rule.action)}")
    for word in ("basis", "trigger", "scope", "expires_after", "audit"):
        typer.echo(f"  {word.replace('_', ' ')}: {rule.annotations.get(word, '')}")
    for condition, holds in explained.conditions:
        typer.echo(f"  {'holds ' if holds else 'LACKS '} {condition.name}: {condition.text}")
    for forbid in explained.forbids:
        typer.echo(f"  FORBID {forbid.reason}: {forbid.annotations['basis']}")
    if not decision.permitted:
        raise typer.Exit(1)


@app.command("diff")
def diff(
    old: Annotated[str, typer.Argument(help="Version, such as 2026-1.")],
    new: Annotated[str, typer.Argument(help="Version, such as 2026-2.")],
) -> None:
    """Print what differs between two versions, rule by rule."""
    try:
        differences = list_differences(read_version(old), read_version(new))
    except PolicyError as error:
        raise _failed(error) from None
    for one in differences:
        typer.echo(f"{one.where}: {one.what}")
        for mark, text in (("-", one.before), ("+", one.after)):
            for line in text.splitlines():
                typer.echo(f"  {mark} {line}")
    typer.echo(f"{len(differences)} differences between {old} and {new}")


@app.command("table")
def table(
    policy: Annotated[str, typer.Option(help="Version; the newest unless given.")] = "",
    html: Annotated[Path | None, typer.Option(help="Write a page here in place of Markdown.")] = None,
) -> None:
    """The decision table as counsel reads it, generated from the rules that run."""
    try:
        version = read_version(policy or newest())
        if html:
            html.write_text(as_html(version), encoding="utf-8")
    except (PolicyError, OSError) as error:
        raise _failed(error) from None
    typer.echo(str(html) if html else as_markdown(version), nl=html is not None)


@app.command("codes")
def codes(
    officer: Annotated[
        str, typer.Argument(help="Reference of the officer, as in the directory of mandates.")
    ],
    sheet: Annotated[Path, typer.Option(help="New file for what the system keeps: digests only.")],
    count: Annotated[int, typer.Option(min=1, max=100, help="How many codes.")] = 10,
) -> None:
    """Print one-time codes for an approver's envelope. They are shown once; the sheet cannot be turned back into them."""
    kept, printed = print_codes(officer, count, random_bytes=secrets.token_bytes)
    try:
        with sheet.open("xb") as file:
            file.write(msgspec.json.encode(kept) + b"\n")
    except OSError as error:
        raise _failed(error) from None
    typer.echo(f"{officer}: each code approves one declaration. Read one out only to whom you called back.")
    for number, code in enumerate(printed, start=1):
        typer.echo(f"{number:3}  {code}")


def _failed(error: Exception) -> typer.Exit:
    typer.echo(f"mio policy: {error}", err=True)
    return typer.Exit(2)
