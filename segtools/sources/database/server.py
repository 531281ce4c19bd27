"""Ibis's PostgreSQL backend, made exact, and of use to a role that may only read."""

from __future__ import annotations

from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir
import pandas as pd
import sqlglot as sg
import sqlglot.expressions as sge
from ibis.backends.postgres import Backend
from ibis.backends.postgres.converter import PostgresPandasData
from ibis.backends.sql.compilers.postgres import PostgresCompiler


class Written(PostgresCompiler):
    """Write a small table into the query, for a role that may not create one."""

    def visit_InMemoryTable(  # noqa: N802
        self, op: ops.InMemoryTable, *, name: str, schema: Any, data: Any
    ) -> sge.Subquery:
        """Give each column as one literal array, which the server takes apart."""
        columns = []
        rows = data.to_pyarrow(schema)
        for column, kind in schema.items():
            texts = [None if v is None else str(v) for v in rows[column].to_pylist()]
            array = sge.cast(sge.Literal.string(_array(texts)), "TEXT[]")
            value = self.cast(self.f.anon.unnest(array), kind)
            columns.append(value.as_(column, quoted=self.quoted))
        return sg.select(*columns).subquery()


class Server(Backend):
    """A server whose money stays exact on its way to pandas.

    Temporary tables are kept where the role may create them. Where it may not, a
    table is the query itself, asked again at each look.
    """

    may_create = True

    def only_reads(self) -> None:
        """Do without temporary tables from now on."""
        self.may_create = False
        self.compiler = Written()

    def execute(
        self, expr: ir.Expr, /, *, params: Any = None, limit: Any = None, **kwargs: Any
    ) -> Any:
        """Do what Ibis does, which takes decimals for floats and loses their end."""
        self._run_pre_execute_hooks(expr)
        table = expr.as_table()
        query = self.compile(table, params=params, limit=limit, **kwargs)
        with self.con.cursor() as cursor, self.con.transaction():
            rows = cursor.execute(query).fetchall()
        schema = table.schema()
        frame = pd.DataFrame.from_records(rows, columns=list(schema.names))
        for name, kind in schema.items():
            holes = kind.is_integer() and frame[name].isna().any()
            if kind.is_floating() or holes:
                frame[name] = frame[name].astype("float64")
        return expr.__pandas_result__(PostgresPandasData.convert_table(frame, schema))

    def create_table(
        self, name: str, /, obj: Any = None, *, temp: bool = False, **kwargs: Any
    ) -> ir.Table:
        """Keep a table; a temporary one only where that is allowed."""
        if temp and not self.may_create and isinstance(obj, ir.Table):
            return obj
        table = super().create_table(name, obj, temp=temp, **kwargs)
        if temp and obj is not None:
            # The server looks at no temporary table by itself, and plans badly then.
            self._looked_at(name)
        return table

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        if not self.may_create:
            return
        super().create_table(op.name, schema=op.schema, temp=True)
        quoted = sg.to_identifier(op.name, quoted=True).sql("postgres")
        rows = op.data.to_pyarrow(op.schema)
        columns = [column.to_pylist() for column in rows.columns]
        with (
            self.con.cursor() as cursor,
            cursor.copy(f"COPY {quoted} FROM STDIN") as to,
        ):
            for row in zip(*columns, strict=True):
                to.write_row(row)
        self._looked_at(op.name)

    def _looked_at(self, name: str) -> None:
        quoted = sg.to_identifier(name, quoted=True).sql("postgres")
        with self.con.cursor() as cursor:
            cursor.execute(f"ANALYZE {quoted}")


def _array(texts: list[str | None]) -> str:
    """Write an array as PostgreSQL reads it.

    Examples
    --------
    >>> _array(["a", None, "b, c"])
    '{"a",NULL,"b, c"}'
    """
    return "{" + ",".join("NULL" if t is None else _element(t) for t in texts) + "}"


def _element(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
