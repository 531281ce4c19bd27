"""Aggregates over parts of a table as aggregates over all of it: one pass for all."""

from __future__ import annotations

from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir

_DIVISIONS = (ops.Divide, ops.FloorDivide, ops.Modulus)
_WITHOUT_NULLS = (ops.Sum, ops.Min, ops.Max)
_APART = (ops.WindowFunction, ops.Analytic, ops.Subquery)


def only(value: ir.Value, condition: ir.BooleanValue | None) -> ir.Value | None:
    """Let every aggregate in an expression see only the rows that meet a condition.

    A division by zero becomes null, which is what it means here: no row to divide by.

    Parameters
    ----------
    value : ibis Value
        An expression of aggregates, such as ``t.amount.sum() / t.count()``.
    condition : ibis BooleanValue or None
        Of the same table; None leaves the expression as it is.

    Returns
    -------
    ibis Value or None
        None where the expression holds something that cannot be told to look only at
        some rows, such as a window function.

    Examples
    --------
    >>> import ibis
    >>> t = ibis.memtable({"x": [1, 2, 3], "kept": [True, True, False]})
    >>> int(only(t.x.sum() + t.count(), t.kept).execute())
    5
    """
    try:
        return _rewritten(value.op(), condition).to_expr()  # type: ignore[no-any-return]
    except _CannotBeToldError:
        return None


class _CannotBeToldError(Exception):
    pass


def _rewritten(node: Any, condition: ir.BooleanValue | None) -> Any:
    if isinstance(node, tuple):
        return tuple(_rewritten(each, condition) for each in node)
    # Relations, and what is read of one row, stay as they are.
    if not isinstance(node, ops.Value) or isinstance(node, ops.Field):
        return node
    if isinstance(node, _APART):
        raise _CannotBeToldError
    if isinstance(node, ops.Reduction):
        return _seeing_only(node, condition)
    inside = (_rewritten(arg, condition) for arg in node.args)
    arguments = dict(zip(node.argnames, inside, strict=True))
    if isinstance(node, _DIVISIONS) and not _never_nought(arguments["right"]):
        # Some engines stop at a division by zero, others give NaN or infinity.
        arguments["right"] = ops.NullIf(arguments["right"], ops.Literal(0, dt.int8))
    return type(node)(**arguments)


def _never_nought(node: Any) -> bool:
    return isinstance(node, ops.Literal) and bool(node.value)


def _seeing_only(node: Any, condition: ir.BooleanValue | None) -> Any:
    # What a row is held against, such as the mean of all, must be of these rows too.
    if "where" not in node.argnames or node.find(_APART, filter=ops.Value):
        raise _CannotBeToldError
    arguments = dict(zip(node.argnames, node.args, strict=True))
    more = None if condition is None else condition.op()
    seen = [w for w in (arguments["where"], more) if w is not None]
    if not seen:
        return node
    where = seen[0] if len(seen) == 1 else ops.And(*seen)
    if isinstance(node, _WITHOUT_NULLS):
        where = _less_needless(where, arguments["arg"])
    found = type(node)(**arguments | {"where": where})
    if isinstance(node, ops.CountStar):
        # Spark sums the condition: of nothing but nulls that is null, not 0. Said once
        # a customer, since once a row would cost.
        return ops.Coalesce((found, ops.Literal(0, dt.int64)))
    return found


def _less_needless(where: Any, arg: Any) -> Any:
    """Leave out that a value is not null, where an aggregate passes over nulls."""
    if isinstance(where, ops.And) and where.right == ops.NotNull(arg):
        return where.left
    return where
