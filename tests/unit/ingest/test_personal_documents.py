"""A document that says where a person was is refused and kept nowhere: the dead letters of documents are public."""

from services.ingest.parcel import make_letter, make_parcel
from streams.adapters.registry import Source, read
from streams.world import World

SOURCE = Source("walker", 5)
TRACK = b'<gpx><trk><trkseg><trkpt lat="34.512345" lon="135.2"><time>2026-09-01T00:00:00Z</time></trkpt></trkseg></trk></gpx>'


def letter(document: bytes) -> tuple[bytes | None, str, str]:
    parcel = make_parcel(read, document, SOURCE, name="walk.gpx", world=World.DRILL)
    _, made = make_letter(parcel, document, SOURCE, name="walk.gpx")
    return made.value, made.reason, made.detail


def test_a_track_is_nowhere_in_its_letter() -> None:
    value, reason, detail = letter(TRACK)
    assert (value, reason) == (b"", "positions-personal")
    assert "34.5" not in detail


def test_any_other_document_is_kept_whole() -> None:
    assert letter(b"<html/>")[:2] == (b"<html/>", "format-unknown")
