"""Reads an export of records and roots, and finds every record that was taken away, changed or slipped in. Needs the public key alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from streams.audit.keys import PublicKey
from streams.audit.merkle import TreeHead, leaf_hash
from streams.codec import CodecError, decode
from streams.events.disclosures import ChainRoot, Disclosure


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was written. place: chain and number, or a line of the file."""

    place: str
    what: str


@dataclass
class Report:
    """What was found. unsigned: records after the newest root of their chain; they hang together, but nobody vouches for the last."""

    chains: int = 0
    records: int = 0
    signed: int = 0
    unsigned: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether everything is as it was written."""
        return not self.faults


def verify(lines: Iterable[bytes], key: PublicKey) -> Report:
    """Checks an export: one JSON object a line, records in the order of each chain, and roots, in any mixture."""
    report = Report()
    records: dict[str, list[tuple[int, bytes]]] = {}
    roots: dict[str, list[ChainRoot]] = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text:
            continue
        try:
            if b'"signature":' in text:
                root = decode(text, ChainRoot)
                roots.setdefault(root.chain, []).append(root)
            else:
                records.setdefault(decode(text, Disclosure).chain, []).append((number, text))
        except CodecError as error:
            report.faults.append(Fault(f"line {number}", str(error)))
    for chain in sorted(records.keys() | roots.keys()):
        _check_chain(chain, records.get(chain, []), roots.get(chain, []), key, report)
    return report


def _check_chain(
    chain: str, records: list[tuple[int, bytes]], roots: list[ChainRoot], key: PublicKey, report: Report
) -> None:
    report.chains += 1
    report.records += len(records)
    head, heads, asked = TreeHead(), {0: TreeHead().root()}, {root.size for root in roots}
    before = ""
    for place, (line, text) in enumerate(records):
        record = decode(text, Disclosure)
        if record.number != place:
            report.faults.append(Fault(f"{chain} {place}", _what_is_missing(record.number, place, line)))
            break
        if record.before != before:
            report.faults.append(
                Fault(
                    f"{chain} {place - 1}", f"changed: the next record (line {line}) names another hash of it"
                )
            )
        before = leaf_hash(text).hex()
        head.add(text)
        if head.size in asked:
            heads[head.size] = head.root()
    signed = _check_roots(chain, roots, heads, key=key, whole=head.size, report=report)
    report.signed += signed
    report.unsigned += max(0, len(records) - signed)


def _what_is_missing(number: int, place: int, line: int) -> str:
    if number > place:
        return f"taken away: line {line} has number {number}, and {place} is not there"
    return f"slipped in or repeated: line {line} has number {number}, which was there before"


def _check_roots(
    chain: str,
    roots: list[ChainRoot],
    heads: Mapping[int, bytes],
    *,
    key: PublicKey,
    whole: int,
    report: Report,
) -> int:
    """How many records of the chain the newest good root speaks of."""
    if not roots:
        report.faults.append(Fault(chain, "no signed root: nobody vouches for this chain"))
    signed = 0
    for root in sorted(roots, key=lambda root: root.size):
        if root.key != key.name:
            report.faults.append(
                Fault(f"{chain} root of {root.size}", f"signed by key {root.key}, not {key.name}")
            )
        elif not key.has_signed(root):
            report.faults.append(Fault(f"{chain} root of {root.size}", "the signature is not the key's"))
        elif root.size not in heads:
            report.faults.append(
                Fault(f"{chain} {whole}", f"taken away: {root.size} records were signed, {whole} are whole")
            )
        elif heads[root.size].hex() != root.root:
            report.faults.append(
                Fault(
                    f"{chain} root of {root.size}", "a record before it was changed, taken away or slipped in"
                )
            )
        else:
            signed = root.size
    return signed
