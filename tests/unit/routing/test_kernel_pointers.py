"""Columns by their addresses, in a compiled loop and in one that is not."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from numba import njit

from routing.kernels.pointers import Table, column, column_of_rows, table_of


class Kinds(NamedTuple):
    """One column of each kind that loops read."""

    whole: npt.NDArray[np.int32]
    real: npt.NDArray[np.float64]
    flag: npt.NDArray[np.bool_]
    rows: npt.NDArray[np.int64]


def drawn() -> Kinds:
    return Kinds(
        np.array([3, -1, 2**31 - 1], np.int32),
        np.array([0.5, np.nan, -1e300, 4]),
        np.array([True, False]),
        np.arange(6, dtype=np.int64).reshape(2, 3),
    )


def read(table: Table) -> tuple[Any, ...]:
    return (
        column(table, 0, np.int32),
        column(table, 1, np.float64),
        column(table, 2, np.bool_),
        column_of_rows(table, 3, np.int64, 3),
    )


def write(table: Table) -> None:
    column(table, 0, np.int32)[1] = 7
    column_of_rows(table, 3, np.int64, 3)[1, 2] = 8


WAYS = pytest.mark.parametrize("form", [lambda loop: loop, njit], ids=["as it is", "compiled"])
Form = Callable[[Callable[[Table], Any]], Callable[[Table], Any]]


@WAYS
def test_a_loop_reads_the_columns_of_a_table(form: Form) -> None:
    columns = drawn()
    for got, expected in zip(form(read)(table_of(columns)), columns, strict=True):
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got, expected)


@WAYS
def test_what_a_loop_writes_is_in_the_columns(form: Form) -> None:
    columns = drawn()
    form(write)(table_of(columns))
    assert columns.whole.tolist() == [3, 7, 2**31 - 1]
    assert columns.rows.tolist() == [[0, 1, 2], [3, 4, 8]]


@pytest.mark.parametrize(
    "real", [np.zeros(3, np.float32), np.zeros(6)[::2]], ids=["of another kind", "not in one piece"]
)
def test_no_loop_is_given_the_address_of_another_column_than_it_reads(real: npt.NDArray[np.float64]) -> None:
    with pytest.raises(TypeError, match="column real: expected float64 in one piece, not float"):
        table_of(drawn()._replace(real=real))
