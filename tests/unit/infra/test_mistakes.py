"""The mistakes that `infra/mutate.py` makes, and its list of those that are none."""

import sys
import tomllib
from pathlib import Path

import pytest

INFRA = Path(__file__).resolve().parents[3] / "infra"
KERNELS = INFRA.parent / "routing" / "kernels"
LOOP = '''
@njit(cache=True)
def reach(n, limit, table):
    """Text is left alone."""
    while n < limit - 1:
        n += 2
        if n == 5 and limit > 0:
            continue
        if table[n]:
            n -= 1
    return min(n, limit)
'''


@pytest.fixture(autouse=True)
def infra_is_importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(INFRA), *sys.path])


def names_of(source: str) -> list[str]:
    from mistakes import list_mutants

    return [mutant.name for mutant in list_mutants(source)]


def test_each_comparison_sign_number_and_statement_of_a_function_is_mistaken_once() -> None:
    assert names_of(LOOP) == [
        "reach: while n < limit - 1 => while n <= limit - 1",
        "reach: while n < limit - 1 => while n >= limit - 1",
        "reach: while n < limit - 1 => while n < limit + 1",
        "reach: while n < limit - 1 => while n < limit - 2",
        "reach: n += 2 => n -= 2",
        "reach: n += 2 => pass",
        "reach: n += 2 => n += 3",
        "reach: if n == 5 and limit > 0 => if n == 5 or limit > 0",
        "reach: if n == 5 and limit > 0 => if n != 5 and limit > 0",
        "reach: if n == 5 and limit > 0 => if n == 6 and limit > 0",
        "reach: if n == 5 and limit > 0 => if n == 5 and limit >= 0",
        "reach: if n == 5 and limit > 0 => if n == 5 and limit <= 0",
        "reach: if n == 5 and limit > 0 => if n == 5 and limit > 1",
        "reach: continue => pass",
        "reach: continue => break",
        "reach: if table[n] => if not table[n]",
        "reach: n -= 1 => n += 1",
        "reach: n -= 1 => pass",
        "reach: n -= 1 => n -= 2",
        "reach: return min(n, limit) => pass",
        "reach: return min(n, limit) => return max(n, limit)",
    ]


def test_a_mutant_has_one_mistake_and_is_otherwise_as_before() -> None:
    from mistakes import list_mutants

    for mutant in list_mutants(LOOP):
        right, wrong = mutant.name.removeprefix("reach: ").split(" => ")
        plain = next(m for m in list_mutants(LOOP) if m is not mutant and wrong not in LOOP)
        assert plain.source.count("\n") == mutant.source.count("\n")
        assert wrong in mutant.source
        assert mutant.source.count(right) == LOOP.count(right) - 1


@pytest.mark.parametrize("file", sorted((INFRA / "mutants").iterdir()), ids=lambda file: file.stem)
def test_every_listed_mistake_can_still_be_made(file: Path) -> None:
    made = set(names_of((KERNELS / f"{file.stem}.py").read_text(encoding="utf-8")))
    for why, names in tomllib.loads(file.read_text(encoding="utf-8")).items():
        assert len(why) > 20, f"say why {names} are none"
        assert set(names) <= made, f"{sorted(set(names) - made)} cannot be made any more"


@pytest.mark.parametrize("file", sorted(KERNELS.glob("[a-z]*.py")), ids=lambda file: file.stem)
def test_every_loop_has_quick_tests_of_its_own(file: Path) -> None:
    tests = Path(__file__).parents[1] / "routing" / f"test_kernel_{file.stem}.py"
    assert tests.exists() or not names_of(file.read_text(encoding="utf-8"))
