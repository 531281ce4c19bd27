"""The API reference: a page a room with its summary, and a page a name.

Written before the site is read, from `segtools.__all__` and where each name lives, so
that a new name is on the site without anybody having to think of it.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

# Rooms in the order in which data passes through them; a new one comes after these.
ORDER = (
    "config",
    "sources",
    "prepare",
    "features",
    "goals",
    "segmentation",
    "estimators",
    "history",
    "profiles",
    "experiments",
    "destinations",
    "report",
)
# Files that are no room, and the room that their names are shown with.
AMONG = {"schema": "config", "masking": "config"}
TITLES = {"config": "Configuration and errors", "report": "Runs and reports"}
# Public by their room: namespaces, and functions that the pages speak of.
ALSO = {
    "segmentation": [
        f"segmentation.hand.{n}" for n in ("exclude", "merge", "move_cut", "split")
    ],
}
SHAPE = re.compile(r"shape \([^)]*\)")
_SIMULATORS = {
    "simulate": ("simulate", "Simulation"),
    "simulate_campaigns": ("simulate_campaigns",),
    "simulate_experiments": ("simulate_experiment",),
    "simulate_shops": ("simulate_shop",),
}


def rooms(homes: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Sort public names by room.

    Parameters
    ----------
    homes : mapping of str to sequence of str
        Module below ``segtools`` to its public names.

    Returns
    -------
    dict of str to list of str
        Room to names below ``segtools``, in the order of the data's way.

    Examples
    --------
    >>> rooms({"schema": ("DataError",), "sources": ("source",), "new.one": ("f",)})
    {'config': ['DataError'], 'sources': ['source'], 'new': ['f']}
    """
    found: dict[str, list[str]] = {}
    for home, names in homes.items():
        room = home.partition(".")[0]
        found.setdefault(AMONG.get(room, room), []).extend(names)
    for room, names in ALSO.items():
        if room in found:
            found[room] += names
    order = [r for r in ORDER if r in found] + sorted(set(found) - set(ORDER))
    return {room: sorted(found[room], key=str.lower) for room in order}


def pages(homes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Write the pages of the API reference.

    Returns
    -------
    dict of str to str
        File name to reStructuredText.
    """
    by_room = rooms(homes)
    written = {f"{room}.rst": _room(room, names) for room, names in by_room.items()}
    figures = importlib.import_module("segtools.plots")
    written["plots.rst"] = _page(
        "Figures and displays",
        _about("plots") + " The :doc:`gallery </docs/gallery/index>` shows them all.",
        [f"plots.{n}" for n in figures.__all__],
    )
    simulators = [f"{m}.{n}" for m, names in _SIMULATORS.items() for n in names]
    written["simulate.rst"] = _page(
        "Simulated customers", _about("simulate"), simulators
    )
    listed = "\n".join(f"   {name.removesuffix('.rst')}" for name in written)
    written["index.rst"] = (
        f"{_title('API reference')}\nAll that is public can be imported from "
        "``segtools``; it is loaded when it is first used.\n\n"
        f".. toctree::\n   :maxdepth: 1\n\n{listed}\n"
    )
    return written


def _room(room: str, names: list[str]) -> str:
    title = TITLES.get(room, room.replace("_", " ").capitalize())
    return _page(title, _about(room), names)


def _about(room: str) -> str:
    """Give the first sentence of a room's docstring."""
    module = importlib.import_module(f"segtools.{room}")
    return (module.__doc__ or "").strip().partition("\n\n")[0].replace("\n", " ")


def _page(title: str, about: str, names: list[str]) -> str:
    listed = "\n".join(f"   segtools.{name}" for name in names)
    return (
        f"{_title(title)}\n{about}\n\n"
        f".. autosummary::\n   :toctree: names\n   :nosignatures:\n\n{listed}\n"
    )


def _title(text: str) -> str:
    return f"{text}\n{'=' * len(text)}\n"


def write_pages(app: Sphinx, _config: Config) -> None:
    """Write what has changed, and take away pages of names that are gone."""
    from segtools import _HOMES

    folder = Path(app.confdir) / "api"
    folder.mkdir(exist_ok=True)
    written = pages(_HOMES)
    for name, text in written.items():
        file = folder / name
        if not file.exists() or file.read_text("utf-8") != text:
            file.write_text(text, "utf-8")
    named = {line.strip() for text in written.values() for line in text.splitlines()}
    files = {Path(name).stem for name in written}
    for file in folder.rglob("*.rst"):
        known = named if file.parent.name == "names" else files
        if file.stem not in known:
            file.unlink()


def keep_underscores(_app: Sphinx, *about: Any) -> None:
    """Leave ``n_clusters_`` in a shape what it is: elsewhere it would be a link."""
    lines: list[str] = about[-1]
    lines[:] = [SHAPE.sub(_escaped, line) for line in lines]


def _escaped(shape: re.Match[str]) -> str:
    return re.sub(r"_(?=[,)])", r"\\_", shape[0])


def find_pages(app: Sphinx) -> None:
    """Look for pages again: after an earlier build, new ones would not be known yet."""
    config = app.config
    app.project.discover(config.exclude_patterns, config.include_patterns)


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the pages before autosummary looks for them."""
    app.connect("config-inited", write_pages)
    app.connect("builder-inited", find_pages, priority=100)
    app.connect("autodoc-process-docstring", keep_underscores, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
