"""The frozen model as one SQL query, to be run wherever the features lie."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ibis
import ibis.expr.types as ir

from segtools.schema import ConfigError, did_you_mean
from segtools.segmentation.in_engine import expression
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.place import needed

# What people call an engine, and the dialect that Ibis writes for it.
DIALECTS = {
    "duckdb": "duckdb",
    "postgres": "postgres",
    "spark": "databricks",
    "databricks": "databricks",
    "bigquery": "bigquery",
    "snowflake": "snowflake",
}
# BigQuery allows no column of such a name, and Ibis would quietly write another one.
_NOT_IN_BIGQUERY = frozenset("!\"$()*,./;?@[\\]^`{}~'&%+=<>|:# \t\r\n")


def to_sql(
    model: SegmentModel,
    dialect: str,
    table: str | Sequence[str] = "features",
    *,
    rounded: bool = False,
    fits_no_segment: bool = False,
) -> str:
    """Write the assignment as the text of one query.

    It is the expression of `assign_in_engine`, and gives what
    ``model.assign(collect(features))`` gives, with a null `confidence`.

    Parameters
    ----------
    model : SegmentModel
    dialect : str
        ``duckdb``, ``postgres``, ``spark`` (or ``databricks``), ``bigquery`` or
        ``snowflake``.
    table : str or sequence of str, default="features"
        Where the features lie: a name, or catalogue, schema and name. It must have
        ``customer_id``, ``recency_days`` and every feature that the model reads,
        finite or null, under exactly these names: they are quoted.
    rounded : bool, default=False
        The features are those of ``features.parquet``, rounded already.
    fits_no_segment : bool, default=False
        Add the column of that name, as for `assign_in_engine`.

    Returns
    -------
    str
        One SELECT of ``customer_id``, ``segment_id``, ``segment``, ``confidence``,
        ``runner_up`` and ``assigned_by``.

    Raises
    ------
    ConfigError
        If the dialect or the kind of the model is unknown, or BigQuery cannot have a
        column of a feature's name.

    Examples
    --------
    >>> from segtools.segmentation.model import everyone
    >>> text = to_sql(everyone(), "snowflake", table="my features")
    >>> 'FROM "my features"' in text, "'everyone'" in text
    (True, True)
    """
    names = dict.fromkeys(["recency_days", *needed(model.payload)])
    # Types that nobody's columns have, so that a cast is written for every column.
    schema = {"customer_id": "uuid"} | dict.fromkeys(names, "decimal(9, 9)")

    def found(features: ir.Table, fenced: bool) -> ir.Table:
        return expression(
            model,
            features,
            rounded=rounded,
            fenced=fenced,
            fits_no_segment=fits_no_segment,
        )

    return query_text(found, schema, dialect, table, list(names))


def query_text(
    found: Callable[[ir.Table, bool], ir.Table],
    schema: Mapping[str, str],
    dialect: str,
    table: str | Sequence[str],
    names: Sequence[str],
) -> str:
    """Write an expression over a table that lies elsewhere as the text of one query.

    Parameters
    ----------
    found : callable
        From the table, and whether its stages must be fenced, to the expression.
    schema : mapping
        Column to type; one that nobody's column has makes a cast be written.
    dialect : str
        As for `to_sql`.
    table : str or sequence of str
    names : sequence of str
        The columns that the user has named.

    Raises
    ------
    ConfigError
        If the dialect is unknown or cannot name a column.
    """
    if dialect not in DIALECTS:
        raise ConfigError(
            f"dialect must be one of {', '.join(DIALECTS)}, but it is {dialect!r}. "
            f"{did_you_mean(dialect, list(DIALECTS))}"
        )
    _refuse_unwritable(dialect, names)
    *place, name = [table] if isinstance(table, str) else table
    known = dict(zip(("database", "catalog"), reversed(place), strict=False))
    rows = ibis.table(dict(schema), name=name, **known)
    query = found(rows, dialect == "postgres")
    return str(ibis.to_sql(query, dialect=DIALECTS[dialect]))


def _refuse_unwritable(dialect: str, names: Sequence[str]) -> None:
    """Refuse names of columns that the text could not hold as they are."""
    wrong = []
    if DIALECTS[dialect] == "bigquery":
        wrong = [n for n in names if _NOT_IN_BIGQUERY & set(n)]
    elif DIALECTS[dialect] == "databricks":
        wrong = [n for n in names if "${" in n]  # Spark would put a variable there
    if wrong:
        raise ConfigError(
            f"For {dialect} features must be named by letters, digits and _, but the "
            f"model reads {wrong}. Register them under such names and learn again."
        )
