"""The frozen model as one SQL query, to be run wherever the features lie."""

from __future__ import annotations

from collections.abc import Sequence

import ibis

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
    if dialect not in DIALECTS:
        raise ConfigError(
            f"dialect must be one of {', '.join(DIALECTS)}, but it is {dialect!r}. "
            f"{did_you_mean(dialect, list(DIALECTS))}"
        )
    names = dict.fromkeys(["recency_days", *needed(model.payload)])
    _refuse_unwritable(dialect, list(names))
    # Types that nobody's columns have, so that a cast is written for every column.
    schema = {"customer_id": "uuid"} | dict.fromkeys(names, "decimal(9, 9)")
    *place, name = [table] if isinstance(table, str) else table
    known = dict(zip(("database", "catalog"), reversed(place), strict=False))
    features = ibis.table(schema, name=name, **known)
    found = expression(
        model,
        features,
        rounded=rounded,
        fenced=dialect == "postgres",
        fits_no_segment=fits_no_segment,
    )
    return str(ibis.to_sql(found, dialect=DIALECTS[dialect]))


def _refuse_unwritable(dialect: str, names: list[str]) -> None:
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
