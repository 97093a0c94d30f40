"""What holds for every compiled loop."""

import ast
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from routing import kernels
from routing.kernels.grid import Spots
from routing.kernels.pointers import table_of

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


@pytest.mark.parametrize(
    "lat", [np.zeros(3, np.float32), np.zeros(6)[::2]], ids=["of another kind", "not in one piece"]
)
def test_no_loop_is_given_the_address_of_another_column_than_it_reads(lat: npt.NDArray[np.float64]) -> None:
    columns = Spots(np.zeros(3), np.zeros(3), np.zeros(3, np.int32), np.zeros(3), np.zeros(3))
    assert table_of(columns).shape == (5, 2)
    with pytest.raises(TypeError, match="column lat"):
        table_of(columns._replace(lat=lat))
