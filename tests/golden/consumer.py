"""Another program: it reads every file of a run's folder by its format and version.

    python tests/golden/consumer.py RUN

It knows the contract and nothing of segtools. It prints what it read and ends with 0,
or prints what it cannot make sense of and ends with 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

# What each version of a format must have for this program to read it.
KNOWN = {
    ("segtools.run", 1): "project state as_of timezone seed config data stages",
    ("segtools.goals", 1): "goal readiness bases criteria hash",
    ("segtools.data_quality", 1): "tables customers orders rules lights window_days",
    ("segtools.feature_catalogue", 1): "window_days features left_out",
    ("segtools.selection", 1): "chosen reason segments schemes names_carried_over",
    ("segtools.verdict", 1): "structure worth decision sentence n_segments",
    ("segtools.contest", 1): "evidence legs schemes winner",
    ("segtools.model", 1): "kind features segments ladder preprocess next_number",
    ("segtools.model", 2): "kind features segments ladder preprocess next_number",
    ("segtools.personas", 1): "segments everyone",
    ("segtools.actions", 1): "segments decisions",
    ("segtools.changes", 1): "first_run sentence previous_as_of flows",
    ("segtools.drift", 1): "first_run previous_as_of features fates recommendation",
    ("segtools.experiment", 1): "plan running",
    ("segtools.experiment_results", 1): "campaigns segments",
    ("segtools.manifest", 1): "destination files next_step",
    ("segtools.export", 1): "destination number mark as_of",
}
RECORDS = "run goals data_quality feature_catalogue selection verdict contest model"
RECORDS += " personas actions changes"
TABLES = {
    "segments": "customer_id segment_id segment confidence runner_up assigned_by",
    "features": "customer_id recency_days n_orders spend_total",
    "profiles": "segment_id segment name label unit value",
    "quarantine": "table rule",
}
OPS = {"ge": np.greater_equal, "le": np.less_equal, "gt": np.greater, "lt": np.less}


def read(file: Path) -> dict:
    """Read a record by its format and version."""
    record = json.loads(file.read_text(encoding="utf-8"))
    known = (record["format"], record["version"])
    if known not in KNOWN:
        raise ValueError(f"{file.name} is {known[0]} in version {known[1]}: not known")
    lacks = [key for key in KNOWN[known].split() if key not in record]
    if lacks:
        raise ValueError(f"{file.name} lacks {lacks}")
    return record


def placed(model: dict, features: pd.DataFrame) -> pd.Series:
    """Give the rank of each customer's segment by the frozen model alone."""
    if model["kind"] == "scorecard":
        score = pd.Series(model["base"], index=features.index)
        for name, bins in model["bins"].items():
            values = features[name].to_numpy(float)
            points = np.array([*bins["points"], 0])[
                np.searchsorted(bins["upper"], values, side="left")
            ]
            score += np.where(np.isnan(values), bins["missing"], points)
        above = np.searchsorted(model["cuts"], score, side="right")
        return pd.Series(len(model["segments"]) - above, index=features.index)
    if model["kind"] == "centroids":
        frame = features[model["uses"]].astype(float)
        for step in model["preprocess"]:
            frame = prepared(frame, step)
        centres = np.array(model["centroids"])
        away = ((frame.to_numpy()[:, None, :] - centres[None]) ** 2).sum(axis=2)
        ranks = np.array([s["rank"] for s in model["segments"]])
        return pd.Series(ranks[np.round(away, 9).argmin(axis=1)], index=features.index)
    raise ValueError(f"model.json is of kind {model['kind']}: not known")


def prepared(frame: pd.DataFrame, step: dict) -> pd.DataFrame:
    """Apply one step of a model's ``preprocess``."""
    if step["op"] == "fill":
        return frame.fillna(step["values"])
    if step["op"] == "signed_log":
        logs = frame[step["features"]]
        return frame.assign(**(np.sign(logs) * np.log1p(logs.abs())))
    if step["op"] == "standardize":
        return (frame - pd.Series(step["mean"])) / pd.Series(step["scale"])
    raise ValueError(f"model.json has the step {step['op']}: not known")


def assigned_otherwise(records: dict, tables: dict) -> int:
    """Count customers whose segment is not what the model gives them."""
    both = tables["segments"].merge(tables["features"], on="customer_id")
    own = both[both["assigned_by"] == "model"]
    ranks = {s["segment_id"]: s["rank"] for s in records["model"]["segments"]}
    return int((own["segment_id"].map(ranks) != placed(records["model"], own)).sum())


def miscounted(records: dict, tables: dict) -> Iterator[str]:
    """Name statements about features whose share is not what the tables say."""
    both = tables["segments"].merge(tables["features"], on="customer_id")
    for card in records["personas"]["segments"]:
        own = both[both["segment_id"] == card["segment_id"]]
        for row in card["statements"]:
            how = row.get("computation") or {}
            if how.get("table") != "features" or how["op"] not in OPS:
                continue
            values = own[how["column"]].dropna()
            share = OPS[how["op"]](values, how["value"]).mean()
            if row["n"] != len(values) or abs(row["share"] - share) > 1e-9:
                yield row["id"]


def problems(run: Path) -> Iterator[str]:
    """Read a run whole and give what does not add up."""
    records = {name: read(run / f"{name}.json") for name in RECORDS.split()}
    extra = [*run.glob("*.json"), *run.glob("exports/*.json")]
    for file in [*extra, *run.glob("activation/*/manifest.json")]:
        read(file)
    tables = {name: pd.read_parquet(run / f"{name}.parquet") for name in TABLES}
    for name, columns in TABLES.items():
        lacks = [c for c in columns.split() if c not in tables[name]]
        if lacks:
            yield f"{name}.parquet lacks {lacks}"
            return
    known = {s["segment_id"] for s in records["model"]["segments"]}
    if strange := set(tables["segments"]["segment_id"]) - known:
        yield f"segments.parquet has {sorted(strange)}, which model.json has not"
    for row in records["selection"]["segments"]:
        n = int((tables["segments"]["segment_id"] == row["segment_id"]).sum())
        if n != row["n"]:
            yield f"{row['segment_id']} has {n} customers, not {row['n']}"
    if wrong := assigned_otherwise(records, tables):
        yield f"{wrong} customers are not where model.json puts them"
    for name in miscounted(records, tables):
        yield f"statement {name} of personas.json is not what the tables say"


def main(run: Path) -> int:
    """Print what is wrong, or how much was read."""
    try:
        found = list(problems(run))
    except (OSError, ValueError, KeyError, TypeError) as error:
        found = [f"{type(error).__name__}: {error}"]
    print("\n".join(found) or f"{run.name}: every file was read")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
