"""What holds for every compiled loop."""

import ast
from pathlib import Path

import pytest

from routing import kernels

PARTS = {"column", "column_of_rows"}
"""No loops: three lines that say where a column lies. Whoever changes them removes what was compiled (`make clean`)."""
FILES = sorted(Path(kernels.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_loop_calls_one_of_another_file(file: Path) -> None:
    """Numba keeps what it compiled until the file of the caller changes: a changed callee elsewhere would go unnoticed."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ours = [name.name for node in imports if (node.module or "").startswith("routing") for name in node.names]
    assert [name for name in ours if not name.isupper() and name not in PARTS] == []
