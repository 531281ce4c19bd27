"""A run's typing tool: one form, JSON, and SQL for every engine."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pandas as pd

from segtools.destinations.approval import model_hash
from segtools.features.catalogue import Window
from segtools.features.shop import Shop
from segtools.features.survey import needs_table
from segtools.languages import in_language_of, tr
from segtools.records import read_record, write_record, write_text
from segtools.report.assign import finished_run
from segtools.report.execution.lock import locked
from segtools.report.html import front_page
from segtools.report.scan import refuse_disclosure
from segtools.report.templating import day
from segtools.report.typing_form import form_page
from segtools.report.typing_link import FOLDER, FORM, NAME
from segtools.schema import ConfigError, did_you_mean
from segtools.segmentation.sql_text import DIALECTS
from segtools.segmentation.typing_tool import TypingTool, typing_tool
from segtools.sources import connect
from segtools.timezones import epoch, instant

Texts = dict[str, dict[str, Any]]


def typing_files(
    run_dir: Path,
    out: Path | None = None,
    *,
    by: str = "features",
    fields: Sequence[str] = (),
    n_questions: int = 6,
) -> TypingTool:
    """Learn a typing tool for a run's segments and write it in every form.

    Customers whom a rule placed because they never ordered are not learned from.

    Parameters
    ----------
    run_dir : Path
        A finished run.
    out : Path, optional
        The folder to write to; default ``typing`` in the run's, and the front page is
        then written anew with a link to the form. It gets ``form.html``,
        ``typing_tool.json`` and ``typing_tool.<dialect>.sql``, each whole or not at
        all; nothing is written if anything is refused.
    by : {"features", "answers"}, default="features"
        What to ask for: the features that may build segments, as ``features.parquet``
        keeps them, or the answers to the run's survey.
    fields : sequence of str, default=()
        Columns to choose from; none means all.
    n_questions : int, default=6
        Most questions.

    Returns
    -------
    TypingTool
        Its ``figures`` hold under ``not_written`` the dialects that cannot have a
        column of a question's name, with the reason.

    Raises
    ------
    ConfigError
        If the run is not finished, has no answers, or has no such field.
    DataError
        As `typing_tool` raises it.
    DisclosureError
        If a question or an answer shows who somebody is.
    """
    run = finished_run(run_dir)
    with in_language_of(run):
        known, texts = _known(run_dir, run, by)
        tool = _learned(_chosen(known, fields), texts, run, run_dir, n_questions)
        own = run_dir / FOLDER
        linked = out is None or (own / FORM).is_file()
        with locked(run_dir) if linked else nullcontext():  # a run may be read-only
            _write(tool, own if out is None else out, run, run_dir)
            if linked:
                front_page(run_dir)
    return tool


def _learned(
    known: pd.DataFrame,
    texts: Texts,
    run: dict[str, Any],
    run_dir: Path,
    n_questions: int,
) -> TypingTool:
    segments = pd.read_parquet(run_dir / "segments.parquet").set_index("customer_id")
    own = segments.loc[segments["assigned_by"] != "rule", "segment_id"]
    asked = known.loc[known.index.intersection(own.index)]
    model = read_record(run_dir / "model.json")
    held = set(own[asked.index])
    listed = [s for s in model["segments"] if s["segment_id"] in held]
    return typing_tool(
        asked,
        own[asked.index],
        n_questions=n_questions,
        smallest_cell=int(run["config"].get("smallest_cell") or 10),
        texts=texts,
        names={s["segment_id"]: s["name"] for s in listed},
    )


def _known(run_dir: Path, run: dict[str, Any], by: str) -> tuple[pd.DataFrame, Texts]:
    if by == "features":
        return _features(run_dir)
    if by == "answers":
        return _answers(run_dir, run)
    raise ConfigError(
        f"by must be 'features' or 'answers', but it is {by!r}. "
        f"{did_you_mean(by, ['features', 'answers'])}"
    )


def _features(run_dir: Path) -> tuple[pd.DataFrame, Texts]:
    entries = read_record(run_dir / "feature_catalogue.json")["features"]
    reads = {f["name"] for f in read_record(run_dir / "model.json")["features"]}
    frame = pd.read_parquet(run_dir / "features.parquet").set_index("customer_id")
    askable = [
        e
        for e in entries
        if e["name"] in frame.columns
        and (e["role"] == "segmentation" or e["name"] in reads)
    ]
    texts: Texts = {e["name"]: _text(e) for e in askable}
    return frame[list(texts)], texts


def _text(entry: dict[str, Any]) -> dict[str, Any]:
    yes = {"shown": [0, 1]} if entry["unit"] == "yes or no" else {}
    return {"text": entry["label"], "unit": entry["unit"]} | yes


def _answers(run_dir: Path, run: dict[str, Any]) -> tuple[pd.DataFrame, Texts]:
    file = run_dir / "tables" / "answers.parquet"
    if not file.exists():
        raise ConfigError(
            f"RUN must have a survey to ask by answers, but {run_dir.name} keeps no "
            "answers. Use --by features, or add a source of answers and run again."
        )
    timezone = str(run["timezone"])
    shop = Shop({"answers": connect().read_parquet(file)}, timezone)
    origin = epoch(instant(str(run["as_of"]), timezone))
    needs = needs_table(shop, Window(origin, 1), undated=True)
    frame, texts = needs.codes, Texts()
    for row in needs.questions.itertuples():
        texts[row.column] = {"text": row.column}
        if row.kind == "single":  # what was said, rather than its place in a list
            said = dict(enumerate(row.categories))
            frame[row.column] = frame[row.column].map(said)
        else:
            texts[row.column] |= {"shown": row.categories}
    return frame, texts


def _chosen(known: pd.DataFrame, fields: Sequence[str]) -> pd.DataFrame:
    unknown = [f for f in fields if f not in known.columns]
    if unknown:
        hint = did_you_mean(unknown[0], known.columns)
        raise ConfigError(
            f"fields must be among what can be asked, but {unknown} are not. {hint}"
        )
    return known[list(fields)] if fields else known


def _write(tool: TypingTool, out: Path, run: dict[str, Any], run_dir: Path) -> None:
    """Make everything, and only then write it."""
    facts = [tr("as of {date}", date=day(run["as_of"]))]
    page = form_page(tool, project=str(run["project"]), facts=facts)
    refuse_disclosure(page, "form.html", run_dir, run)
    queries, refused = {}, {}
    for dialect in sorted(set(DIALECTS) - {"databricks"}):  # it is Spark's text
        try:
            queries[dialect] = tool.to_sql(dialect)
        except ConfigError as error:
            refused[dialect] = str(error)
    tool.figures["not_written"] = refused
    about = {"project": run["project"], "as_of": run["as_of"]}
    about |= {"model_hash": model_hash(run_dir)}
    write_record(out / f"{NAME}.json", about | tool.record())
    for dialect, query in queries.items():
        write_text(out / f"{NAME}.{dialect}.sql", query + "\n")
    write_text(out / FORM, page)
