"""Make a project folder: notebooks, a commented configuration, a place for data."""

from __future__ import annotations

import shutil
from pathlib import Path

from segtools.bundled import bundled
from segtools.profiles.actions.rule_book import DEFAULT as RULE_BOOK
from segtools.records import write_text
from segtools.schema import STAGES, ConfigError, did_you_mean

_WITH_GUESTS = ("shopify", "stripe", "woocommerce", "ga4", "twilio_segment")
_SAMPLE = """\
source:
  system: sample              # the bundled sample; `segtools init DIR --source shopify`
                              # writes a block for Shopify's exports, and so on
"""
_CONFIGURATION = """\
# yaml-language-server: $schema={schema}
# The configuration of one segmentation. Every key but project, goal and source has a
# default; `segtools check segtools.yaml` reads it and the data without running.
project: {project}
goal: grow_spend              # grow_spend | keep_customers | win_back |
                              # respond_to_campaign | understand
decision: ""                  # which decision waits for the segments?
timezone: Europe/Berlin       # of days and hours: the shop's own zone
currency: EUR                 # shown beside money
# language: ru                # of what segtools writes: en | ro | ru | zh | a folder

{source}
# as_of: 2024-09-29           # default: the midnight after the last order
window_days: 180              # how far features look back
outcome_days: 90              # how long the period is that the goal is about
bases: [value, behaviour, loyalty, benefits]
method: auto                  # auto | goal | rules | clusters | mixture | ward |
                              # spend_quintiles | rfm_grid | your own scheme
n_segments: auto              # or 2 to 12
min_share: 0.03               # no segment under 3 % of the customers
# max_actions: 4              # how many different actions the team can run
seed: 1
# extensions: [own.py]        # your own features and schemes
# Decisions about the data; `segtools check` counts what each concerns.
returns: net                  # net | drop | separate
cancellations: drop           # drop | return | keep
guests: {guests}{pad}# refuse | drop | each: orders that name nobody
# internal_customers: ["*@our-shop.example"]
# non_products: [Postage, "Gift card*"]
# exchange_rates: {{USD: 0.92}} # worth in `currency`
# segment_names:              # segment_id: your name
#   S01: Our regulars
# rule_book: rule_book.yaml   # what to do with whom: take away the #, edit the file
# owners: {{S01: Ann}}          # who answers for what is done with a segment
# experiment:                 # who is held back by lot, and what is worth finding
#   {{name: spring-coupons, holdout: 0.2}}
# decisions:                  # what you change by hand, each with its reason
#   - {{what: merge, segments: [S02, S03], why: Both get one letter.}}
"""


def init_project(folder: Path, system: str = "sample") -> Path:
    """Write a project that opens in JupyterLab and runs as it is.

    Parameters
    ----------
    folder : Path
        New or empty.
    system : str, default="sample"
        Where the data comes from; its block of the configuration is written with
        every key explained. Beside it lie ``rule_book.yaml``, a copy of ours, and the
        schema by which editors complete and check the configuration.

    Returns
    -------
    Path
        The configuration, ``segtools.yaml``.

    Raises
    ------
    ConfigError
        If the folder is a file or is not empty, or the system is unknown.
    """
    block = source_block(system)
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
    # Orders without anybody's name are usual where carts need no account.
    guests = "drop" if system in _WITH_GUESTS else "refuse"
    text = _CONFIGURATION.format(
        project=name.strip("-_") or "my-shop",
        source=block,
        guests=guests,
        pad=" " * (22 - len(guests)),
        schema=_schema(folder),
    )
    shutil.copyfile(RULE_BOOK, folder / "rule_book.yaml")
    write_text(folder / "segtools.yaml", text)
    return folder / "segtools.yaml"


def _schema(folder: Path) -> str:
    """Write the schema of configurations and give its file's name."""
    # Late: it looks at every source and destination.
    from segtools.report.json_schema import FILE, run_schema, schema_text

    write_text(folder / FILE, schema_text(run_schema()))
    return FILE


def source_block(system: str) -> str:
    """Give the commented ``source:`` block of a system.

    Raises
    ------
    ConfigError
        If there is no such system.
    """
    if system in ("sample", "complete_journey"):
        return _SAMPLE if system == "sample" else f"source:\n  system: {system}\n"
    folder = Path(__file__).parents[1] / "configurations" / "sources"
    known = sorted(p.stem for p in folder.glob("*.yaml"))
    if system not in known:
        raise ConfigError(
            f"--source must be a known system, but it is {system!r}. "
            f"{did_you_mean(system, known)}"
        )
    return (folder / f"{system}.yaml").read_text(encoding="utf-8")
