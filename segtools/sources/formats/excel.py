"""Sheets of Excel and OpenDocument files as raw tables, every cell as text."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from segtools.config import DataFile
from segtools.schema import DataError, did_you_mean

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


def excel_table(
    con: ibis.BaseBackend, file: DataFile, paths: list[Path], table: str
) -> ir.Table:
    """Read one sheet of each file, its first row as headers, as text.

    Numbers are written as they were typed (``7`` and not ``7.0``) with the file's
    decimal mark, dates as ISO; a column that holds nothing but dates is one of times.

    Parameters
    ----------
    con : ibis backend
        Where the sheets are put.
    file : DataFile
        Its ``sheet``, and its decimal mark if it has one.
    paths : list of Path
        Whose sheets are put one under the other, columns matched by name.
    table : str
        What the error sentence calls it.

    Raises
    ------
    DataError
        If a file is no workbook, has a password or lacks the sheet.
    """
    from ibis.util import gen_name

    mark = getattr(file, "decimal", ".")
    sheets = [_sheet(p, file.sheet, mark, table) for p in paths]
    whole = pa.concat_tables(sheets, promote_options="permissive")
    return con.create_table(gen_name("sheet"), ibis.memtable(whole), temp=True)


def _sheet(path: Path, sheet: str | None, mark: str, table: str) -> pa.Table:
    rows = _rows(path, sheet, table)
    if not rows:
        raise DataError(
            f"{table} must hold rows, but the sheet of {path.name} is empty. "
            "Name another sheet or export it again."
        )
    head, *body = rows
    # Rows and columns that were once formatted but never filled are none.
    body = [row for row in body if any(cell != "" for cell in row)]
    cells = list(zip(*body, strict=True)) if body else [()] * len(head)
    used = [i for i, h in enumerate(head) if h != "" or any(c != "" for c in cells[i])]
    names = _names([_text(head[i], ".") for i in used])
    columns = [_column(cells[i], mark) for i in used]
    return pa.table(dict(zip(names, columns, strict=True)))


def _rows(path: Path, sheet: str | None, table: str) -> list[list[Any]]:
    import python_calamine as calamine

    try:
        book = calamine.load_workbook(str(path))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise DataError(
                f"{table} must have the sheet {sheet!r}, but {path.name} has {names}. "
                f"{did_you_mean(sheet, names)}"
            )
        return book.get_sheet_by_name(sheet or names[0]).to_python()
    except calamine.PasswordError:
        raise DataError(
            f"{table} must be open to read, but {path.name} has a password. "
            "Save it without one."
        ) from None
    except (calamine.CalamineError, OSError) as error:
        raise DataError(
            f"{table} must be a whole Excel file, but {path.name} is none "
            f"({str(error).rstrip('.')[:100]}). "
            "Open it in a spreadsheet and save it as .xlsx or .csv."
        ) from None


def _names(heads: list[str | None]) -> list[str]:
    """Give a name to columns without one, and tell equal ones apart."""
    names, seen = [], Counter[str]()
    for i, head in enumerate(heads):
        name = head.strip() if head and head.strip() else f"column{i + 1}"
        again = seen[name.lower()]
        seen[name.lower()] += 1
        names.append(f"{name}_{again}" if again else name)
    return names


def _column(cells: tuple[Any, ...], mark: str) -> pa.Array:
    filled = [c for c in cells if c != ""]
    if filled and all(isinstance(c, dt.date) for c in filled):
        moments = [None if c == "" else _moment(c) for c in cells]
        return pa.array(moments, pa.timestamp("us"))
    return pa.array([_text(c, mark) for c in cells], pa.string())


def _moment(cell: dt.date) -> dt.datetime:
    if isinstance(cell, dt.datetime):
        return cell
    return dt.datetime.combine(cell, dt.time())


def _text(cell: Any, mark: str) -> str | None:
    if cell == "" or cell is None:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if cell.is_integer():
            return str(int(cell))
        return format(Decimal(repr(cell)), "f").replace(".", mark)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    return str(cell)
