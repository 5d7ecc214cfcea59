"""Asking memory for a row before it is needed: what numba has no word for.

A loop that jumps from row to row spends most of its time waiting for memory, one row after the other. A row
that is asked for some steps earlier is there when its turn comes. Nothing is read, so any row may be asked
for, and no answer depends on it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

_FOR_READING, _SOON_AGAIN, _DATA = 0, 3, 1


def _fetched(typing: Any, table: Any, row: Any) -> Any:
    """The types of the call, and what makes its instruction: as numba asks of an intrinsic."""

    def made(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, args[0])
        stride = builder.extract_value(array.strides, 0)
        begin = builder.ptrtoint(array.data, ir.IntType(64))
        where = builder.inttoptr(builder.add(begin, builder.mul(args[1], stride)), ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [where.type, number, number, number])
        fetch = builder.module.declare_intrinsic("llvm.prefetch", [where.type], kind)
        builder.call(fetch, [where, number(_FOR_READING), number(_SOON_AGAIN), number(_DATA)])
        return context.get_dummy_value()

    return types.void(table, types.int64), made


ask_for = cast(Callable[[NDArray[Any], Any], None], intrinsic(_fetched))
"""Has the processor fetch where `table[row]` begins, and goes on without waiting."""
