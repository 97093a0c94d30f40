"""Candidates for a place without coordinates: scored, reasoned, never placed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.adapters.document import Document
from streams.events.shelters import SiteReport
from streams.repair.candidates import Candidate, Places, Unplaced, find_candidates
from streams.repair.unplaced import list_unplaced
from streams.repair.words import Address, address_likeness, name_likeness, plain_address
from tests.unit.streams.given import site


def known(
    ident: str, name: str, address: str = "", *, municipality: str = "04202", lat: float = 38.4
) -> SiteReport:
    return site(id=ident, name=name, address=address, municipality=municipality, lat=lat)


def candidates(
    name: str, address: str = "", *sites: SiteReport, ident: str = "", municipality: str = "04202"
) -> list[Candidate]:
    unplaced = Unplaced(id=ident, name=name, address=address, municipality=municipality)
    return list(find_candidates(unplaced, Places(sites)))


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("宮城県石巻市泉町一丁目1番2号", Address("泉町", (1, 1, 2))),
        ("泉町1-1-2", Address("泉町", (1, 1, 2))),
        ("泉町１ー１ー２", Address("泉町", (1, 1, 2))),
        ("蛇田字新金沼 20番地の1", Address("蛇田新金沼", (20, 1))),
        ("宮城県石巻市羽黒町１－３地内", Address("羽黒町", (1, 3))),
        ("大阪府大阪市北区中之島二十五丁目", Address("中之島", (25,))),
        ("大字真野", Address("真野", ())),
        ("", Address("", ())),
    ],
)
def test_an_address_is_its_town_and_its_numbers(written: str, plain: Address) -> None:
    assert plain_address(written) == plain


@pytest.mark.parametrize(
    ("first", "second", "likeness"),
    [
        ("泉町一丁目1番2号", "宮城県石巻市泉町1-1-2", 1.0),
        ("泉町一丁目1番2号", "泉町1-1-9", 0.8),
        ("泉町一丁目", "泉町1-1-9", 0.6),
        ("泉町", "泉町", 0.4),
        ("泉町1", "山下町1", 0.0),
        ("", "泉町1", 0.0),
    ],
)
def test_addresses_are_alike_as_far_as_their_numbers_agree(first: str, second: str, likeness: float) -> None:
    assert address_likeness(first, second) == pytest.approx(likeness)
    assert address_likeness(second, first) == pytest.approx(likeness)


@pytest.mark.parametrize(
    ("first", "second"),
    [("門脇中学校", "旧門脇中学校"), ("宮城県石巻高等学校", "石巻高等学校"), ("市立湊小学校", "湊小学校"), ("鮎川集会所（旧牡鹿保健センター）", "鮎川集会所"), ("山下　小学校", "山下小学校")],
)  # fmt: skip
def test_names_that_differ_in_founder_brackets_or_blanks_are_the_same(first: str, second: str) -> None:
    assert name_likeness(first, second) == 1


@given(st.text(max_size=12), st.text(max_size=12))
def test_likeness_is_symmetric_and_between_0_and_1(first: str, second: str) -> None:
    for likeness in (name_likeness, address_likeness):
        assert 0 <= likeness(first, second) == likeness(second, first) <= 1


def test_the_same_name_at_the_same_address_comes_first_and_says_why() -> None:
    sites = (known("a", "湊中学校", "大門町4-1-1"), known("b", "湊小学校", "吉野町1-3-21", lat=38.5))
    first, *others = candidates("湊小学校", "吉野町一丁目3番21号", *sites)
    assert (first.id, first.lat, first.score, first.reasons) == (
        "b",
        38.5,
        0.98,
        ("same-name", "same-address"),
    )
    assert all(other.score < 0.7 for other in others)


def test_the_same_name_in_another_town_is_doubted() -> None:
    near, far = known("near", "中央公園", "泉町2"), known("far", "中央公園", "山下町1", lat=38.5)
    found = candidates("中央公園", "泉町一丁目", near, far)
    assert [(c.id, c.score) for c in found] == [("near", 0.91), ("far", 0.63)]
    assert "other-town" in found[1].reasons


def test_a_place_renamed_is_found_by_its_address() -> None:
    (found,) = candidates(
        "市立女子高等学校", "日和が丘二丁目11番8号", known("a", "桜坂高等学校", "日和が丘2-11-8")
    )
    assert "same-address" in found.reasons
    assert found.score >= 0.8


def test_an_id_alone_is_a_candidate_and_no_certainty() -> None:
    (found,) = candidates("別の名前", "", known("E1", "元の名前の施設"), ident="E1")
    assert ("same-id" in found.reasons, found.score) == (True, 0.7)


def test_a_place_of_another_municipality_is_none() -> None:
    assert candidates("湊小学校", "", known("a", "湊小学校", municipality="99101")) == []
    assert len(candidates("湊小学校", "", known("a", "湊小学校", municipality="99101"), municipality="")) == 1
    assert len(candidates("湊小学校", "", known("a", "湊小学校", municipality=""))) == 1


def test_one_place_in_two_lists_is_one_candidate() -> None:
    assert len(candidates("湊小学校", "", known("E1", "湊小学校"), known("E2", "湊小学校"))) == 1


def test_nothing_alike_gives_no_candidate() -> None:
    assert candidates("泊老人憩の家", "", known("a", "湊小学校")) == []


@given(
    st.permutations(
        [known("a", "湊小学校"), known("b", "湊小学校", lat=38.5), known("c", "湊第二小学校", lat=38.6)]
    )
)
def test_the_order_of_the_lists_changes_nothing(sites: list[SiteReport]) -> None:
    assert [c.id for c in candidates("湊小学校", "", *sites)] == ["a", "b"]


def test_lines_without_coordinates_are_listed_with_what_they_say() -> None:
    rows = "ID,名称,緯度,経度,所在地_連結表記,全国地方公共団体コード\n1,北小学校,,,泉町1,042021\n2,南小学校,38.4,141.3,,\n3,西小学校,984,141.3,,\n,東小学校,,,,\n5,,,,,\n"
    found = list(list_unplaced(Document(rows.encode()), municipality="99101"))
    assert [(u.id, u.name, u.address, u.municipality, u.place) for u in found] == [
        ("04202-1", "北小学校", "泉町1", "04202", "line 2"),
        ("99101-3", "西小学校", "", "99101", "line 4"),
        ("", "東小学校", "", "99101", "line 5"),
    ]
