"""Real documents, damaged: cut, overwritten, doubled. Each is answered, and what is left of it is sound."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.adapters.registry import Source, read
from streams.codec import encode

SOURCE = Source("test", 0)
KEPT_BYTES = 20_000
"""Of each document: its head holds all that is told apart, and the test stays quick."""

edits = st.lists(
    st.tuples(
        st.floats(0, 1), st.sampled_from(["cut", "flip", "double", "junk"]), st.binary(min_size=1, max_size=6)
    ),
    min_size=1,
    max_size=5,
)
each_document = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def damage(document: bytes, changes: list[tuple[float, str, bytes]]) -> bytes:
    for where, what, junk in changes:
        at = int(where * len(document))
        match what:
            case "cut":
                document = document[:at] + document[at + 40 :]
            case "flip":
                document = document[:at] + bytes(b ^ 0x11 for b in document[at : at + 3]) + document[at + 3 :]
            case "double":
                document = document[:at] + document[at - 200 : at] + document[at:]
            case _:
                document = document[:at] + junk + document[at:]
    return document


def answer(document: bytes) -> None:
    reading = read(document, SOURCE)
    assert reading.events or reading.rejections or reading.notes or reading.format != "unknown"
    for part in (*reading.events, *reading.rejections):
        assert encode(part)


@each_document
@given(changes=edits, choice=st.integers(0, 10_000))
def test_a_damaged_telegram_is_answered(
    archive: dict[str, bytes], changes: list[tuple[float, str, bytes]], choice: int
) -> None:
    small = sorted(name for name, document in archive.items() if len(document) < 4 * KEPT_BYTES)
    answer(damage(archive[small[choice % len(small)]], changes))


@each_document
@given(changes=edits, choice=st.integers(0, 10_000))
def test_a_damaged_list_is_answered(
    data_dir: Path, changes: list[tuple[float, str, bytes]], choice: int
) -> None:
    files = sorted(p for p in (data_dir / "shelters").rglob("*") if p.suffix in {".csv", ".json", ".geojson"})
    answer(damage(files[choice % len(files)].read_bytes()[:KEPT_BYTES], changes))


@each_document
@given(changes=edits, choice=st.integers(0, 10_000))
def test_a_damaged_alert_road_feed_or_entity_is_answered(
    data_dir: Path, changes: list[tuple[float, str, bytes]], choice: int
) -> None:
    folders = ("alerts/cap", "alerts/lalert", "roads", "ngsi-ld", "traces/gpx")
    files = sorted(p for folder in folders for p in (data_dir / folder).rglob("*") if p.is_file())
    answer(damage(files[choice % len(files)].read_bytes()[: 4 * KEPT_BYTES], changes))
