"""How a source is: contacts in, times and trouble out; its silence follows from the time."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from streams.events.sources import Says, SourceHealth, Trouble
from streams.folds.sources import Contact, Outcome, declare, find_silence, fold_contact, list_silences

ROADS = SourceHealth(
    id="roads", name="道路課", kind="pull", says=(Says.CLOSURES,), contact="tel:0", declared_ms=1_000, expected_s=60
)  # fmt: skip
CONTACTS = st.lists(
    st.builds(Contact, at_ms=st.integers(1_000, 500_000), outcome=st.sampled_from(Outcome)), max_size=12
)


def after(*contacts: Contact, source: SourceHealth = ROADS) -> SourceHealth:
    for contact in contacts:
        source = fold_contact(source, contact)
    return source


def test_a_source_that_says_nothing_new_is_heard_all_the_same() -> None:
    state = after(Contact(2_000, Outcome.NEWS), Contact(9_000, Outcome.SAME))
    assert (state.heard_ms, state.news_ms) == (9_000, 2_000)


def test_trouble_lasts_from_its_first_failure_to_the_next_good_contact() -> None:
    bad = (Contact(3_000, Outcome.FAILED, "503"), Contact(4_000, Outcome.REFUSED, "no XML"))
    state = after(Contact(2_000, Outcome.NEWS), *bad)
    assert (state.trouble, state.trouble_since_ms, state.detail) == (Trouble.REFUSED, 3_000, "no XML")
    assert state.heard_ms == 2_000
    well = after(Contact(5_000, Outcome.SAME), source=state)
    assert (well.trouble, well.trouble_since_ms, well.detail) == (None, None, "")


def test_it_is_silent_only_when_it_was_heard_longer_ago_than_expected() -> None:
    state = after(Contact(2_000, Outcome.NEWS))
    assert find_silence(state, 62_000) is None
    silence = find_silence(state, 62_001)
    assert silence is not None
    assert silence.since_ms == 2_000


def test_one_that_was_never_heard_is_silent_since_an_unknown_time() -> None:
    assert find_silence(ROADS, 61_000) is None
    silence = find_silence(ROADS, 61_001)
    assert silence is not None
    assert silence.since_ms is None


def test_one_that_answers_and_has_nothing_new_for_too_long_is_silent_since_its_last_news() -> None:
    source = msgspec.structs.replace(ROADS, expected_s=600, news_s=60)
    state = after(Contact(2_000, Outcome.NEWS), Contact(90_000, Outcome.SAME), source=source)
    silence = find_silence(state, 90_001)
    assert silence is not None
    assert silence.since_ms == 2_000


def test_one_without_a_rhythm_is_never_silent() -> None:
    free = msgspec.structs.replace(ROADS, expected_s=None)
    assert find_silence(free, 10**12) is None
    assert list_silences([free, ROADS], 10**12)[0].source == ROADS


def test_a_restart_keeps_the_times_and_takes_what_is_declared_now() -> None:
    known = after(Contact(2_000, Outcome.NEWS), Contact(3_000, Outcome.FAILED, "503"))
    anew = msgspec.structs.replace(ROADS, name="新しい名", expected_s=5, declared_ms=9_000)
    assert declare(None, anew) == anew
    assert declare(known, anew) == msgspec.structs.replace(known, name="新しい名", expected_s=5)


@given(CONTACTS)
def test_times_never_go_back_and_only_good_contacts_are_heard(contacts: list[Contact]) -> None:
    state = after(*contacts)
    good = [c.at_ms for c in contacts if c.outcome in {Outcome.NEWS, Outcome.SAME}]
    news = [c.at_ms for c in contacts if c.outcome is Outcome.NEWS]
    assert (state.heard_ms, state.news_ms) == (max(good, default=None), max(news, default=None))
    assert (state.trouble is None) == (not contacts or contacts[-1].outcome in {Outcome.NEWS, Outcome.SAME})
