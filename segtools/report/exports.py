"""Exports of a run: each configured destination at the end, or any one later."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.config import set_key, validate
from segtools.destinations.approval import approval_of, model_hash, refuse_unapproved
from segtools.destinations.consent import read_suppressions
from segtools.destinations.export import refuse_foreign, write_export
from segtools.destinations.order import ADDRESSES, Order
from segtools.destinations.registry import Destination, configured
from segtools.experiments.running import held_back
from segtools.languages import in_language_of, tr
from segtools.report.assign import finished_run
from segtools.report.extensions import load_extensions
from segtools.report.stage import Stage
from segtools.schema import ConfigError, DataError
from segtools.segmentation.model import SegmentModel
from segtools.segmentation.segment_rules import rule_record, segment_rules

ALWAYS = "spreadsheet"


def export_run(
    run_dir: str | Path,
    to: str,
    out: str | Path,
    overrides: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write the lists of a finished run for one destination.

    Parameters
    ----------
    run_dir : str or Path
        A finished run.
    to : str
        A block under ``destinations`` of the run's configuration, or a system.
    out : str or Path
        A folder that is not there, is empty, or holds an earlier export.
    overrides : dict, optional
        Keys under ``destinations``, ``suppression_list`` or ``exports_need_approval``
        to change.

    Returns
    -------
    dict
        What ``manifest.json`` holds.

    Raises
    ------
    ConfigError
        If the run is not finished or not approved, the destination is unknown, or
        the folder holds something else.
    DataError
        If nobody is left to be written.
    """
    path = Path(run_dir)
    run = finished_run(path)
    config = validate(_overridden(dict(run["config"]), overrides or {}))
    load_extensions(config)
    stage = Stage("05_activation", path, config, run)
    with in_language_of(run):
        return export_stage(stage, to, Path(out))


_MAY_CHANGE = ("destinations", "suppression_list", "exports_need_approval")


