"""Policy versions: immutable folders of Cedar text, schema and parameters. Reads them; decides nothing."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

import cedarpy
import msgspec

from streams.sharing.counts import CountRules, list_faults

IN_SERVICE = "2026-1"
"""What decides until a municipality selects a version: only what every part of the system already asks for."""
POLICY, SCHEMA, PARAMETERS = "policy.cedar", "schema.cedarschema", "parameters.json"
_NAME = re.compile(r"[0-9]{4}-[0-9]{1,3}")


class PolicyError(Exception):
    """A policy version that does not exist, or does not validate; the message says where."""


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Numbers of a version that are no part of a rule.

    levels: the alert level that a severity stands for where the issuer gives none: `severity`, or `hazard/severity`
    where that hazard differs. 0 arms nothing. counts: how head counts are protected.
    """

    fewer_than: int = 10
    proposal_lapses_h: int = 2
    levels: Mapping[str, int] = msgspec.field(default_factory=dict)
    counts: CountRules = CountRules()


@dataclass(frozen=True, slots=True)
class Version:
    """One folder, read. `digest` is the SHA-256 of its files; the register of released versions has it."""

    name: str
    policies: str
    schema: str
    parameters: Parameters
    digest: str


def _folder() -> Traversable:
    return files(__package__) / "policies"


def list_versions() -> list[str]:
    """Names, oldest first."""
    names = (entry.name for entry in _folder().iterdir() if _NAME.fullmatch(entry.name))
    return sorted(names, key=lambda name: tuple(int(part) for part in name.split("-")))


def newest() -> str:
    """The youngest version that is there, in service or not."""
    return list_versions()[-1]


def read_version(name: str) -> Version:
    """Reads and validates a version against its schema.

    Raises:
        PolicyError: no such version, or Cedar refuses it.
    """
    if name not in list_versions():
        raise PolicyError(f"no policy version {name!r}; there are {', '.join(list_versions())}")
    folder = _folder() / name
    parts = [
        (folder / part).read_bytes() for part in (POLICY, SCHEMA, PARAMETERS) if (folder / part).is_file()
    ]
    policies, schema = (part.decode() for part in parts[:2])
    result = cedarpy.validate_policies(policies, schema)
    if not result.validation_passed:
        raise PolicyError(f"policy {name}: {[str(e) for e in result.errors]}")
    try:
        parameters = msgspec.json.decode(parts[2], type=Parameters) if len(parts) > 2 else Parameters()
    except msgspec.DecodeError as error:
        raise PolicyError(f"policy {name}: {PARAMETERS}: {error}") from error
    faults = list_faults(parameters.counts, fewer_than=parameters.fewer_than)
    if faults:
        raise PolicyError(f"policy {name}: {PARAMETERS}: {'; '.join(faults)}")
    digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
    return Version(name, policies, schema, parameters, digest)


def released_digests() -> dict[str, str]:
    """The register: version -> digest. A text that differs from its line was changed after it was released."""
    return msgspec.json.decode((_folder() / "released.json").read_bytes(), type=dict[str, str])
