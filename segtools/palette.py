"""One colour a segment, the same in every figure, table and page."""

# Okabe and Ito's order, told apart with every common kind of colour blindness; the
# eighth is a dark grey instead of black, because black is the text.
PALETTE = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#F0E442",
    "#5B5B5B",
)
OTHER = "#8A8A8A"


def colour(rank: int) -> str:
    """Give a segment's colour, the same on every page.

    Examples
    --------
    >>> colour(1), colour(9)
    ('#0072B2', '#8A8A8A')
    """
    return PALETTE[rank - 1] if rank <= len(PALETTE) else OTHER
