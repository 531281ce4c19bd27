"""The bytes of a deck: the same for the same run, and known again later.

A deck is there to be edited. So that no edit is lost, one that was changed is not
written over: each carries a digest of its own parts.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

from segtools.schema import ConfigError

_CORE = "docProps/core.xml"
_FIRST = "[Content_Types].xml"  # readers expect it there
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that an archive can say
_MARK = "segtools:"


def packed(deck: Any) -> bytes:
    """Give the bytes of a presentation; its digest is in its core properties."""
    deck.core_properties.identifier = _MARK + "0" * 64
    parts = _parts(_saved(deck))
    digest = _digest(parts).encode()
    parts[_CORE] = parts[_CORE].replace(b"0" * 64, digest, 1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda each: (each != _FIRST, each)):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            archive.writestr(entry, parts[name])
    return out.getvalue()


def refuse_edited(path: Path) -> None:
    """Refuse to write over a deck that is not as it was written.

    Raises
    ------
    ConfigError
    """
    if path.exists() and not _as_written(path):
        raise ConfigError(
            f"A deck must not take the place of one that somebody has changed, but "
            f"{path.name} in {path.parent} was. Move it, or choose another folder with "
            "--out."
        )


def _as_written(path: Path) -> bool:
    try:
        parts = _parts(path.read_bytes())
        return (_MARK + _digest(parts)).encode() in parts[_CORE]
    except (OSError, KeyError, zipfile.BadZipFile):
        return False


def _saved(deck: Any) -> bytes:
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _digest(parts: dict[str, bytes]) -> str:
    """Digest all parts but the one that names the digest."""
    found = hashlib.sha256()
    for name in sorted(parts):
        if name != _CORE:
            found.update(f"{name}\0{len(parts[name])}\0".encode())
            found.update(parts[name])
    return found.hexdigest()
