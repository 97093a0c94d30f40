"""What holds for every compiled loop."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from routing import kernels

PARTS = {"column", "column_of_rows", "Forest", "Lines"}
"""No loops: what columns there are, and where one lies. Whoever changes them removes what was compiled (`make clean`)."""
FILES = sorted(Path(kernels.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_loop_calls_one_of_another_file(file: Path) -> None:
    """Numba keeps what it compiled until the file of the caller changes: a changed callee elsewhere would go unnoticed."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ours = [name.name for node in imports if (node.module or "").startswith("routing") for name in node.names]
    assert [name for name in ours if not name.isupper() and name not in PARTS] == []


def test_every_loop_can_be_run_as_it_is() -> None:
    """So `infra/mutate.py` makes its mistakes: not compiled."""
    load = "; ".join(f"import routing.kernels.{file.stem}" for file in FILES if file.stem != "__init__")
    check = "print(type(routing.kernels.answers.find_way).__name__)"
    done = subprocess.run(
        [sys.executable, "-c", f"{load}; {check}"],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "function"
