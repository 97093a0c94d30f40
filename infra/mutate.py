"""Makes each small mistake in the kernels and asks whether a quick test notices: `python infra/mutate.py [KERNEL ...] [--progress]`.

Not compiled, so that a mistake costs a second: each is tried in a child of this process, which has the libraries loaded. `mutants/KERNEL.toml`
lists mistakes that are none, each with the reason: the loop does the same by other means, or only slower. Ends with 1 when another
mistake goes unnoticed, or when the list names one that a test notices or that cannot be made any more.
"""

import argparse
import importlib
import os
import resource
import signal
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

os.environ["NUMBA_DISABLE_JIT"] = "1"  # before anything imports numba
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # most of a child's time, otherwise

from mistakes import Mutant, list_mutants

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "routing" / "kernels"
LISTED = Path(__file__).with_name("mutants")
TESTS = Path("tests/unit/routing")
KERNELS = sorted(file.stem for file in FOLDER.glob("[a-z]*.py"))
LIBRARIES = ("routing", "hypothesis", "hypothesis.strategies", "hypothesis.stateful", "pytest")
"""Loaded once, before any child. A child forgets our own modules and loads them again, so that all of them use the wrong kernel."""
QUIET = (
    "-x",
    "-q",
    "-o",
    "addopts=--import-mode=importlib",
    "-W",
    "ignore::pytest.PytestConfigWarning",
    "--assert=plain",
    "--noconftest",
    "-p",
    "no:cacheprovider",
    "-p",
    "_hypothesis_pytestplugin",
    "-p",
    "no:unraisableexception",
    "-m",
    "not long",
    "--hypothesis-seed=0",
)
PATIENCE = 2
"""A mistake that takes the tests so many times longer is noticed: most likely a loop does not end. Counted in processor time."""
MEMORY_BYTES = 4 << 30
"""What a child may ask for: a wrong size is noticed before this machine has nothing left."""


class _Wrong(MetaPathFinder, Loader):
    """Gives one module another source."""

    def __init__(self, module: str, source: str) -> None:
        self.module, self.source = module, source

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        return ModuleSpec(fullname, self) if fullname == self.module else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.source, module.__name__, "exec"), module.__dict__)  # noqa: S102 - a mutant of our own source


@dataclass(frozen=True)
class Verdict:
    """How one mistake fared."""

    mutant: Mutant
    noticed: bool


def tests_of(kernel: str) -> Path:
    """The quick tests that must notice any mistake in a kernel."""
    return TESTS / f"test_kernel_{kernel}.py"


def start(kernel: str, source: str, limit_s: float) -> int:
    """Begins the tests of a kernel in a child, as if the kernel had this source; its process id."""
    child = os.fork()
    if child:
        return child
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        signal.setitimer(signal.ITIMER_PROF, limit_s)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        for name in [name for name in sys.modules if name.partition(".")[0] == "routing"]:
            del sys.modules[name]
        sys.meta_path.insert(0, _Wrong(f"routing.kernels.{kernel}", source))
        pytest = importlib.import_module("pytest")
        os._exit(int(pytest.main([*QUIET, str(tests_of(kernel))])))
    finally:
        os._exit(1)


def await_one() -> tuple[int, bool, float]:
    """(process id, whether its tests passed, seconds of processor time) of the next child that ends."""
    child, status, usage = os.wait4(-1, 0)
    return child, status == 0, usage.ru_utime + usage.ru_stime


def try_all(kernel: str, source: str, mutants: Sequence[Mutant], jobs: int) -> Iterator[Verdict]:
    """Each mistake in a kernel, and whether it was noticed, as they end.

    Raises:
        SystemExit: the tests fail as it is; then they would notice anything.
    """
    start(kernel, source, 600)
    _, passed, seconds = await_one()
    if not passed:
        raise SystemExit(
            f"mio: {tests_of(kernel)} fails before any mistake is made: mend it first\n"
            f"  NUMBA_DISABLE_JIT=1 .venv/bin/pytest {' '.join(QUIET)} {tests_of(kernel)}"
        )
    limit_s = 1 + PATIENCE * seconds
    running: dict[int, Mutant] = {}
    for mutant in mutants:
        if len(running) == jobs:
            yield _verdict(running)
        running[start(kernel, mutant.source, limit_s)] = mutant
    while running:
        yield _verdict(running)


def _verdict(running: dict[int, Mutant]) -> Verdict:
    child, passed, _ = await_one()
    return Verdict(running.pop(child), not passed)


def read_list(kernel: str) -> dict[str, str]:
    """Mistakes that are none, and why."""
    file = LISTED / f"{kernel}.toml"
    listed = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {name: why for why, names in listed.items() for name in names}


def check(kernel: str, jobs: int, lines: range, *, progress: bool) -> list[str]:
    """What is wrong with the tests of a kernel, or with the list."""
    if not (ROOT / tests_of(kernel)).exists():
        print(f"mio: {kernel}: nothing would be noticed: there is no {tests_of(kernel)}", flush=True)
        return [kernel]
    source = (FOLDER / f"{kernel}.py").read_text(encoding="utf-8")
    mutants = [mutant for mutant in list_mutants(source) if mutant.line in lines]
    known, wrong, noticed, began = read_list(kernel), [], 0, time.perf_counter()
    for count, verdict in enumerate(try_all(kernel, source, mutants, jobs), start=1):
        noticed += verdict.noticed
        is_known = known.pop(verdict.mutant.name, None) is not None
        if verdict.noticed == is_known:
            what = f"is in {kernel}.toml, but noticed" if is_known else "is not noticed"
            wrong.append(f"{kernel}.py:{verdict.mutant.line}: {verdict.mutant.name}: {what}")
            print(wrong[-1], flush=True)
        if progress and count % 20 == 0:
            seconds = time.perf_counter() - began
            print(f"mio: {kernel}: {count} of {len(mutants)} ({seconds:.0f} s)", file=sys.stderr, flush=True)
    if lines == EVERYWHERE:
        wrong += [f"{kernel}.py: {name}: is in {kernel}.toml, but cannot be made" for name in known]
    print(
        f"mio: {kernel}: {len(mutants)} mistakes, {noticed} noticed, {len(mutants) - noticed} not, "
        f"{len(wrong)} to look at ({time.perf_counter() - began:.0f} s)",
        flush=True,
    )
    return wrong


def _let_hypothesis_be_quick() -> None:
    """The first example that fails is enough: no smaller one is looked for, and none is remembered."""
    hypothesis = importlib.import_module("hypothesis")
    phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
    hypothesis.settings.register_profile("mutants", phases=phases, database=None)
    hypothesis.settings.load_profile("mutants")


EVERYWHERE = range(1, sys.maxsize)


def main(arguments: Sequence[str]) -> int:
    """Ends with 1 when there is anything to look at."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kernels", nargs="*", default=KERNELS, choices=KERNELS, metavar="KERNEL")
    parser.add_argument("--jobs", type=int, default=1, help="children at a time")
    parser.add_argument("--lines", default="", metavar="FIRST-LAST", help="only mistakes in these lines")
    parser.add_argument("--progress", action="store_true", help="say how far it is")
    chosen = parser.parse_args(arguments)
    lines = EVERYWHERE
    if chosen.lines:
        first, last = chosen.lines.split("-")
        lines = range(int(first), int(last) + 1)
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    for library in LIBRARIES:
        importlib.import_module(library)
    _let_hypothesis_be_quick()
    wrong = [
        line
        for kernel in chosen.kernels
        for line in check(kernel, chosen.jobs, lines, progress=chosen.progress)
    ]
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
