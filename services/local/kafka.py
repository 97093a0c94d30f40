"""A real one-node Apache Kafka (KRaft) on loopback, in a folder of its own. Settings: infra/kafka/broker.properties."""

import os
import socket
import struct
import subprocess
import tempfile
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path

from services.local.child import Child
from services.local.errors import LocalError, PartFailedError
from services.local.jars import KAFKA_VERSION, find_jars, get_jars
from services.local.java import JAVA_VERSION, java_command
from services.local.locks import waiting_lock
from services.local.ports import free_port, require_free
from services.local.tools import REPOSITORY, Part, announce, tools_folder

SETTINGS = REPOSITORY / "infra" / "kafka" / "broker.properties"
HEAP_MIB = 256


def answers_metadata(port: int, *, host: str = "127.0.0.1") -> bool:
    """True when the broker answers a Metadata request (v1) with at least one broker: ready, not merely listening."""
    header = struct.pack(">hhih", 3, 1, 7, 1) + b"x"
    request = header + struct.pack(">i", 0)
    try:
        with socket.create_connection((host, port), 0.5) as sock:
            sock.settimeout(2)
            sock.sendall(struct.pack(">i", len(request)) + request)
            (size,) = struct.unpack(">i", sock.recv(4, socket.MSG_WAITALL))
            answer = sock.recv(size, socket.MSG_WAITALL)
            return bool(struct.unpack(">i", answer[4:8])[0] >= 1)
    except (OSError, struct.error):
        return False


class LocalKafka:
    """A broker whose data stays in `folder` between runs."""

    def __init__(self, folder: Path, *, port: int, controller_port: int, heap_mib: int = HEAP_MIB) -> None:
        self.folder = folder.absolute()
        self.port = port
        self.controller_port = controller_port
        self.heap_mib = heap_mib
        self.child: Child | None = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self, *, timeout_s: float = 60) -> Child:
        """Fetches what is missing, formats the folder the first time, returns when the broker answers.

        Raises:
            PortInUseError, PartMissingError, PartFailedError: with what to do.
        """
        get_kafka()
        return self._start(java_command(heap_mib=self.heap_mib, archive=_archive()), timeout_s=timeout_s)

    def stop(self) -> None:
        """Ends the broker in order."""
        if self.child:
            self.child.stop(patience_s=30)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        if self.child:
            self.child.kill()

    def record_archive(self, target: Path) -> None:
        """Starts and ends once, and writes which classes that took to `target`."""
        self._start(java_command(heap_mib=self.heap_mib, record=target), timeout_s=60)
        self.stop()

    def _start(self, java: list[str], *, timeout_s: float) -> Child:
        require_free(self.port, purpose="Kafka")
        require_free(self.controller_port, purpose="Kafka's controller")
        self._write_settings()
        if not (self.folder / "logs" / "meta.properties").exists():
            self._format()
        command = [*java, "-cp", _classpath(), "kafka.Kafka", str(self.folder / "server.properties")]
        self.child = Child("kafka", command, log=self.folder / "broker.log", cwd=self.folder)
        self.child.wait_ready(lambda: answers_metadata(self.port), timeout_s=timeout_s)
        return self.child

    def _write_settings(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        addresses = (
            f"controller.quorum.voters=1@127.0.0.1:{self.controller_port}\n"
            f"listeners=PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}\n"
            f"advertised.listeners=PLAINTEXT://127.0.0.1:{self.port}\n"
            f"log.dirs={self.folder / 'logs'}\n"
        )
        text = SETTINGS.read_text(encoding="utf-8") + addresses
        (self.folder / "server.properties").write_text(text, encoding="utf-8")

    def _format(self) -> None:
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
        java = java_command(heap_mib=self.heap_mib, archive=_archive())
        command = [*java, "-cp", _classpath(), "kafka.tools.StorageTool", "format", "-t", cluster]
        command += ["-c", str(self.folder / "server.properties")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PartFailedError(f"Kafka could not format {self.folder}:\n{done.stderr[-2000:]}")


def _classpath() -> str:
    return os.pathsep.join(str(jar) for jar in get_jars())


def _archive() -> Path:
    return tools_folder() / f"kafka-{KAFKA_VERSION}-java-{JAVA_VERSION}.aot"


def find_kafka() -> Part | None:
    """The locked jars, when all are here; fetches nothing."""
    jars = find_jars()
    return Part("kafka", KAFKA_VERSION, "Maven Central, by SHA-256", jars[0].parent) if jars else None


def get_kafka() -> Part:
    """The locked jars, fetched now where missing; the first time also an archive that makes every later start quicker.

    Raises:
        PartMissingError: a jar cannot be fetched.
    """
    folder = get_jars()[0].parent
    with waiting_lock(tools_folder() / "kafka.lock"):
        if not _archive().exists():
            _make_archive()
    return Part("kafka", KAFKA_VERSION, "Maven Central, by SHA-256", folder)


def _make_archive() -> None:
    announce("preparing Kafka for quick starts (once, about 10 s) ...")
    part = _archive().with_suffix(".part")
    with tempfile.TemporaryDirectory(prefix="mio-kafka-") as folder:
        server = LocalKafka(Path(folder), port=free_port(), controller_port=free_port())
        try:
            server.record_archive(part)
            part.rename(_archive())
        except (LocalError, OSError) as error:
            announce(f"that did not work, so Kafka starts a second slower: {error}")
            server.kill()
            _archive().touch()
