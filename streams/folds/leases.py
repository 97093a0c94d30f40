"""What is true of a lease: its newest statement, and whether it still counts."""

from streams.events.leases import Lease, Stage


def fold_lease(known: Lease | None, said: Lease) -> Lease:
    """After a statement: the higher sequence number stands, whichever came first."""
    return known if known is not None and known.seq >= said.seq else said


def counts(lease: Lease, now_ms: int) -> bool:
    """Whether it keeps or takes a place now."""
    return lease.stage is Stage.ARRIVED or (lease.stage is Stage.WALKING and lease.until_ms > now_ms)
