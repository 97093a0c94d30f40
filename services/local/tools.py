"""Where fetched tools live, and how their fetching is announced. Starts nothing."""

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Part:
    """A part of this machine as `mio doctor` shows it."""

    name: str
    version: str
    origin: str
    path: Path


def tools_folder() -> Path:
    """`MIO_TOOLS`, else `.mio/tools` in the working folder: downloads are kept there between runs."""
    folder = Path(os.environ.get("MIO_TOOLS", ".mio/tools")).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def announce(text: str) -> None:
    """Tells the person at the terminal what takes time."""
    sys.stderr.write(f"mio: {text}\n")
    sys.stderr.flush()


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def progress() -> Iterator[Progress]:
    """A progress bar on standard error: what, bar, how many of how many, since when."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield bar
