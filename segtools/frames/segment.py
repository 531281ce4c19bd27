"""One call from a frame of orders to segments that hold up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from segtools.frames.result import SegmentResult


def segment_customers(
    orders: Any,
    *,
    customers: Any = None,
    customer: str | None = None,
    time: str | None = None,
    order: str | None = None,
    amount: str | None = None,
    columns: Mapping[str, str | None] | None = None,
    previous: str | Path | None = None,
    **settings: Any,
) -> SegmentResult:
    """Segment the customers of a frame of orders, as a run of the notebooks would.

    Parameters
    ----------
    orders : DataFrame
        One row an order or one a line of an order. Of pandas, Polars, PyArrow,
        DuckDB, Ibis, PySpark or whatever gives an Arrow stream. Never changed.
    customers : DataFrame, optional
        One row a customer: everything else that is known of them. It describes
        segments and never builds them.
    customer, time, order, amount : str, optional
        The columns that say who bought, when, in which order, and what was paid in
        one currency (negative for returns). Default: found by their names, as
        ``result.columns`` tells. Without `order`, what a customer buys at one instant
        is one order.
    columns : mapping, optional
        More of our columns (see ``data/README.md``) to the frame's, such as
        ``{"product_id": "SKU"}``; None leaves one out.
    previous : str or Path, optional
        Folder of an earlier saved run, whose segments keep their ids and names.
    **settings
        Keys of the configuration: ``timezone`` (needed unless the times carry one),
        ``goal``, ``as_of``, ``window_days``, ``outcome_days``, ``n_segments``,
        ``method``, ``currency``, ``seed``, ``memory_limit`` and all others.

    Returns
    -------
    SegmentResult
        ``verdict``, ``segments`` (in the library of `orders`), ``personas`` and
        everything else; ``save(folder)`` writes the report.

    Raises
    ------
    ConfigError
        If a setting is unknown or wrong, or the time zone is missing.
    DataError
        If a column cannot be found or read, or no honest run is possible.

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.date_range("2024-01-01 09:00", periods=90, freq="D")
    >>> orders = pd.DataFrame({"Customer": [f"c{i % 9}" for i in range(90)],
    ...     "Date": times, "Total": [5.0 + i % 7 for i in range(90)]})
    >>> result = segment_customers(orders, timezone="Europe/Berlin")
    >>> print(result.verdict)
    Do not segment yet: there are too few customers for what we would like to know \
about each.
    >>> result.columns
    {'customer_id': 'Customer', 'ordered_at': 'Date', 'amount': 'Total'}
    >>> result.segments["segment"].unique().tolist()
    ['everyone']
    """
    from segtools.frames.accept import given
    from segtools.frames.columns import named_columns
    from segtools.frames.orders import accept
    from segtools.frames.settings import checked_settings
    from segtools.languages import use_language

    config = checked_settings(settings)
    said = {"customer": customer, "time": time, "order": order, "amount": amount}
    named = named_columns(said, columns)
    people = None if customers is None else given(customers, "customers")
    with use_language(config.language):
        accepted = accept(
            given(orders), people, named, config.timezone, config.memory_limit
        )
        return _segmented(accepted, config, _previous(previous))


def _segmented(accepted: Any, config: Any, previous: Path | None) -> SegmentResult:
    """Do on accepted frames what the stages do."""
    from segtools.frames.learned import learn
    from segtools.frames.prepared import prepare
    from segtools.frames.result import SegmentResult
    from segtools.frames.settings import settled, with_source
    from segtools.frames.words import in_their_words
    from segtools.report.execution.start import Prospect, refuse_hopeless
    from segtools.report.extensions import load_extensions

    load_extensions(config)
    config = with_source(config, accepted)
    with in_their_words(accepted, config):
        config, data = settled(config, accepted)
        # What would stop a later step is said before the first one takes its time.
        refuse_hopeless(Prospect(config, accepted.opened, data, Path()))
        prepared = prepare(accepted.opened, accepted.con, config)
    learned = learn(prepared, config, previous)
    return SegmentResult(config, accepted, prepared, learned, data, previous)


def _previous(folder: str | Path | None) -> Path | None:
    """Find the earlier run, or refuse what is none."""
    if folder is None:
        return None
    from segtools.history.previous import refuse_incomplete
    from segtools.report.assign import finished_run

    path = Path(folder).resolve()
    finished_run(path, "previous")
    refuse_incomplete(path, "previous")
    return path