def _overridden(config: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in given.items():
        if key.split(".")[0] not in _MAY_CHANGE:
            raise ConfigError(
                f"An export must take {key} from its run, but it was overridden with "
                f"{value!r}. Only {', '.join(_MAY_CHANGE)} may change; for others "
                "start a new run."
            )
        set_key(config, key, value)
    return config


def export_stage(stage: Stage, to: str, out: Path) -> dict[str, Any]:
    """Write one destination's lists; see `export_run`."""
    destination, block = configured(stage.config, to)
    refuse_foreign(out)
    approval = _approval(stage, to) if destination.needs_approval else None
    segments = stage.read_table("segments")
    config = stage.config
    suppressions = _suppressions(stage, destination, block)
    # Who is suppressed by an address is so, too, where no address is written.
    listed = bool({*ADDRESSES} & {*suppressions})
    asks = bool(destination.fields or destination.channels or listed)
    order = Order(
        name=to,
        destination=destination,
        block=block,
        segments=segments.astype({"customer_id": str}),
        customers=_customers(stage, to) if asks else None,
        names=_names(stage, segments),
        suppressions=suppressions,
        held_back=_held_back(stage),
        smallest_cell=config.smallest_cell,
        origin=stage.origin,
        about=_about(stage, segments) | {"approval": approval},
    )
    return write_export(order, out, stage.path)


def _suppressions(
    stage: Stage, destination: Destination, block: Any
) -> dict[str, frozenset[str]]:
    """Read who must not be written to, for all lists but those people look at."""
    if not destination.needs_approval:
        return {}
    return read_suppressions(stage.config.suppression_list, block.default_region)


def _approval(stage: Stage, to: str) -> dict[str, Any] | None:
    if stage.config.exports_need_approval:
        return refuse_unapproved(stage.path, to)
    return approval_of(stage.path)


def _held_back(stage: Stage) -> frozenset[str]:
    if not (stage.path / "experiment_assignments.parquet").exists():
        return frozenset()
    return frozenset(held_back(stage.read_table("experiment_assignments")))


def _customers(stage: Stage, to: str) -> pd.DataFrame:
    """Read the run's cleaned customers; addresses are nowhere else."""
    folder = stage.path / "tables"
    if not any(folder.glob("*.parquet")) and not any(folder.glob("*.sql")):
        raise DataError(
            f"An export to {to} must read addresses from the run's tables, but they "
            "were deleted. Repeat the run with --again."
        )
    found = stage.shop().tables.get("customers")
    if found is None:
        raise DataError(
            f"An export to {to} must know addresses, but the run has no table of "
            "customers. Add one under `source`, with e-mail or phone and consent."
        )
    # Whole numbers beside nothing would become floats, and lose their last digits.
    whole = [c for c, kind in found.schema().items() if kind.is_integer()]
    return found.mutate(**{c: found[c].cast("string") for c in whole}).to_pandas()


def _names(stage: Stage, segments: pd.DataFrame) -> dict[str, str]:
    """Give segment ids and names by rank; those outside of the model come last."""
    named = {s["segment_id"]: s["name"] for s in stage.read("model")["segments"]}
    there = segments.drop_duplicates("segment_id").sort_values("segment_id")
    return named | {
        str(one): str(name)
        for one, name in zip(there["segment_id"], there["segment"], strict=True)
        if one not in named
    }


def _about(stage: Stage, segments: pd.DataFrame) -> dict[str, Any]:
    """Say of what run, goals and model the lists are."""
    run = stage.run
    return {
        "run": {
            "project": run["project"],
            "as_of": run["as_of"],
            "timezone": run["timezone"],
            "window_days": stage.read("data_quality")["window_days"],
            "config_hash": run["config_hash"],
            "data": run["data"]["fingerprint"],
        },
        "goals_hash": stage.goals_hash,
        "model_hash": model_hash(stage.path),
        "segments": _definitions(stage, segments),
        "rules": _rules(stage),
    }


def _rules(stage: Stage) -> dict[str, Any]:
    """Give the model's rules as exact conditions, or why they are none."""
    model = SegmentModel.from_record(stage.read("model"))
    try:
        return rule_record(segment_rules(model))
    except ConfigError as error:
        return {"rules": [], "why_not": str(error)}


def _definitions(stage: Stage, segments: pd.DataFrame) -> list[dict[str, Any]]:
    """Say in words what each segment is; the model says it exactly."""
    short = stage.read("selection").get("short_rules") or {}
    rules = pd.DataFrame(short.get("rules") or [], columns=["segment", "rule"])
    kind = stage.read("model")["kind"]
    return [
        {
            "segment_id": one,
            "segment": name,
            "model": kind,
            "short_rules": rules.loc[rules["segment"] == name, "rule"].tolist(),
            "rules_agree": (short.get("by_segment") or {}).get(name),
        }
        for one, name in _names(stage, segments).items()
    ]


def export_all(stage: Stage) -> list[dict[str, Any]]:
    """Write every configured destination into ``activation/``, people's lists first.

    Parameters
    ----------
    stage : Stage

    Returns
    -------
    list of dict
        The manifests. Where nothing could be written, ``not_yet`` says why: the model
        is not approved, nobody is left, or the data lacks what the system needs.
    """
    names = [ALWAYS, *(n for n in stage.config.destinations if n != ALWAYS)]
    return [_written(stage, name) for name in names]


def _written(stage: Stage, name: str) -> dict[str, Any]:
    needs = configured(stage.config, name)[0].needs_approval
    waits = needs and stage.config.exports_need_approval
    if waits and approval_of(stage.path) is None:
        why = tr("Its model is new or has changed, and nobody has approved it yet.")
        return _not_yet(name, why, tr("Approve it: segtools approve, then export."))
    try:
        return export_stage(stage, name, stage.path / "activation" / name)
    except (ConfigError, DataError) as error:
        # One list that cannot be written is no reason to lose the report.
        return _not_yet(name, str(error), tr("Mend that, then: segtools export."))


def _not_yet(name: str, why: str, step: str) -> dict[str, Any]:
    return {"destination": name, "not_yet": why, "next_step": step}
