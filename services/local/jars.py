"""Apache Kafka's jars from Maven Central, by coordinates and SHA-256. Starts nothing.

The lock `kafka.lock` beside this file is the only source: one jar a line, `group:artifact:version sha256`.
`python -m services.local.jars` resolves the roots anew and writes it.
"""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import jgo.maven

from services.local.errors import PartMissingError
from services.local.locks import waiting_lock
from services.local.tools import progress, sha256_of, tools_folder

KAFKA_VERSION = "4.3.1"
ROOTS = (("org.apache.kafka", "kafka_2.13", KAFKA_VERSION), ("org.slf4j", "slf4j-simple", "1.7.36"))
_DIGEST = re.compile("[0-9a-f]{64}")
LOCK = Path(__file__).with_name("kafka.lock")


@dataclass(frozen=True)
class LockedJar:
    """One line of the lock."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    @property
    def line(self) -> str:
        """As the lock holds it."""
        return f"{self.group}:{self.artifact}:{self.version} {self.sha256}"


def parse_lock(text: str) -> tuple[LockedJar, ...]:
    """Reads the lock.

    Raises:
        PartMissingError: a line is not `group:artifact:version sha256`.
    """
    jars = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        coordinates, _, digest = line.strip().partition(" ")
        parts = coordinates.split(":")
        if len(parts) != 3 or not _DIGEST.fullmatch(digest):
            raise PartMissingError(f"{LOCK.name} line {number}: expected 'group:artifact:version sha256'")
        jars.append(LockedJar(parts[0], parts[1], parts[2], sha256=digest))
    return tuple(jars)


def _context(repository: Path) -> jgo.maven.MavenContext:
    return jgo.maven.MavenContext(repo_cache=repository, local_repos=[], timeout=60)


def verify(jar: LockedJar, download: Path) -> None:
    """Checks a download against the lock; deletes it when it is something else.

    Raises:
        PartMissingError: names both digests.
    """
    digest = sha256_of(download)
    if digest != jar.sha256:
        download.unlink()
        raise PartMissingError(
            f"{jar.file_name}: SHA-256 is {digest}, the lock says {jar.sha256}. The download was deleted; "
            "if this repeats, something between here and Maven Central changes files."
        )


def _fetch(jar: LockedJar, context: jgo.maven.MavenContext, folder: Path) -> Path:
    target = folder / jar.file_name
    if target.exists():
        return target
    component = context.project(jar.group, jar.artifact).at_version(jar.version)
    try:
        found = Path(component.artifact().resolve())
    except Exception as error:
        raise PartMissingError(
            f"{jar.group}:{jar.artifact}:{jar.version} could not be fetched from Maven Central ({error}). "
            "Check the network or the proxy, then run the same command again; what is here already is kept."
        ) from error
    verify(jar, found)
    part = target.with_suffix(".part")
    shutil.copyfile(found, part)
    part.rename(target)
    return target


def find_jars() -> tuple[Path, ...]:
    """Paths of all jars of the lock when every one is here; else nothing."""
    paths = tuple(_folder() / jar.file_name for jar in _locked())
    return paths if all(path.exists() for path in paths) else ()


def get_jars() -> tuple[Path, ...]:
    """Paths of all jars of the lock, fetched and verified where missing.

    Raises:
        PartMissingError: one cannot be fetched, or is not what the lock says.
    """
    if here := find_jars():
        return here
    folder = _folder()
    folder.mkdir(exist_ok=True)
    with waiting_lock(tools_folder() / "jars.lock"):
        missing = [jar for jar in _locked() if not (folder / jar.file_name).exists()]
        context = _context(tools_folder() / "maven")
        with progress() as bar, ThreadPoolExecutor(8) as pool:
            task = bar.add_task(
                f"Kafka {KAFKA_VERSION}: {len(missing)} jars from Maven Central", total=len(missing)
            )
            for _ in pool.map(lambda jar: _fetch(jar, context, folder), missing):
                bar.advance(task)
        shutil.rmtree(tools_folder() / "maven", ignore_errors=True)
    return tuple(folder / jar.file_name for jar in _locked())


def _folder() -> Path:
    return tools_folder() / f"kafka-{KAFKA_VERSION}"


def _locked() -> tuple[LockedJar, ...]:
    return parse_lock(LOCK.read_text(encoding="utf-8"))


def write_lock() -> int:
    """Resolves the roots anew and writes the lock; returns the number of jars."""
    repository = tools_folder() / "maven"
    context = _context(repository)
    wanted = [context.create_dependency(":".join(root)) for root in ROOTS]
    inputs, transitive = context.resolver.resolve(wanted)
    jars = {
        LockedJar(d.groupId, d.artifactId, d.version, sha256=sha256_of(Path(d.artifact.resolve())))
        for d in (*inputs, *transitive)
        if d.scope in ("compile", "runtime", None) and d.type == "jar"
    }
    header = "# Written by python -m services.local.jars; one jar a line: group:artifact:version sha256"
    LOCK.write_text("\n".join([header, *sorted(jar.line for jar in jars)]) + "\n", encoding="utf-8")
    return len(jars)


if __name__ == "__main__":
    write_lock()
