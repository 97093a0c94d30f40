"""What a municipality may choose: a version that is there, and numbers that are stricter than the version's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.codec import decode, encode
from streams.events.choices import PolicyChosen, Regime
from streams.sharing.choices import fold_choice, terms_by_municipality, terms_of
from streams.sharing.versions import PolicyError, newest, read_version

NEW = read_version(newest())


def choice(at_ms: int = 0, **fields: object) -> PolicyChosen:
    return PolicyChosen(
        **{"municipality": "99101", "at_ms": at_ms, "by": "mayor", "policy": NEW.name, **fields}
    )  # type: ignore[arg-type]


def test_without_a_choice_the_versions_own_numbers_hold() -> None:
    terms = terms_of(NEW)
    assert (terms.regime, terms.fewer_than, terms.hours(3), terms.at_most_hours(3)) == (
        Regime.OPT_IN,
        10,
        6,
        72,
    )


def test_a_stricter_choice_holds_after_a_way_through_the_topic() -> None:
    said = choice(regime=Regime.OPT_OUT, fewer_than=20, hours={3: 2})
    terms = terms_of(NEW, decode(encode(said), PolicyChosen))
    assert (terms.regime, terms.fewer_than, terms.hours(3), terms.hours(6)) == (Regime.OPT_OUT, 20, 2, 24)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"fewer_than": 9}, "10 is the least"),
        ({"hours": {3: 7}}, "the bounds are 1 and 6"),
        ({"hours": {3: 0}}, "the bounds are 1 and 6"),
        ({"hours": {5: 1}}, "row 5 has no gate"),
        ({"policy": "2026-1"}, "2026-1 was chosen"),
    ],
)
def test_a_looser_choice_is_refused_with_the_bound(fields: dict[str, object], fault: str) -> None:
    with pytest.raises(PolicyError, match=fault):
        terms_of(NEW, choice(**fields))


def test_who_chose_nothing_has_the_default_and_the_newest_choice_stands() -> None:
    terms = terms_by_municipality([choice(2, fewer_than=12), choice(1, fewer_than=15)], otherwise="2026-1")
    assert (terms["99101"].fewer_than, terms["99101"].version) == (12, NEW.name)
    assert terms[""].version == "2026-1"
    with pytest.raises(PolicyError, match="1999-1"):
        terms_by_municipality([choice(policy="1999-1")], otherwise=NEW.name)
    with pytest.raises(PolicyError, match="1999-2"):
        terms_by_municipality([], otherwise="1999-2")


@given(st.permutations([choice(1), choice(2, fewer_than=11), choice(2, fewer_than=12), choice(0)]))
def test_the_order_of_choices_does_not_matter(choices: list[PolicyChosen]) -> None:
    standing: PolicyChosen | None = None
    for one in choices:
        standing = fold_choice(standing, one)
    assert standing == choice(2, fewer_than=12)
