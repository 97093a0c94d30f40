"""When each feed was last heard."""

from services.ingest.sources import KEPT, Sources


def note(sources: Sources, name: str, *, at_ms: int, events: int = 1, rejected: int = 0) -> None:
    sources.note(name, format_name="jma", events=events, rejected=rejected, at_ms=at_ms)


def test_a_feed_that_never_gave_an_event_has_no_good_time() -> None:
    sources = Sources()
    note(sources, "jma", at_ms=5, events=0, rejected=1)
    assert sources.list_all()[0].last_good_ms is None


def test_a_bad_document_does_not_renew_the_good_time() -> None:
    sources = Sources()
    note(sources, "jma", at_ms=5, events=2)
    note(sources, "jma", at_ms=9, events=0, rejected=1)
    (state,) = sources.list_all()
    assert (state.heard_ms, state.last_good_ms) == (9, 5)
    assert (state.documents, state.events, state.rejected) == (2, 2, 1)


def test_of_endless_names_the_longest_silent_is_forgotten() -> None:
    sources = Sources()
    for number in range(KEPT + 1):
        note(sources, f"s{number}", at_ms=number)
        note(sources, "s0", at_ms=number)
    names = {state.source for state in sources.list_all()}
    assert len(names) == KEPT
    assert "s0" in names
    assert "s1" not in names
