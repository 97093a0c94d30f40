"""The demo's folder begins empty each time, and nothing that a demo did not make is ever removed."""

from pathlib import Path

import pytest

from services.drill.fresh_state import make_fresh_state
from services.local.errors import StateInUseError
from services.local.locks import only_holder


def test_what_an_earlier_demo_left_is_removed_and_said_so_while_area_and_keys_stay(tmp_path: Path) -> None:
    state, said = tmp_path / "demo", []
    make_fresh_state(state, say=said.append)
    assert said == []
    for name in ("kafka/log", "area/area.json", "secrets.json", "notes.txt"):
        (state / name).parent.mkdir(exist_ok=True)
        (state / name).write_text("x")
    make_fresh_state(state, say=said.append)
    assert sorted(p.name for p in state.iterdir()) == ["area", "demo.txt", "launcher.lock", "secrets.json"]
    assert len(said) == 1
    assert "kafka, notes.txt" in said[0]


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(StateInUseError, match="--state"):
        make_fresh_state(tmp_path, say=lambda _: None)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_folder_of_a_running_demo_is_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "demo"
    make_fresh_state(state, say=lambda _: None)
    (state / "kafka").mkdir()
    with (
        only_holder(state / "launcher.lock", what="the state folder"),
        pytest.raises(StateInUseError, match="in use"),
    ):
        make_fresh_state(state, say=lambda _: None)
    assert (state / "kafka").exists()
