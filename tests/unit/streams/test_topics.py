"""The manifest: every topic safe, owned, and as the worker's tables need it."""

from dataclasses import replace

import pytest

from streams import topics
from streams.broker import ManifestMismatchError
from streams.broker_admin import check_manifest
from streams.topics import DAY_MS, MANIFEST, MAX_RETENTION_MS, Cleanup, DataClass, Topic, dead_letters
from streams.world import World


def _is_events(topic: Topic) -> bool:
    return topic.cleanup is Cleanup.EVENTS


@pytest.mark.parametrize("topic", MANIFEST, ids=lambda t: t.name)
def test_each_topic_says_who_writes_it_what_its_key_is_and_how_long_it_is_kept(topic: Topic) -> None:
    assert topic.writers
    assert topic.key
    assert (topic.retention_ms is not None) == _is_events(topic)
    assert topic.config()["cleanup.policy"] == topic.cleanup


@pytest.mark.parametrize(
    "topic", [t for t in MANIFEST if t.data_class in MAX_RETENTION_MS], ids=lambda t: t.name
)
def test_nothing_about_persons_is_kept_longer_than_its_class_allows(topic: Topic) -> None:
    if _is_events(topic):
        assert topic.retention_ms is not None
        assert topic.retention_ms <= MAX_RETENTION_MS[topic.data_class]
        with pytest.raises(ManifestMismatchError, match=topic.name):
            check_manifest([replace(topic, retention_ms=MAX_RETENTION_MS[topic.data_class] + 1)])


@pytest.mark.parametrize("data_class", MAX_RETENTION_MS)
def test_a_sensitive_event_topic_without_a_limit_is_refused(data_class: DataClass) -> None:
    with pytest.raises(ManifestMismatchError, match="None"):
        check_manifest([replace(topics.POSITIONS, data_class=data_class, retention_ms=None)])


def test_dead_letters_have_the_class_of_what_they_could_not_be() -> None:
    by_name = {t.name: t for t in MANIFEST}
    for topic in MANIFEST:
        letters = by_name.get(f"{topic.name}.dlq")
        assert (letters is not None) == topic.has_dead_letters
        if letters is not None:
            assert letters == dead_letters(topic)
            assert letters.data_class is topic.data_class


def test_every_event_topic_has_dead_letters() -> None:
    for topic in MANIFEST:
        if _is_events(topic) and not topic.name.endswith(".dlq"):
            assert topic.has_dead_letters


def test_dead_letters_of_positions_are_kept_no_longer_than_personal_data_may() -> None:
    assert dead_letters(topics.POSITIONS).retention_ms == 7 * DAY_MS
    assert dead_letters(topics.TELEGRAMS).retention_ms == 14 * DAY_MS


def test_names_are_unique_and_worlds_never_share_one() -> None:
    names = {t.full_name(world) for t in MANIFEST for world in World}
    assert len(names) == 2 * len(MANIFEST)


def test_what_the_view_may_read_is_public_or_de_identified() -> None:
    for topic in MANIFEST:
        if "view" in topic.readers:
            assert topic.data_class in {DataClass.PUBLIC, DataClass.DEIDENTIFIED}
