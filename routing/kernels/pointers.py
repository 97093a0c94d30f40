"""Columns by their addresses: a loop takes one table of them where forty arrays would cost more than the answer. Not for columns of one call.

A loop that takes arrays looks at each before it begins, some tenth of a microsecond apiece. Whoever makes a table keeps the columns alive
and where they are for as long as anybody may call with it.
"""

from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload
from numba.np.numpy_support import carray

Table = npt.NDArray[np.uint64]
"""uint64[columns, 2]: address and length of each, in the order of the tuple that it was made from."""


def table_of(columns: NamedTuple) -> Table:
    """The addresses of the columns.

    Raises:
        TypeError: a column is not what its tuple says, or does not lie in one piece; a loop would read past it.
    """
    for (name, expected), column in zip(_kinds(type(columns)), columns, strict=True):
        if column.dtype != expected or not column.flags.c_contiguous:
            raise TypeError(f"column {name}: expected {expected} in one piece, not {column.dtype}")
    return np.array([(column.__array_interface__["data"][0], len(column)) for column in columns], np.uint64)


@cache
def _kinds(form: type[NamedTuple]) -> tuple[tuple[str, np.dtype[Any]], ...]:
    """(name, kind) of each column, as the tuple's annotations say."""
    return tuple(
        (name, np.dtype(get_args(get_args(kind)[1])[0])) for name, kind in form.__annotations__.items()
    )


@intrinsic
def _pointer(_typing: Any, address: Any) -> Any:
    """An address as what `numba.carray` takes."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate


def column(table, row, kind):
    """One column within a loop; kind: its numpy type. It becomes part of whatever calls it."""
    return _array_at(table[row], (int(table[row, 1]),), kind)


def column_of_rows(table, row, kind, width):
    """The same of rows of `width`."""
    return _array_at(table[row], (int(table[row, 1]), width), kind)


def _array_at(entry, shape, kind):
    """The interpreter's form of both: loops need not be compiled."""
    place = {"version": 3, "data": (int(entry[0]), False), "shape": shape, "typestr": np.dtype(kind).str}
    return np.asarray(SimpleNamespace(__array_interface__=place))


def _compiled_column(table, row, kind):
    return carray(_pointer(table[row, 0]), np.intp(table[row, 1]), kind)


def _compiled_rows(table, row, kind, width):
    return carray(_pointer(table[row, 0]), (np.intp(table[row, 1]), np.intp(width)), kind)


overload(column, strict=False)(lambda *_: _compiled_column)
overload(column_of_rows, strict=False)(lambda *_: _compiled_rows)
