"""Whether files are whole, and what is in them: unpacked, in UTF-8."""

from __future__ import annotations

import atexit
from functools import cache, lru_cache
from pathlib import Path
from typing import BinaryIO

from segtools.private_folder import private_folder, remove_folder
from segtools.schema import ConfigError, DataError

_COMPRESSED = {".gz": "gzip", ".zst": "zstd"}
# How files begin that are often named as if they were text.
_MAGIC = {
    b"\x1f\x8b": "a gzip file. Name it .gz",
    b"\x28\xb5\x2f\xfd": "a Zstandard file. Name it .zst",
    b"PK\x03\x04": "an Excel or ZIP file. Name it .xlsx or unpack it",
    b"\xd0\xcf\x11\xe0": "an old Excel file. Name it .xls",
    b"PAR1": "a Parquet file. Name it .parquet",
}


def suffix(path: Path) -> str:
    """Give the kind of a file by its name, packed or not.

    Examples
    --------
    >>> suffix(Path("orders.CSV.gz")), suffix(Path("orders.parquet"))
    ('.csv', '.parquet')
    """
    return (Path(path.stem).suffix if packing(path) else path.suffix).lower()


def packing(path: Path) -> str | None:
    """Say how a file is compressed, by its name: gzip, zstd or nothing."""
    return _COMPRESSED.get(path.suffix.lower())


def unpacked(path: Path) -> BinaryIO:
    """Open a file for its bytes, decompressed."""
    import pyarrow as pa

    return pa.input_stream(str(path), compression=packing(path))


def is_empty(path: Path, table: str) -> str:
    """Give the sentence about a file that holds nothing."""
    return f"{table} must hold rows, but {path.name} is empty. Export it again."


def check_whole(path: Path, kind: str, table: str) -> None:
    """Refuse a file that breaks off, or is of another kind than its name says.

    Parameters
    ----------
    path : Path
    kind : {"text", "JSON", "Parquet", "Excel"}
        What the name says.
    table : str
        What the error sentence calls it.

    Raises
    ------
    ConfigError
        If a file is packed that packs itself.
    DataError
        If a packed file ends early or is none, or if a file is named wrongly.
    """
    packed = packing(path)
    if packed and kind not in ("text", "JSON"):
        raise ConfigError(
            f"source.{table}.path must lead to {kind} files that are not packed, but "
            f"{path.name} is. Unpack it."
        )
    if packed:
        _check_unpacks(path, packed, table)
    elif kind in ("text", "JSON"):
        with path.open("rb") as stream:
            start = stream.read(4)
        for magic, what in _MAGIC.items():
            if start.startswith(magic):
                raise DataError(
                    f"{table} must be {kind} as its name says, but {path.name} begins "
                    f"like {what}."
                )


def _check_unpacks(path: Path, packed: str, table: str) -> None:
    # DuckDB takes a file that breaks off for a short one, and says nothing.
    size = 0
    try:
        with unpacked(path) as stream:
            while piece := stream.read(1 << 20):
                size += len(piece)
    except OSError as error:
        early = "truncated" in str(error).lower()
        raise DataError(
            f"{table} must be a whole {packed} file, but {path.name} "
            f"{'ends early' if early else 'is none or is damaged'}. "
            "Copy or download it again."
        ) from None
    if size == 0:
        raise DataError(is_empty(path, table))


def in_utf_8(path: Path, encoding: str, table: str) -> Path:
    """Copy a file into UTF-8 for as long as the process lives.

    Parameters
    ----------
    path : Path
        Packed or not.
    encoding : str
        Any that Python knows.
    table : str
        What the error sentence calls it.

    Raises
    ------
    DataError
        If the file is not in that encoding.
    LookupError
        If there is no such encoding.
    """
    state = path.stat()
    if encoding.lower() in ("utf-8", "utf8"):
        encoding = "utf-8-sig"
    try:
        return _transcoded(path, encoding, (state.st_mtime_ns, state.st_size))
    except UnicodeError as error:
        raise DataError(
            f"{table} must be written in {encoding}, but {path.name} is not "
            f"({str(error)[:100]}). Set the encoding that it is written in; files of "
            "one folder must share it."
        ) from None


@lru_cache(maxsize=10_000)
def _transcoded(path: Path, encoding: str, state: tuple[int, int]) -> Path:
    """Copy a file into UTF-8, in pieces, for encodings that DuckDB does not read.

    `state` tells a file from what it was before it was written anew.
    """
    import codecs
    import tempfile

    decoder = codecs.getincrementaldecoder(encoding)()
    with (
        unpacked(path) as theirs,
        tempfile.NamedTemporaryFile(
            "w",
            suffix=suffix(path),
            dir=_copies(),
            delete=False,
            encoding="utf-8",
            newline="",
        ) as ours,
    ):
        copy = Path(ours.name)
        while piece := theirs.read(1 << 20):
            ours.write(decoder.decode(piece))
        ours.write(decoder.decode(b"", final=True))
    return copy


@cache
def _copies() -> Path:
    """Give this process's folder of copies, which tables read until the very end.

    Customers' data does not stay behind: it goes with the process, and if that is
    killed with the next run.
    """
    folder = private_folder("copy")
    atexit.register(remove_folder, folder)
    return folder
