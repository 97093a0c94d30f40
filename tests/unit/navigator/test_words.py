"""One catalogue: every language says the same things, with the same arguments."""

from typing import get_args

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from services.navigator.models import Language
from services.navigator.words import FOLDER, LOCALES, say

ANYTHING = {
    "street": "", "name": "第一小学校", "hazards": ("flood", "storm_surge"), "direction": "north",
    "minutes": 3, "percent": 40, "metres": 1200, "count": 1, "closures": "c1",
    "what": ("incline", "kerb"), "party": 2, "former": "第二小学校", "sources": ("気象庁", "道路課"),
}  # fmt: skip


class Arguments(Visitor):
    """Names of the variables in a message."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802
        self.names.add(node.id.name)


def catalogue(language: str) -> dict[str, frozenset[str]]:
    """Keys with the names of their arguments."""
    found = {}
    for entry in FluentParser().parse((FOLDER / f"{language}.ftl").read_text(encoding="utf-8")).body:
        assert not isinstance(entry, ast.Junk), entry.content
        if isinstance(entry, ast.Message):
            assert entry.id.name not in found, f"{language}: {entry.id.name} stands twice"
            arguments = Arguments()
            arguments.visit(entry)
            found[entry.id.name] = frozenset(arguments.names)
    return found


def test_there_is_a_file_for_each_language_and_no_other() -> None:
    assert set(get_args(Language)) == set(LOCALES) == {f.stem for f in FOLDER.glob("*.ftl")}


@pytest.mark.parametrize("language", LOCALES)
def test_every_key_is_there_with_the_same_arguments(language: str) -> None:
    assert catalogue(language) == catalogue("ja")


@pytest.mark.parametrize("language", LOCALES)
def test_every_sentence_can_be_said_as_plain_text(language: str) -> None:
    for key, names in catalogue(language).items():
        text = say(key, language, **{name: ANYTHING[name] for name in names})
        assert text
        assert "{" not in text
        assert not {"\u2068", "\u2069"} & set(text), "marks for mixed directions have no place in plain text"


def test_hazards_directions_and_streets_without_a_name_are_put_into_words() -> None:
    assert say("why-suits", "ja", hazards=("flood", "tsunami")).startswith("洪水・津波のとき")
    assert say("why-suits", "en", hazards=("flood", "tsunami")).endswith("flood, tsunami.")
    assert (
        say("warn-far", "ko", metres=300, direction="northwest")
        == "가장 가까운 길은 북서쪽으로 300m 떨어져 있습니다."
    )
    assert say("depart", "vi", street="") == "Đi theo con đường"
    assert say("warn-unplaced", "en", count=1) == "One closure has no known place."
    assert say("warn-unplaced", "en", count=3) == "3 closures have no known place."


@pytest.mark.parametrize(("key", "arguments"), [("no-such-key", {}), ("arrive", {})])
def test_what_cannot_be_said_is_an_error(key: str, arguments: dict[str, str]) -> None:
    with pytest.raises(LookupError):
        say(key, "en", **arguments)
