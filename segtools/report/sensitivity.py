"""Repeat a run's decision under other defensible choices, without its notebooks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.config import RunConfig, validate
from segtools.languages import in_language_of, mark, tr
from segtools.prepare.fingerprint import fingerprint
from segtools.progress import progress as shown
from segtools.records import read_record, write_record
from segtools.report.assign import finished_run
from segtools.report.execution.lock import locked
from segtools.report.execution.run import Progress
from segtools.report.extensions import load_extensions
from segtools.report.stage import Stage
from segtools.report.trials import learn_variants
from segtools.schema import ConfigError, DataError
from segtools.segmentation.alternatives import best_shares
from segtools.segmentation.choices import (
    POLICIES,
    Choice,
    Settled,
    choices_around,
    variants_of,
)
from segtools.segmentation.claims import Own
from segtools.segmentation.entries import Rules
from segtools.segmentation.sensitivity import Sensitivity, Trial, compare, nothing
from segtools.sources import connect, open_source
from segtools.timezones import instant

NOT_ASKED = mark(
    "Whether this survives other choices was not asked for: set sensitivity to true, "
    "or run `segtools sensitivity` on the finished run."
)
NOTHING_TO_VARY = mark(
    "There is one segment only, so no choice can change the segments."
)


@dataclass(frozen=True)
class Written:
    """What a run has written, or is about to write, as far as it is compared.

    ``segments`` has ``customer_id`` and ``segment_id``, ``features`` at least
    ``customer_id`` and ``spend_total``; the others are the run's records.
    """

    verdict: dict[str, Any]
    contest: dict[str, Any]
    selection: dict[str, Any]
    quality: dict[str, Any]
    segments: pd.DataFrame
    features: pd.DataFrame


def sensitivity(run: Path | str, *, progress: Progress | None = None) -> Sensitivity:
    """Repeat a finished run under up to 48 other choices and compare its headlines.

    Every variant is cleaned, measured, contested and decided anew from the run's
    source, as of the run's own ``as_of``: nothing later is read. What variants have
    in common is computed once. ``sensitivity.json`` is written into the run's folder.

    Parameters
    ----------
    run : path
        Folder of a finished run; its ``tables`` are not needed.
    progress : callable, optional
        Called with ``sensitivity``, the number of the variant and of variants.

    Returns
    -------
    Sensitivity
        ``sentence``, ``table()``, ``segments()``, ``record`` and ``customers``.

    Raises
    ------
    ConfigError
        If the run is not finished or has one segment only, or its source is gone.
    DataError
        If a file of the run is missing, or the source has changed since.
    """
    path = Path(run)
    finished_run(path)
    with locked(path):
        return _repeated(path, progress)


def _repeated(path: Path, progress: Progress | None) -> Sensitivity:
    about = finished_run(path)
    written = _written(path)
    if len(written.selection["segments"]) < 2:
        why = written.verdict["why_not"] or "one segment was found"
        raise ConfigError(
            f"RUN must have segments to compare, but {path} has one only: {why}. "
            "Use another run, or set force_segments: true and run again."
        )
    config = validate(dict(about["config"]) | {"as_of": about["as_of"]})
    _refuse_changed(config, about["data"])
    with in_language_of(about):
        found = vary(written, config, progress)
    goals = {"goals_hash": about.get("goals_hash")}
    write_record(path / "sensitivity.json", found.record | goals)
    return found


def in_stage(stage: Stage, written: Written) -> Sensitivity:
    """Do within stage 03 what `sensitivity` does later, if the configuration asks.

    Returns
    -------
    Sensitivity
        Without claims, and with the reason as its sentence, where it was not asked
        for or there is one segment only.
    """
    if not stage.config.sensitivity:
        return nothing(tr(NOT_ASKED))
    if len(written.selection["segments"]) < 2:
        return nothing(tr(NOTHING_TO_VARY))
    config = stage.config.model_copy(update={"as_of": stage.run["as_of"]})
    found = vary(written, config)
    stage.write("sensitivity", found.record)
    return found


def vary(
    written: Written, config: RunConfig, progress: Progress | None = None
) -> Sensitivity:
    """Learn every variant around a run and compare.

    Parameters
    ----------
    written : Written
        The run.
    config : RunConfig
        Its configuration, with ``as_of``.
    progress : callable, optional
        As for `sensitivity`.
    """
    load_extensions(config)
    settled = settled_by(written, config)
    choices = choices_around(config, settled)
    variants = variants_of(choices)
    plain = {"method": settled.method, "n_segments": settled.n_segments}
    trials: dict[int, Trial] = {}
    learned = learn_variants(variants, config.model_copy(update=plain))
    for number, trial in shown(learned, "Other choices", total=len(variants)):
        trials[number] = trial
        if progress:
            progress("sensitivity", len(trials), len(variants))
    found = compare(
        own_of(written),
        choices,
        [trials[i] for i in sorted(trials)],
        smallest_cell=config.smallest_cell,
    )
    return _named(found, written, choices)


def settled_by(written: Written, config: RunConfig) -> Settled:
    """Read off a run's records what it settled on."""
    contest, quality = written.contest, written.quality
    method = written.verdict["scheme"]
    if method is None:  # nothing was judged, so the plain default was frozen
        plain = "clusters" if config.goal == "understand" else "rules"
        method = plain if config.method == "auto" else config.method
    asked = contest["n_segments"] or Rules.of(config).sizes[-1]
    first = instant(str(quality["first"]), "UTC")
    origin = instant(str(config.as_of), str(config.timezone))
    return Settled(
        method=method,
        n_segments=int(asked),
        judged=contest["evidence"] != "not_judged",
        history_days=(origin - first).total_seconds() / 86_400,
        rows={d["parameter"]: int(d["rows"]) for d in quality["decisions"]},
    )


