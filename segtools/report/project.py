"""Make a project folder: notebooks, a commented configuration, a place for data."""

from __future__ import annotations

import shutil
from pathlib import Path

from segtools.bundled import bundled
from segtools.records import write_text
from segtools.schema import STAGES, ConfigError

_CONFIGURATION = """\
# The configuration of one segmentation. Every key but project, goal and source has a
# default; `segtools check segtools.yaml` reads it and the data without running.
project: {project}
goal: grow_spend              # grow_spend | keep_customers | win_back | understand
decision: ""                  # which decision waits for the segments?
timezone: Europe/Berlin       # of days and hours: the shop's own zone
currency: EUR                 # shown beside money

source:
  system: sample              # the bundled sample; for your own files, instead:
  # system: files
  # order_lines:              # or orders: one row an order
  #   path: data/lines.csv    # CSV, TSV or Parquet, a folder or a glob of them
  #   delimiter: ";"
  #   decimal: ","
  #   date_format: "%d.%m.%Y %H:%M"
  #   columns:                # ours: theirs
  #     customer_id: Customer
  #     order_id: Invoice
  #     ordered_at: Date
  #     product_id: SKU
  #     quantity: Qty
  #     unit_price: Price

# as_of: 2024-09-29           # default: the midnight after the last order
window_days: 180              # how far features look back
outcome_days: 90              # how long the period is that the goal is about
bases: [value, behaviour, loyalty, benefits]
method: auto                  # auto | goal | rules | clusters | your own scheme
n_segments: auto              # or 2 to 12
min_share: 0.03               # no segment under 3 % of the customers
seed: 1
# extensions: [own.py]        # your own features and schemes
# segment_names:              # segment_id: your name
#   S01: Our regulars
"""


def init_project(folder: Path) -> Path:
    """Write a project that opens in JupyterLab and runs as it is.

    Parameters
    ----------
    folder : Path
        New or empty.

    Returns
    -------
    Path
        The configuration, ``segtools.yaml``.

    Raises
    ------
    ConfigError
        If the folder is a file or is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(
            f"DIR must be a new or empty folder, but {folder} is not. Choose another."
        )
    (folder / "notebooks").mkdir(parents=True)
    (folder / "data").mkdir()
    for stage in STAGES:
        name = f"{stage}.ipynb"
        shutil.copyfile(bundled("notebooks") / name, folder / "notebooks" / name)
    name = "".join(c if c.isalnum() or c in "-_" else "-" for c in folder.name)
    text = _CONFIGURATION.format(project=name.strip("-_") or "my-shop")
    write_text(folder / "segtools.yaml", text)
    return folder / "segtools.yaml"
