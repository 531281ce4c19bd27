"""The statements that bring a table of segments up to an instant, for every engine.

They are written in DuckDB's SQL, which sqlglot writes anew for the engine that is
asked. An export at an instant is first undone, so that to repeat it changes nothing.
"""

from __future__ import annotations

from typing import Any

import ibis
import pandas as pd
import sqlglot as sg
import sqlglot.expressions as sge

COLUMNS = ("customer_id", "segment_id", "segment", "valid_from", "valid_to")
CREATE = (
    "CREATE TABLE IF NOT EXISTS {table} (customer_id TEXT NOT NULL, segment_id TEXT "
    "NOT NULL, segment TEXT NOT NULL, valid_from TIMESTAMP NOT NULL, "
    "valid_to TIMESTAMP)"
)
# Within one transaction, in this order. SAME compares text byte for byte.
CHANGES = (
    "DELETE FROM {table} WHERE valid_from = {at}",
    "UPDATE {table} SET valid_to = NULL WHERE valid_to = {at}",
    "UPDATE {table} SET valid_to = {at} WHERE valid_to IS NULL AND NOT EXISTS (SELECT "
    "1 FROM {now} AS n WHERE SAME(n.customer_id, {table}.customer_id) AND "
    "SAME(n.segment_id, {table}.segment_id) AND SAME(n.segment, {table}.segment))",
    "INSERT INTO {table} (customer_id, segment_id, segment, valid_from, valid_to) "
    "SELECT n.customer_id, n.segment_id, n.segment, {at}, NULL "
    "FROM {now} AS n WHERE NOT EXISTS (SELECT 1 FROM {table} AS t WHERE "
    "SAME(t.customer_id, n.customer_id) AND t.valid_to IS NULL)",
)
LATER = "SELECT count(*) AS n FROM {table} WHERE valid_from > {at} OR valid_to > {at}"

# The same in one statement. Rows that were open at the instant, were it undone ...
_OPEN = "o.valid_from < {at} AND (o.valid_to IS NULL OR o.valid_to = {at})"
_ALIKE = (
    "SAME(o.customer_id, n.customer_id) AND SAME(o.segment_id, n.segment_id) "
    "AND SAME(o.segment, n.segment)"
)
# ... customers of now for whom none of those goes on ...
_FRESH = (
    "FROM {now} AS n LEFT JOIN {table} AS o ON " + _ALIKE + " AND " + _OPEN + " "
    "WHERE o.customer_id IS NULL"
)
# ... and what an export at this very instant wrote for others.
MERGE = (
    "MERGE INTO {table} AS t USING ("
    "SELECT o.customer_id, o.segment_id, o.segment, o.valid_from, "
    "CASE WHEN n.customer_id IS NULL THEN {at} END AS valid_to, 0 AS gone "
    "FROM {table} AS o LEFT JOIN {now} AS n ON " + _ALIKE + " WHERE " + _OPEN + " "
    "UNION ALL SELECT n.customer_id, n.segment_id, n.segment, {at} AS valid_from, "
    "CAST(NULL AS TIMESTAMP) AS valid_to, 0 AS gone " + _FRESH + " "
    "UNION ALL SELECT g.customer_id, g.segment_id, g.segment, g.valid_from, g.valid_to,"
    " 1 AS gone FROM {table} AS g LEFT JOIN (SELECT n.customer_id " + _FRESH + ") AS f "
    "ON SAME(f.customer_id, g.customer_id) "
    "WHERE g.valid_from = {at} AND f.customer_id IS NULL"
    ") AS s ON SAME(t.customer_id, s.customer_id) AND t.valid_from = s.valid_from "
    "WHEN MATCHED AND s.gone = 1 THEN DELETE "
    "WHEN MATCHED THEN UPDATE SET segment_id = s.segment_id, segment = s.segment, "
    "valid_to = s.valid_to "
    "WHEN NOT MATCHED THEN INSERT (customer_id, segment_id, segment, valid_from, "
    "valid_to) VALUES (s.customer_id, s.segment_id, s.segment, s.valid_from, "
    "s.valid_to)"
)


class Statements:
    """Write statements for one engine, names quoted.

    Parameters
    ----------
    con : ibis backend
        Its ``name`` and ``dialect`` are read.
    table : str
        Name, or schema.name.
    now : sqlglot Table or str
        The table of what holds now.
    at : Timestamp
        From when on that holds, in UTC without zone.
    as_bytes : str, default=""
        A type of that engine by which text is compared byte for byte, where it would
        otherwise take ``a`` and ``A``, or ``a`` and ``a ``, for one customer.
    """

    def __init__(
        self,
        con: ibis.BaseBackend,
        table: str,
        now: sge.Table | str,
        at: pd.Timestamp,
        as_bytes: str = "",
    ) -> None:
        self.dialect, self.as_bytes = con.dialect, as_bytes
        written = at.strftime("%Y-%m-%d %H:%M:%S")
        # SQLite keeps times as text, and would make a number of them.
        kind = "" if con.name == "sqlite" else "TIMESTAMP "
        here = now if isinstance(now, str) else now.sql("duckdb")
        self.names = {
            "table": ".".join(f'"{part}"' for part in table.split(".")),
            "now": f'"{here}"' if isinstance(now, str) else here,
            "at": f"{kind}'{written}'",
        }

    def __call__(self, statement: str) -> str:
        """Write a statement."""
        tree = sg.parse_one(statement.format(**self.names), read="duckdb")
        made = tree.transform(self._same).transform(self._as_here)
        return str(made.sql(self.dialect, unsupported_level=sg.ErrorLevel.IGNORE))

    def own(self, statement: str) -> str:
        """Fill the names into a statement that is the engine's own already."""
        names = {
            key: sg.to_table(name).sql(self.dialect, identify=True)
            for key, name in self.names.items()
            if key != "at"
        }
        return statement.format(**names)

    def _as_here(self, node: sge.Expression) -> Any:
        if isinstance(node, sge.Identifier):
            # Unquoted names would become capitals in some engines.
            return sge.to_identifier(node.name, quoted=True)
        if isinstance(node, sge.Cast) and self.dialect_name == "oracle":
            return _moment_of_oracle(node)
        return node

    @property
    def dialect_name(self) -> str:
        """The dialect's name in small letters, be it given by name or as a class."""
        found = self.dialect
        return (found if isinstance(found, str) else found.__name__).lower()

    def _same(self, node: sge.Expression) -> Any:
        if not isinstance(node, sge.Anonymous) or node.name.upper() != "SAME":
            return node
        one, other = node.expressions
        if self.as_bytes:
            kind = sge.DataType.build(self.as_bytes, dialect=self.dialect)
            one, other = (sge.Cast(this=x, to=kind.copy()) for x in (one, other))
        return sge.EQ(this=one, expression=other)


def _moment_of_oracle(node: sge.Cast) -> sge.Expression:
    """Write a moment so that no setting of the session decides how it is read."""
    if not isinstance(node.this, sge.Literal):
        return node
    form = sge.Literal.string("YYYY-MM-DD HH24:MI:SS")
    return sge.Anonymous(this="TO_TIMESTAMP", expressions=[node.this.copy(), form])