def own_of(written: Written) -> Own:
    """Describe a run as its alternatives are described."""
    verdict, rows = written.verdict, written.selection["segments"]
    rows = [r for r in sorted(rows, key=lambda r: r["rank"]) if r["n"]]
    order = [r["segment_id"] for r in rows if "extra" not in r]
    apart = [r["segment_id"] for r in rows if "extra" in r]
    pairs = written.segments.set_index("customer_id")["segment_id"].sort_index()
    spend = written.features.set_index("customer_id")["spend_total"]
    paid = spend.reindex(pairs.index).fillna(0).to_numpy(float)
    customers, value = best_shares((pairs == order[0]).to_numpy(), paid)
    facts = {name: verdict[name] for name in ("structure", "decision", "worth")}
    facts |= {"n_segments": len(order), "best_customers": customers}
    facts |= {"best_value": value, "beats_random": _beats_random(written)}
    return Own(facts, pairs, order, apart)


def _beats_random(written: Written) -> bool | None:
    contest = written.contest
    for row in contest["schemes"]:
        own = (row["scheme"], row["asked"])
        if own == (contest["winner"], contest["n_segments"]) and row["over_random"]:
            return bool(row["over_random"]["low"] > 0)
    return None


def _named(found: Sensitivity, written: Written, choices: list[Choice]) -> Sensitivity:
    """Add the segments' names, and which decisions concern no row and were left."""
    names = {r["segment_id"]: r["name"] for r in written.selection["segments"]}
    for row in found.record["segments"]:
        row["name"] = names[row["segment_id"]]
    varied = {c.name for c in choices}
    found.record["left_out"] = [
        {"choice": d["parameter"], "sentence": d["sentence"]}
        for d in written.quality["decisions"]
        if d["parameter"] in POLICIES and d["parameter"] not in varied
    ]
    return found


def _written(path: Path) -> Written:
    names = ("verdict", "contest", "selection")
    records = {name: read_record(path / f"{name}.json") for name in names}
    return Written(
        **records,
        quality=read_record(path / "data_quality.json"),
        segments=_read(path / "segments.parquet"),
        features=_read(path / "features.parquet"),
    )


def _read(file: Path) -> pd.DataFrame:
    if not file.is_file():
        raise DataError(
            f"A run must hold {file.name}, but {file.parent} does not. "
            "Repeat the run with --again."
        )
    return pd.read_parquet(file)


def _refuse_changed(config: RunConfig, then: dict[str, Any]) -> None:
    """Refuse a source that is not what the run has read."""
    now = fingerprint(
        open_source(config, connect(memory_limit=config.memory_limit)).tables
    )
    if now == then:
        return
    tables = sorted({*now["tables"], *then["tables"]})
    changed = [t for t in tables if now["tables"].get(t) != then["tables"].get(t)]
    rows = [d["tables"].get(changed[0], {}).get("rows", 0) for d in (then, now)]
    raise DataError(
        f"The source must hold what the run has read, but {changed[0]} has changed: "
        f"{rows[0]:,} rows then, {rows[1]:,} now. Run again, then ask for the "
        "sensitivity of the new run."
    )
