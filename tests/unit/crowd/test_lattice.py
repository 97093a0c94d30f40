"""Where a position lies: always H3's own answer, also at pentagons, on the icosahedron's edges and on cell borders."""

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.crowd.kernels import FORGET, INVALID
from streams.crowd.lattice import Lattice, faces
from streams.crowd.place_kernels import sine_and_cosine


def assert_as_h3(lattice: Lattice, lat: np.ndarray, lon: np.ndarray) -> None:
    """Twice: the first time H3 is asked, the second time the lattice knows."""
    lat, lon = np.clip(lat, -90, 90).astype("f4"), ((lon + 180) % 360 - 180).astype("f4")
    expected = [h3.latlng_to_cell(float(a), float(o), 9) for a, o in zip(lat, lon, strict=True)]
    for _ in range(2):
        number = lattice.locate(lat, lon)
        assert lattice.cells[number].tolist() == expected


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.floats(-89.9, 89.9), st.floats(-180, 180), st.sampled_from([0.001, 0.05, 5])
)
def test_anywhere_on_earth_the_answer_is_h3s(seed: int, lat: float, lon: float, spread: float) -> None:
    random = np.random.default_rng(seed)
    assert_as_h3(Lattice(), lat + random.normal(0, spread, 300), lon + random.normal(0, spread, 300))


def test_around_each_pentagon_the_answer_is_h3s() -> None:
    random, lattice = np.random.default_rng(3), Lattice()
    for pentagon in h3.get_pentagons(9):
        lat, lon = h3.cell_to_latlng(pentagon)
        for spread in (0.0005, 0.01, 1):
            assert_as_h3(lattice, lat + random.normal(0, spread, 500), lon + random.normal(0, spread, 500))


def test_along_each_edge_of_the_icosahedron_the_answer_is_h3s() -> None:
    random, lattice = np.random.default_rng(4), Lattice()
    centres = faces()[:, 0]
    edges = [(a, b) for i, a in enumerate(centres) for b in centres[:i] if a @ b > 0.7]
    assert len(edges) == 30
    for a, b in edges:
        x, y, z = (a + b) / np.linalg.norm(a + b)
        lat, lon = np.degrees(np.arcsin(z)), np.degrees(np.arctan2(y, x))
        assert_as_h3(lattice, lat + random.normal(0, 0.01, 1500), lon + random.normal(0, 0.01, 1500))


def test_on_corners_and_sides_of_cells_the_answer_is_h3s() -> None:
    """In double precision: in single precision no position lies so near to a border that rounding decides."""
    lattice = Lattice()
    for cell in h3.grid_disk(h3.latlng_to_cell(34.7, 135.5, 9), 8):
        corners = np.array(h3.cell_to_boundary(cell))
        sides = np.vstack([corners, (corners + np.roll(corners, 1, axis=0)) / 2])
        expected = [h3.latlng_to_cell(lat, lon, 9) for lat, lon in sides]
        for _ in range(2):
            number = lattice.locate(np.ascontiguousarray(sides[:, 0]), np.ascontiguousarray(sides[:, 1]))
            assert lattice.cells[number].tolist() == expected


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [(90.1, 0, INVALID), (0, -180.1, INVALID), (np.inf, 0, INVALID), (np.nan, 0, INVALID), (np.nan, np.nan, FORGET)],
)  # fmt: skip
def test_what_is_no_position_gets_a_code(lat: float, lon: float, code: int) -> None:
    assert Lattice().locate(np.array([lat], "f4"), np.array([lon], "f4")).tolist() == [code]


def test_a_city_once_seen_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lattice, random = Lattice(), np.random.default_rng(5)
    lat, lon = random.normal(34.7, 0.01, 50_000).astype("f4"), random.normal(135.5, 0.01, 50_000).astype("f4")
    lattice.locate(lat, lon)
    asked: list[float] = []
    ask = h3.latlng_to_cell
    monkeypatch.setattr(h3, "latlng_to_cell", lambda *a: asked.append(a[0]) or ask(*a))
    lattice.locate(lat, lon)
    assert len(asked) < 5  # only what lies within 0.3 mm of a border


def test_sine_and_cosine_are_right_to_thirteen_digits_within_a_turn() -> None:
    for angle in [*np.linspace(-np.pi, np.pi, 4001), *(np.arange(-4, 5) * np.pi / 4)]:
        assert np.allclose(sine_and_cosine(angle), (np.sin(angle), np.cos(angle)), rtol=0, atol=1e-13)


def test_people_on_two_faces_and_what_is_no_position_in_one_batch() -> None:
    osaka, sydney = np.array([[34.7, 135.5]] * 40), np.array([[-33.9, 151.2]] * 60)
    nobody = np.array([[np.nan, np.nan], [91.0, 0.0]])
    lat, lon = np.concatenate([nobody, osaka, sydney]).T.astype("f4")
    lattice = Lattice()
    for _ in range(2):
        number = lattice.locate(lat, lon)
        assert number[:2].tolist() == [FORGET, INVALID]
        assert {
            h3.latlng_to_cell(float(a), float(o), 9) for a, o in zip(lat[2:], lon[2:], strict=True)
        } == set(lattice.cells[number[2:]].tolist())
        lat, lon = lat[:42], lon[:42]  # now all of them are where fewer were before
