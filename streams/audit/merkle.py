"""Merkle tree heads of RFC 6962: one hash that stands for all records of a list and their order. Keeps the tree's right edge only."""

from hashlib import sha256

_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(record: bytes) -> bytes:
    """Of one record; told apart from the hash of a node by its first byte."""
    return sha256(_LEAF + record).digest()


class TreeHead:
    """Grows by one record at a time; as many hashes as the number of records has bits set."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []
        """Heads of whole subtrees, the largest first."""

    def add(self, record: bytes) -> None:
        """One record more: whole subtrees of one size become the next larger one, as a counter carries."""
        node, rest = leaf_hash(record), self.size
        while rest & 1:
            node = sha256(_NODE + self._edge.pop() + node).digest()
            rest >>= 1
        self._edge.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The tree head; of no records the hash of nothing."""
        if not self._edge:
            return sha256(b"").digest()
        *larger, node = self._edge
        for edge in reversed(larger):
            node = sha256(_NODE + edge + node).digest()
        return node
