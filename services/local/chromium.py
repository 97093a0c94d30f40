"""The Chromium of the journey tests and screenshots: `MIO_CHROMIUM`, the PATH, an npm package, else Playwright's own.

The npm package carries a headless build for x86-64 Linux as Brotli files. They are unpacked here: the browser, software
WebGL beside it, and the libraries and fonts that a bare machine lacks.
"""

import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import cramjam

from services.local.errors import PartMissingError
from services.local.locks import waiting_lock
from services.local.node import get_node
from services.local.tools import REPOSITORY, Part, announce, tools_folder

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PACKAGE = REPOSITORY / "infra" / "browser"


def find_chromium() -> Part | None:
    """What is here already; fetches nothing."""
    if named := os.environ.get("MIO_CHROMIUM"):
        return _part(Path(named), "MIO_CHROMIUM")
    for name in NAMES:
        if (program := shutil.which(name)) and (part := _part(Path(program), "the PATH")):
            return part
    return _part(_folder() / "chromium", "the npm package @sparticuz/chromium") or _of_playwright()


def get_chromium() -> Part:
    """What is here already, else the npm package's or Playwright's, fetched now.

    Raises:
        PartMissingError: with what to do.
    """
    with waiting_lock(tools_folder() / "chromium.lock"):
        part = find_chromium()
        if part is None and (platform.system(), platform.machine()) == ("Linux", "x86_64"):
            _unpack_package()
            part = find_chromium()
        if part is None:
            announce("fetching Chromium through Playwright ...")
            subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
            part = find_chromium()
    if part is None:
        raise PartMissingError(
            "no Chromium was found and none could be fetched. Install one (Debian: apt-get install chromium), "
            "or set MIO_CHROMIUM to a Chromium or Chrome that starts."
        )
    return part


def launch_arguments() -> list[str]:
    """Command line for a Chromium under test: without its sandbox where the user is root, as it refuses to start there."""
    return ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []


def _folder() -> Path:
    return tools_folder() / "chromium"


def _part(program: Path, origin: str) -> Part | None:
    if not program.exists():
        return None
    try:
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = done.stdout.split()
    version = next((word for word in words if word[0].isdigit()), "unknown")
    return Part("chromium", version, origin, program) if done.returncode == 0 else None


def _unpack_package() -> None:
    work = tools_folder() / "chromium-package"
    shutil.copytree(PACKAGE, work, dirs_exist_ok=True)
    announce("fetching Chromium (the npm package @sparticuz/chromium, 70 MB) ...")
    get_node().run_npm(["ci", "--ignore-scripts", "--loglevel=error"], cwd=work)
    source = work / "node_modules" / "@sparticuz" / "chromium" / "bin"
    unpacked = tools_folder() / "chromium.part"
    shutil.rmtree(unpacked, ignore_errors=True)
    unpacked.mkdir()
    for packed in sorted(source.glob("*.br")):
        content = bytes(cramjam.brotli.decompress(packed.read_bytes()))
        if packed.name.endswith(".tar.br"):
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                archive.extractall(unpacked, filter="data")
        else:
            (unpacked / "chromium.bin").write_bytes(content)
            (unpacked / "chromium.bin").chmod(0o755)
    _write_starter(unpacked)
    shutil.rmtree(_folder(), ignore_errors=True)
    unpacked.rename(_folder())
    shutil.rmtree(work)


def _write_starter(folder: Path) -> None:
    """The program to start: on a bare machine it lends the browser the package's libraries and fonts."""
    lines = ["#!/bin/sh", 'here=$(cd "$(dirname "$0")" && pwd)']
    if _part(folder / "chromium.bin", "") is None:
        lines.append('export LD_LIBRARY_PATH="$here/lib"')
    if not Path("/etc/fonts").exists():
        lines.append('export FONTCONFIG_PATH="$here"')
    lines.append('exec "$here/chromium.bin" "$@"')
    starter = folder / "chromium"
    starter.write_text("\n".join(lines) + "\n", encoding="utf-8")
    starter.chmod(0o755)


def _of_playwright() -> Part | None:
    """The browser that `playwright install` fetched, if it did. Asked in a process of its own: an event loop may run here."""
    ask = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as p: print(p.chromium.executable_path)"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    return _part(Path(done.stdout.strip()), "Playwright") if done.returncode == 0 else None
