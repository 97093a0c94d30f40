"""The crowd process's reports as Prometheus metrics; what each outcome means: docs/reference/positions.md."""

from prometheus_client import Counter, Gauge

from services.kit.metrics import REGISTRY
from streams.crowd.report import Report

POSITIONS = Counter("mio_crowd_positions", "Positions by what became of them", ["outcome"], registry=REGISTRY)
MISSING = Counter(
    "mio_crowd_missing_records", "Records that the log of positions no longer had", registry=REGISTRY
)
UNREADABLE = Counter(
    "mio_crowd_unreadable_records", "Records that went to the dead letters", registry=REGISTRY
)
PARTITIONS = Gauge("mio_crowd_partitions", "Partitions that this process holds", registry=REGISTRY)
DEVICES = Gauge("mio_crowd_devices", "Devices heard of in the last quarter of an hour", registry=REGISTRY)
DEVICE_BYTES = Gauge("mio_crowd_device_bytes", "Memory of the tables of devices", registry=REGISTRY)
CELLS = Gauge("mio_crowd_cells", "Cells that anybody was seen in since the start", registry=REGISTRY)


def show(report: Report) -> None:
    """Adds what is new, sets what is now."""
    for outcome, count in report.positions.items():
        POSITIONS.labels(outcome).inc(count)
    MISSING.inc(report.missing_records)
    UNREADABLE.inc(report.unreadable_records)
    PARTITIONS.set(report.partitions)
    DEVICES.set(report.devices)
    DEVICE_BYTES.set(report.device_bytes)
    CELLS.set(report.cells)
