"""Find what travels with the package: notebooks, sample, configurations, lock."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_PLACES = {
    "notebooks": _PACKAGE.parent / "notebooks",
    "sample": _PACKAGE.parent / "data" / "sample",
    "requirements.lock": _PACKAGE.parent / "requirements.lock",
}


def bundled(name: str) -> Path:
    """Give bundled ``notebooks``, ``sample`` data or the ``requirements.lock``.

    In an installed package they lie inside it; in a checkout, at its root.

    Examples
    --------
    >>> bundled("notebooks").name
    'notebooks'
    """
    inside = _PACKAGE / "bundled" / name
    return inside if inside.exists() else _PLACES[name]


def configuration(name: str) -> Path | None:
    """Give the bundled configuration of that name, or None.

    Examples
    --------
    >>> configuration("sample").name
    'sample.yaml'
    """
    path = _PACKAGE / "configurations" / f"{name}.yaml"
    return path if path.is_file() else None
