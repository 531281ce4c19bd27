"""What was erased from a file, as numbers that can be added up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Erased:
    """What was erased, or would be.

    Attributes
    ----------
    rows : int
        Rows of tables and lists, or objects of JSON, that were the customer's.
    cells : int
        Cells and words elsewhere that named the customer.
    """

    rows: int = 0
    cells: int = 0

    def __add__(self, other: Erased) -> Erased:
        return Erased(self.rows + other.rows, self.cells + other.cells)

    def __bool__(self) -> bool:
        return bool(self.rows or self.cells)
