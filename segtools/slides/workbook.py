"""The workbook behind a chart, which opens when a reader edits its data.

It is written anew from what the chart shows: python-pptx would let a name that begins
with an equals sign become a formula, and would write the time of the machine.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pptx.oxml.ns import qn
from xlsxwriter import Workbook

_CELL = re.compile(r"\$([A-Z]+)\$(\d+)")


def own_workbook(
    chart: Any, made: datetime, heads: Mapping[str, str] | None = None
) -> None:
    """Give a chart a workbook that holds what it shows, as text and numbers only.

    Parameters
    ----------
    chart : Chart
        Of python-pptx.
    made : datetime
        What is written as its date.
    heads : mapping, default=None
        Texts of further cells, such as ``{"D1": "Above"}``.
    """
    data = io.BytesIO()
    book = Workbook(
        data,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    book.set_properties({"created": made})
    sheet = book.add_worksheet("Sheet1")
    for place, text in (heads or {}).items():
        sheet.write_string(place, text)
    for place, value in _cells(chart._chartSpace):
        if isinstance(value, float):
            sheet.write_number(place, value)
        else:
            sheet.write_string(place, value)
    book.close()
    chart.part.chart_workbook.update_from_xlsx_blob(data.getvalue())


def _cells(space: Any) -> Iterator[tuple[str, str | float]]:
    """List the cells that a chart refers to, with what it has kept of them."""
    for kind, read in (("c:strRef", str), ("c:numRef", float)):
        for reference in space.iter(qn(kind)):
            found = _CELL.search(reference.find(qn("c:f")).text)
            if found is None:
                continue
            column, first = found[1], int(found[2])
            for point in reference.iter(qn("c:pt")):
                place = f"{column}{first + int(point.get('idx'))}"
                yield place, read(point.find(qn("c:v")).text or 0)
