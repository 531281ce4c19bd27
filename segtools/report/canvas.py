"""Write the canvases of a run: one Markdown file a segment, and all in one record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from segtools.profiles.canvas import canvas_markdown
from segtools.records import write_text
from segtools.report.stage import Stage

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


def write_canvas(stage: Stage, canvas: Mapping[str, Any]) -> None:
    """Write ``canvas.json`` and ``canvas/<segment_id>.md``, each whole or not at all.

    Parameters
    ----------
    stage : Stage
        Whose run it is; files of segments that are not there any more go.
    canvas : mapping
        As `business_model_canvas` gives it.

    Raises
    ------
    DisclosureError
        If a line shows an address, a secret or a customer's id; nothing is written.
    """
    # The record first: it is searched as it reads, while marks of Markdown would hide
    # an id; where it is refused no file is written either.
    stage.write("canvas", dict(canvas))
    files = {}
    for one in canvas["segments"]:
        name = f"{_UNSAFE.sub('_', str(one['segment_id']))[:60]}.md"
        files[name] = canvas_markdown(one)
    folder = stage.path / "canvas"
    for name, text in files.items():
        write_text(folder / name, text)
    for old in folder.glob("*.md"):
        if old.name not in files:
            old.unlink()
