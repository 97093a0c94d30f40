"""The made-up city keeps what the issue promises of it."""

from routing.build.synthetic import make_city
from services.drill.city import City
from streams.events.base import SITE_HAZARDS
from streams.events.shelters import Layer


def test_the_city_is_the_same_each_time_it_is_drawn() -> None:
    one, other = make_city(), make_city()
    assert one.places == other.places
    assert one.areas == other.areas
    assert one.zones == other.zones
    assert (one.network.node_lat == other.network.node_lat).all()
    assert (one.network.link_way == other.network.link_way).all()


def test_it_has_sixty_places_with_capacity_and_every_flag_on_some_but_not_on_all(city: City) -> None:
    assert len(city.places) == 60
    assert {p.layer for p in city.places} == {Layer.SITE, Layer.SHELTER}
    assert all(p.capacity for p in city.places)
    sites = [p for p in city.places if p.layer is Layer.SITE]
    for hazard in SITE_HAZARDS:
        assert any(hazard in p.suits for p in sites), hazard
        if hazard.value != "earthquake":
            assert any(hazard in p.unsuited for p in sites), hazard


def test_its_municipalities_have_codes_that_no_prefecture_has(city: City) -> None:
    assert [m.code for m in city.municipalities] == ["99101", "99102", "99103"]
    assert {p.municipality for p in city.places} == {"99101", "99102", "99103"}


def test_it_has_about_twenty_thousand_crossings(city: City) -> None:
    assert 19_000 <= city.ground.network.node_count <= 21_000
