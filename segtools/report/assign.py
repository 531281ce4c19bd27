"""Give customers in new data the segments of a run's frozen model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from segtools.config import RunConfig, validate
from segtools.destinations.spreadsheet import to_csv
from segtools.features.build import collect, features_at, supported, variables
from segtools.features.catalogue import Window, registered
from segtools.features.shop import Shop
from segtools.prepare.clean import clean
from segtools.records import read_record, write_table, write_text
from segtools.report.extensions import load_extensions
from segtools.schema import ConfigError
from segtools.segmentation.model import SegmentModel
from segtools.sources import Opened, connect, open_source
from segtools.timezones import epoch, instant

_MAIN = ("order_lines", "orders")


def assign_file(
    run_dir: Path, data: Path, out: Path, overrides: dict[str, Any] | None = None
) -> pd.DataFrame:
    """Build the model's features from new data and assign; nothing is refitted.

    Parameters
    ----------
    run_dir : Path
        A finished run.
    data : Path
        A file of the shape of the run's orders, or a folder with one file a table
        (``order_lines.*``, ``orders.*``, ``customers.*``), such as a run's ``tables``.
    out : Path
        ``.parquet`` or ``.csv`` (formulas escaped).
    overrides : dict, optional
        Keys of the configuration to change, such as ``as_of``.

    Returns
    -------
    DataFrame
        As ``segments.parquet``: for the same customers and ``as_of``, the same rows.

    Raises
    ------
    ConfigError
        If the run is not finished, DATA is not there, or OUT has another suffix.
    DataError
        If the data breaks the contract.
    """
    if out.suffix not in (".parquet", ".csv"):
        raise ConfigError(
            f"--out must end in .parquet or .csv, but it is {out.name!r}. Rename it."
        )
    run = finished_run(run_dir)
    body = dict(run["config"]) | {"as_of": run["as_of"]} | (overrides or {})
    body["source"] = _source(body["source"], data)
    frame = _assigned(run_dir, validate(body))
    if out.suffix == ".csv":
        write_text(out, to_csv(frame))
    else:
        write_table(out, frame)
    return frame


def _assigned(run_dir: Path, config: RunConfig) -> pd.DataFrame:
    load_extensions(config)
    con = connect(memory_limit=config.memory_limit)
    days = int(read_record(run_dir / "data_quality.json")["window_days"])
    model = SegmentModel.from_record(read_record(run_dir / "model.json"))
    return assign_opened(model, open_source(config, con), con, config, days)


def assign_opened(
    model: SegmentModel,
    opened: Opened,
    con: ibis.BaseBackend,
    config: RunConfig,
    window_days: int,
) -> pd.DataFrame:
    """Give everyone of an opened source a segment of a frozen model.

    Parameters
    ----------
    model : SegmentModel
        Nothing of it is refitted.
    opened : Opened
        Orders of the shape of those that it was learned from.
    con : ibis backend
        Where they lie.
    config : RunConfig
        With ``as_of``, at which features are measured.
    window_days : int
        How far the model's features look back.

    Raises
    ------
    ConfigError
        If the model reads a feature that nobody has registered here.
    DataError
        If the data breaks the contract.
    """
    origin = epoch(instant(str(config.as_of), str(config.timezone)))
    cleaned = clean(opened, con, config, origin)
    shop = Shop.of(cleaned.tables, config)
    features, _ = supported(shop, config.bases)
    features = variables(features, config.variables, shop, config.protected_reasons)
    window = Window(origin, window_days)
    table = features_at(shop, window, features, with_customers=True)
    _refuse_unknown(model, {f.name for f in features})
    return model.assign(collect(table))


def _refuse_unknown(model: SegmentModel, here: set[str]) -> None:
    """Refuse a model that reads a feature which nobody has registered here."""
    known = {f.name for f in registered()} | here  # attributes are in the data alone
    unknown = sorted(f["name"] for f in model.features if f["name"] not in known)
    if unknown:
        raise ConfigError(
            f"The model's features must be registered, but {unknown} are not. "
            "Name the file that registers them under extensions and run again."
        )


def finished_run(run_dir: Path, called: str = "RUN") -> dict[str, Any]:
    """Read ``run.json`` of a finished run, or refuse; `called` is the argument."""
    if not (run_dir / "run.json").is_file():
        raise ConfigError(
            f"{called} must be the folder of a run, but there is no run.json in "
            f"{run_dir}. Give the folder that `segtools run` printed."
        )
    run = read_record(run_dir / "run.json")
    if run["state"] != "done":
        raise ConfigError(
            f"{called} must be finished, but {run_dir} is {run['state']}. "
            "Finish it with `segtools run`."
        )
    return run


def _source(source: Any, data: Path) -> dict[str, Any]:
    """Give a source of the same shape that reads `data` instead."""
    if not data.exists():
        raise ConfigError(
            f"DATA must be a file or folder, but there is no {data}. Check the path."
        )
    # Segments are made of orders: the first block, the shop, is what is asked for.
    shop = dict(source[0] if isinstance(source, list) else source)
    blocks = {k: dict(v) for k, v in shop.items() if isinstance(v, dict)}
    if _is_own(data) or shop["system"] in ("files", "sample", "complete_journey"):
        return _files(blocks, data)
    return shop | _exports(shop["system"], blocks, data)


def _files(blocks: dict[str, Any], data: Path) -> dict[str, Any]:
    if data.is_file():
        main = next((t for t in _MAIN if t in blocks), "order_lines")
        return {"system": "files", main: _block(blocks.get(main), data)}
    found = {
        p.stem: _block(blocks.get(p.stem), p)
        for p in sorted(data.iterdir())
        if p.stem in (*_MAIN, "customers")
    }
    if not set(_MAIN) & set(found):
        raise ConfigError(
            f"DATA must hold order_lines or orders, but {data} has neither. "
            "Name the files after the tables, or give one file."
        )
    return {"system": "files", **found}


def _exports(system: str, blocks: dict[str, Any], data: Path) -> dict[str, Any]:
    """Read another export of the run's own system, by the names of its blocks."""
    files = {k: b for k, b in blocks.items() if "path" in b}
    if not files:
        raise ConfigError(
            f"DATA must be an export that {system} can read, but {system} reads no "
            "files. Change the source with `-p source...` in a run instead."
        )
    if data.is_file():
        main = next(iter(files))
        return {k: files[k] | {"path": str(data)} for k in (main,)}
    found = {p.stem: p for p in sorted(data.iterdir())}
    missing = [k for k in files if k not in found]
    if missing:
        raise ConfigError(
            f"DATA must hold a file for each of {sorted(files)}, but {data} has none "
            f"for {missing}. Name the files after the blocks of the source."
        )
    return {k: b | {"path": str(found[k])} for k, b in files.items()}


def _is_own(data: Path) -> bool:
    """Tell whether DATA is, or lies in, the tables of a run."""
    folder = data if data.is_dir() else data.parent
    return (folder.parent / "run.json").is_file()


def _block(block: dict[str, Any] | None, path: Path) -> dict[str, Any]:
    """Keep how the run's file was read, except for a run's own tables (UTC)."""
    if block is None or _is_own(path):
        return {"path": str(path), "timezone": "UTC"}
    return block | {"path": str(path)}
