"""Where a run's typing tool lies, and whether it still is of the run's model."""

from __future__ import annotations

from pathlib import Path

from segtools.destinations.approval import model_hash
from segtools.records import read_record
from segtools.schema import DataError

FOLDER, NAME, FORM = "typing", "typing_tool", "form.html"


def linked_form(run_dir: Path) -> dict[str, str] | None:
    """Give what a front page says of a typing tool that was made in the run's folder.

    Parameters
    ----------
    run_dir : Path

    Returns
    -------
    dict or None
        ``href`` from the run's folder and ``sentence``: how good it is. None where
        there is no tool, or one that was made of another model than the run has now.
    """
    folder = run_dir / FOLDER
    if not (folder / FORM).is_file() or not (run_dir / "model.json").is_file():
        return None
    from segtools.segmentation.typing_tool.tool import TypingTool

    try:
        record = read_record(folder / f"{NAME}.json")
        if record.get("model_hash") != model_hash(run_dir):
            return None
        said = TypingTool.from_record(record).sentence
    except DataError:
        return None  # half a tool is none
    return {"href": f"{FOLDER}/{FORM}", "sentence": f"{said[:1].upper()}{said[1:]}"}
