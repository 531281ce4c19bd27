"""The grid of a slide: rectangles in inches, and the places that all slides share."""

from __future__ import annotations

from typing import NamedTuple

WIDTH, HEIGHT = 13.333, 7.5  # 16 to 9
MARGIN = 0.6
GAP = 0.3


class Box(NamedTuple):
    """A rectangle, in inches from the upper left corner of the slide."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where it ends, below."""
        return self.y + self.height

    def columns(self, n: int, gap: float = GAP) -> list[Box]:
        """Cut it into columns of one width.

        Examples
        --------
        >>> [box.x for box in Box(0, 0, 10, 1).columns(2, gap=2)]
        [0.0, 6.0]
        """
        width = (self.width - gap * (n - 1)) / n
        return [
            Box(self.x + i * (width + gap), self.y, width, self.height)
            for i in range(n)
        ]

    def below(self, y: float) -> Box:
        """Give the part below a height of the slide.

        Examples
        --------
        >>> Box(0, 1, 10, 5).below(2)
        Box(x=0, y=2, width=10, height=4)
        """
        return Box(self.x, y, self.width, self.bottom - y)


_WIDE = WIDTH - 2 * MARGIN
HEAD = Box(MARGIN, 0.45, _WIDE, 0.35)
STATEMENT = Box(MARGIN, 1.0, _WIDE, 2.0)
TITLE = Box(MARGIN, 0.42, _WIDE, 0.92)
CONTENT = Box(MARGIN, 1.5, _WIDE, 5.4)
FOOT = Box(MARGIN, 7.0, 10.0, 0.25)
NUMBER = Box(WIDTH - MARGIN - 1.0, 7.0, 1.0, 0.25)
