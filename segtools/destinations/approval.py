"""No list leaves the house before somebody has approved the model behind it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

from segtools.disclosure import EMAIL, PHONE
from segtools.records import digest, read_record, write_record
from segtools.schema import ConfigError

FILE = "approval.json"


def model_hash(run: Path) -> str:
    """Hash a run's frozen model: what assigns customers, and what segments are named.

    How sure it was of whom (its replicates) is not part of it.
    """
    model = read_record(run / "model.json")
    return digest({k: v for k, v in model.items() if k != "replicates"})


def approve(run: Path, name: str, reason: str, at: str = "") -> dict[str, Any]:
    """Record that somebody approves the model of a run.

    Parameters
    ----------
    run : Path
        A finished run.
    name : str
        Who approves.
    reason : str
        Why the lists may be used.
    at : str, optional
        ISO date or date-time of the approval. The clock of the machine is never
        read: without it none is recorded.

    Returns
    -------
    dict
        What ``approval.json`` holds.

    Raises
    ------
    ConfigError
        If the name or the reason is empty, or the date is none.
    """
    for option, value, what in (
        ("--name", name, "who approves"),
        ("--reason", reason, "why, in one sentence"),
    ):
        if not value.strip():
            raise ConfigError(f"{option} must say {what}, but it is empty. Write it.")
    if EMAIL.search(reason) or PHONE.search(reason):
        raise ConfigError(
            "--reason must name no customer, but it holds an address. Leave it out."
        )
    record = {
        "name": re.sub(r"\s+", " ", name).strip(),
        "reason": re.sub(r"\s+", " ", reason).strip(),
        "approved_at": _iso(at),
        "model_hash": model_hash(run),
        "as_of": read_record(run / "run.json")["as_of"],
    }
    write_record(run / FILE, record)
    return record


def _iso(at: str) -> str | None:
    if not at:
        return None
    try:
        return dt.datetime.fromisoformat(at).isoformat()
    except ValueError:
        raise ConfigError(
            f"--at must be an ISO date or date-time, but it is {at!r}. "
            "Write it like 2024-10-02."
        ) from None


def approval_of(run: Path) -> dict[str, Any] | None:
    """Find the approval of a run's model: the run's own, or that of one beside it.

    Only the model counts: who has approved it for one month need not approve it again
    for the next, and a model that has changed needs a new approval.
    """
    wanted, project = model_hash(run), read_record(run / "run.json")["project"]
    own = run.resolve()
    for folder in [own, *sorted(p for p in own.parent.iterdir() if p.is_dir())]:
        if not (folder / FILE).is_file() or not (folder / "run.json").is_file():
            continue
        found = read_record(folder / FILE)
        same = read_record(folder / "run.json").get("project") == project
        if same and found.get("model_hash") == wanted:
            return {k: found.get(k) for k in ("name", "reason", "approved_at")}
    return None


def refuse_unapproved(run: Path, name: str) -> dict[str, Any]:
    """Give the approval, or refuse.

    Raises
    ------
    ConfigError
        If nobody has approved this model.
    """
    found = approval_of(run)
    if found is None:
        was = (run / FILE).is_file()
        state = "has changed since it was approved" if was else "nobody has approved it"
        raise ConfigError(
            f"An export to {name} must be of an approved model, but {state}. "
            "Look at the report, then run `segtools approve RUN --name NAME "
            "--reason REASON`."
        )
    return found
