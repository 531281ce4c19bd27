"""Which blanks may stand at the ends of a file's fields: few looks instead of many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from segtools.sources.formats.whole import packing

# What is no part of a text at its ends.
BLANKS = " \t\n\r\v\f"
# In these every blank, and the quote, is the byte that it is in ASCII.
_ONE_BYTE = ("utf-8", "utf8", "utf-8-sig", "latin-1", "iso-8859-1")
# A larger file might have left the machine's memory before it is read itself.
_MOST = 1 << 31
_PIECE = 1 << 18


def blanks_in(paths: Sequence[Path], encoding: str) -> str:
    r"""Say which blanks a field of delimited text may begin or end with.

    To look for a byte in a file takes a hundredth of the time of reading it as a
    table; to look at the ends of all its texts for six kinds of blanks takes a fifth.

    Parameters
    ----------
    paths : sequence of Path
        Delimited text, with ``"`` as the quote.
    encoding : str
        Of the files.

    Returns
    -------
    str
        The space, and those of the other `BLANKS` that are there; a line's end only
        where a quoted field may hold one. All of them for files that are packed,
        larger than 2 GB in sum or in another encoding than UTF-8 and Latin-1.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "orders.csv"
    ...     _ = path.write_text("customer,city\n7,Bad Ems\n")
    ...     blanks_in([path], "utf-8")
    ' '
    """
    sizes = sum(path.stat().st_size for path in paths)
    known = encoding.lower() in _ONE_BYTE and not any(map(packing, paths))
    if not known or sizes > _MOST:
        return BLANKS
    # A line that ends in \r\n counts as \r: one more look, but no wrong one.
    sought = {ord(b) for b in BLANKS if b not in " \n"} | {ord('"')}
    found = {b for path in paths for b in _bytes_in(path, sought)}
    found |= {ord(b) for b in (" \n" if ord('"') in found else " ")}
    return "".join(b for b in BLANKS if ord(b) in found)


def _bytes_in(path: Path, sought: set[int]) -> set[int]:
    missing = set(sought)
    with path.open("rb", buffering=0) as stream:
        while missing and (piece := stream.read(_PIECE)):
            missing -= {b for b in missing if b in piece}
    return sought - missing
