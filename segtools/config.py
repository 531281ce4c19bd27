"""One validated run configuration: every key, its stage and its meaning."""

from __future__ import annotations

import datetime as dt
import math
import re
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from segtools.attributes import KINDS
from segtools.schema import ORDER_TABLES, STAGES, TABLES, ConfigError, did_you_mean
from segtools.timezones import instant, zone

Goal = Literal["grow_spend", "keep_customers", "win_back", "understand"]
GOAL_TEXT = {
    "grow_spend": "Grow what customers spend in the next period",
    "keep_customers": "Keep customers who bought recently buying",
    "win_back": "Win back customers who are overdue on their own rhythm",
    "understand": "Understand what kinds of customers there are",
}
# Numbers of segments that `n_segments: auto` tries.
AUTO_SEGMENTS = (3, 4, 5)
_PROJECT = re.compile(r"\w[\w .-]{0,79}")


def _key(default: Any, stage: str, meaning: str, **rules: Any) -> Any:
    extra: Any = {"stage": stage}
    return Field(default, description=meaning, json_schema_extra=extra, **rules)


class DataFile(BaseModel):
    """Where a file lies and how it is written."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(description="a file, a folder or a glob of files of one kind")
    delimiter: str | None = Field(None, description="default: found by looking")
    encoding: str = Field("utf-8", description="utf-8, utf-16, latin-1, cp1252 ...")
    sheet: str | None = Field(None, description="of an Excel file; default: the first")


class TableFile(DataFile):
    """Where one table lies and how to read it."""

    decimal: Literal[".", ","] = Field(".", description="decimal mark of numbers")
    date_format: str | None = Field(None, description="strptime, epoch; default: ISO")
    timezone: str | None = Field(None, description="of naive times; default: project's")
    columns: dict[str, str] = Field({}, description="ours: theirs")

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, value: str | None) -> str | None:
        if value is not None:
            zone(value)
        return value


class Source(BaseModel):
    """Where the data comes from: a system and what that system needs."""

    model_config = ConfigDict(extra="allow")

    system: str = Field(
        description="files, complete_journey, sample or a registered one"
    )


class RunConfig(BaseModel):
    """The configuration of one run; the class documents every key.

    Examples
    --------
    >>> RunConfig(project="shop", timezone="UTC", source={"system": "sample"}).goal
    'grow_spend'
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    project: str = _key(..., "01_goals", "name of the project; runs are kept under it")
    goal: Goal = _key("grow_spend", "01_goals", "what the segments are to serve")
    decision: str = _key("", "01_goals", "the decision that will be taken with them")
    readiness: dict[str, str] = _key({}, "01_goals", "answers only people can give")
    criteria: dict[str, float] = _key(
        {"value": 40, "growth": 25, "size": 20, "reach": 15},
        "01_goals",
        "weights of the attractiveness criteria, fixed before segments are seen",
    )
    source: Source | list[Source] = _key(
        ..., "01_goals", "where the data comes from: a block, or a list of blocks"
    )
    extensions: list[str] = _key([], "01_goals", "Python files with own features, ...")
    timezone: str | None = _key(None, "01_goals", "IANA zone of days and hours")
    currency: str = _key("", "01_goals", "sign or code shown beside money")
    as_of: str | None = _key(None, "01_goals", "instant at which the analysis stands")
    window_days: int = _key(180, "02_data_prep", "how far features look back", ge=7)
    outcome_days: int = _key(90, "02_data_prep", "length of the goal's period", ge=7)
    returns: Literal["net", "drop", "separate"] = _key(
        "net", "02_data_prep", "how returned goods count"
    )
    net_against: Literal["customer", "order"] = _key(
        "customer", "02_data_prep", "what a return lowers: all spend, or its order"
    )
    unmatched_returns: Literal["keep", "drop"] = _key(
        "keep", "02_data_prep", "returns whose order is not in the data"
    )
    cancellations: Literal["drop", "return", "keep"] = _key(
        "drop", "02_data_prep", "orders that were cancelled"
    )
    test_orders: Literal["drop", "keep"] = _key(
        "drop", "02_data_prep", "orders that the shop marks as tests"
    )
    internal_customers: list[str] = _key(
        [], "02_data_prep", "ids or e-mails of staff and tests; * is anything"
    )
    guests: Literal["refuse", "drop", "each"] = _key(
        "refuse", "02_data_prep", "orders that name nobody"
    )
    unmatched: Literal["drop", "keep"] = _key(
        "drop", "02_data_prep", "people of other sources who match no customer"
    )
    non_products: list[str] = _key(
        [], "02_data_prep", "products that are none, such as postage; * is anything"
    )
    duplicates: Literal["drop", "keep"] = _key(
        "drop", "02_data_prep", "rows that are equal in every column"
    )
    zero_prices: Literal["keep", "drop"] = _key(
        "keep", "02_data_prep", "rows whose amount is zero"
    )
    negative_amounts: Literal["return", "drop"] = _key(
        "return", "02_data_prep", "negative amounts that are not marked as returns"
    )
    huge_orders: Literal["keep", "clip", "drop"] = _key(
        "keep", "02_data_prep", "single orders far above all others"
    )
    huge_times: float = _key(
        10, "02_data_prep", "how far: times the 99th percentile of orders", gt=1
    )
    exchange_rates: dict[str, float] = _key(
        {}, "02_data_prep", "code: what one unit is worth in `currency`"
    )
    attribute_kinds: dict[str, str] = _key(
        {}, "02_data_prep", "attribute: its kind, where the guess is wrong"
    )
    quarantine_limit: float = _key(
        0.05, "02_data_prep", "share of rows that may break the contract", ge=0, le=1
    )
    bases: list[str] = _key(
        ["value", "behaviour", "loyalty", "benefits"],
        "02_data_prep",
        "what segments look at",
    )
    method: str = _key("auto", "03_segmentation", "auto, or the scheme to use")
    n_segments: int | Literal["auto"] = _key(
        "auto", "03_segmentation", "2 to 12; an upper bound for goal and rules"
    )
    min_share: float = _key(
        0.03,
        "03_segmentation",
        "no segment under this share of customers",
        ge=0,
        le=0.5,
    )
    max_fit_customers: int = _key(
        200_000, "03_segmentation", "models learn on a sample above this", ge=1000
    )
    force_segments: bool = _key(
        False, "03_segmentation", "make segments although the verdict advises against"
    )
    segment_names: dict[str, str] = _key(
        {}, "03_segmentation", "segment_id or present name: your name"
    )
    seed: int = _key(1, "03_segmentation", "where chance starts", ge=0, lt=2**32)

    @property
    def sources(self) -> list[Source]:
        """The blocks of `source`, one or several."""
        return self.source if isinstance(self.source, list) else [self.source]

    @field_validator("source", mode="before")
    @classmethod
    def _source(cls, value: Any) -> Any:
        if isinstance(value, list):
            return [_block(b, f"source.{i}") for i, b in enumerate(value)]
        return _block(value, "source")

    @field_validator("project")
    @classmethod
    def _project(cls, value: str) -> str:
        if not _PROJECT.fullmatch(value) or value.endswith((".", " ")):
            raise ValueError(
                "must be a name of letters, digits, blanks, dots, - and _ "
                "that can be a folder"
            )
        return value

    @field_validator("as_of", mode="before")
    @classmethod
    def _as_of(cls, value: Any) -> Any:
        if isinstance(value, (dt.date, dt.datetime)):
            value = value.isoformat()
        if value is not None:
            try:
                instant(value, "UTC")
            except (ConfigError, TypeError):
                raise ValueError("must be an ISO date such as 2024-10-01") from None
        return value

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, value: str | None) -> str | None:
        if value is not None:
            zone(value)
        return value

    @field_validator("n_segments", mode="before")
    @classmethod
    def _n_segments(cls, value: Any) -> Any:
        if value != "auto" and not (isinstance(value, int) and 2 <= value <= 12):
            raise ValueError("must be auto or a whole number from 2 to 12")
        return value

    @field_validator("bases")
    @classmethod
    def _bases(cls, value: list[str]) -> list[str]:
        if "value" not in value:
            raise ValueError(
                f"must include 'value', but it is {value}. Add value: recency, orders "
                "and spend are what baselines and rules are made of"
            )
        return value

    @field_validator("exchange_rates")
    @classmethod
    def _rates(cls, value: dict[str, float], info: Any) -> dict[str, float]:
        bad = [c for c, rate in value.items() if not (0 < rate < math.inf)]
        if bad:
            raise ValueError(
                f"must be above 0, but {bad[0]} has {value[bad[0]]}. "
                "Write what one unit of it is worth in the project's currency"
            )
        if value and not info.data.get("currency"):
            raise ValueError(
                "need a currency to convert into, but `currency` is not set. "
                "Set it, such as `currency: EUR`"
            )
        return value

    @field_validator("attribute_kinds")
    @classmethod
    def _kinds(cls, value: dict[str, str]) -> dict[str, str]:
        for name, kind in value.items():
            if kind not in KINDS:
                raise ValueError(
                    f"must name known kinds, but {name!r} has {kind!r}. "
                    f"{did_you_mean(kind, KINDS).rstrip('.')}"
                )
        return value

    @field_validator("min_share")
    @classmethod
    def _min_share(cls, value: float, info: Any) -> float:
        n = info.data.get("n_segments")
        if isinstance(n, int) and n * value > 1:
            room = math.floor(100 / n) / 100
            raise ValueError(
                f"must leave room for every segment, but {n} segments of at least "
                f"{value:.0%} need {n * value:.0%} of the customers. "
                f"Lower n_segments to {int(1 / value)} or min_share to {room}"
            )
        return value


def _block(value: Any, where: str) -> Source:
    if isinstance(value, Source):
        return value
    if not isinstance(value, dict):
        raise ValueError(
            f"{where} must hold `key: value` lines, but it is {value!r}. "
            "Change it in the configuration"
        )
    if "system" not in value:
        raise ValueError(
            f"The configuration must hold '{where}.system', but it is missing. "
            f"Add `{where}.system:`"
        )
    return Source.model_validate(value)


def stage_of(key: str) -> str:
    """Give the stage that first reads a configuration key."""
    return str(RunConfig.model_fields[key].json_schema_extra["stage"])  # type: ignore[index,call-overload]


def defaults() -> dict[str, Any]:
    """Give the default of every key that has one."""
    fields = RunConfig.model_fields.items()
    return {name: f.get_default() for name, f in fields if not f.is_required()}


def load_config(path: str | Path, overrides: dict[str, Any] | None = None) -> RunConfig:
    """Read and validate a YAML configuration.

    Parameters
    ----------
    path : str or Path
        The YAML file.
    overrides : dict, optional
        Dotted key to value (``{"source.order_lines.path": "x.csv"}``), applied
        before validation; what ``-p NAME=VALUE`` gives.

    Returns
    -------
    RunConfig

    Raises
    ------
    ConfigError
        If the file is missing, is not YAML, or a key is unknown or mistyped.
    """
    path = Path(path)
    if not path.is_file():
        raise ConfigError(
            f"CONFIG must be a YAML file, but there is no {path}. "
            "Make one with `segtools init DIR`."
        )
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} must be YAML, but {_where(error)}.") from None
    if not isinstance(body, dict):
        raise ConfigError(
            f"{path.name} must hold `key: value` lines, but it holds "
            f"{'nothing' if body is None else type(body).__name__}. "
            "Start from `segtools init DIR`."
        )
    for name, value in (overrides or {}).items():
        _set(body, name, value)
    return validate(_relative(body, path.parent))


def validate(body: dict[str, Any]) -> RunConfig:
    """Validate a configuration given as a dictionary.

    Raises
    ------
    ConfigError
        One sentence about the first thing that is wrong.

    Examples
    --------
    >>> validate({"project": "shop", "sourc": {}})
    Traceback (most recent call last):
    segtools.schema.ConfigError: The configuration must use known keys, but 'sourc' \
is none. Did you mean 'source'?
    """
    try:
        config = RunConfig.model_validate(body)
    except ValidationError as error:
        raise ConfigError(_sentence(error)) from None
    for block in config.sources:
        _check_source(block)
    if all(b.system == "files" and not _orders(b) for b in config.sources):
        raise ConfigError(
            "source must name a file with orders, but it has neither orders nor "
            "order_lines. Add `order_lines: {path: ...}` under source."
        )
    return config


def _orders(source: Source) -> bool:
    return bool(set(ORDER_TABLES) & set(source.model_extra or {}))


def checked(model: type[BaseModel], options: dict[str, Any], within: str) -> Any:
    """Validate the block of one source by that source's own model.

    Parameters
    ----------
    model : pydantic model
        The keys that the source understands; unknown ones are refused.
    options : dict
        The block, without ``system``.
    within : str
        Where the block stands, such as ``source``.

    Returns
    -------
    model
        The validated block.

    Raises
    ------
    ConfigError
        One sentence about the first thing that is wrong.

    Examples
    --------
    >>> checked(DataFile, {"path": "a.csv", "delimeter": ";"}, "source.orders")
    Traceback (most recent call last):
    segtools.schema.ConfigError: The configuration must use known keys, but \
'source.orders.delimeter' is none. Did you mean 'delimiter'?
    """
    try:
        return model.model_validate(options)
    except ValidationError as error:
        raise ConfigError(_sentence(error, within, model)) from None


def _check_source(source: Source) -> None:
    url = (source.model_extra or {}).get("url")
    if url is not None and not str(url).startswith("env:"):
        raise ConfigError(
            "source.url must be env:NAME_OF_VARIABLE, but it is written out. Put the "
            "URL into an environment variable: secrets are never in the file."
        )
    if source.system != "files":
        return
    tables = source.model_extra or {}
    for name, block in tables.items():
        if name not in TABLES:
            raise ConfigError(
                f"source must use known tables, but {name!r} is none. "
                f"{did_you_mean(name, TABLES)}"
            )
        checked(TableFile, block, f"source.{name}")


def _sentence(
    error: ValidationError, within: str = "", model: type[BaseModel] = RunConfig
) -> str:
    # A mistyped key also leaves the right one missing: name the mistake first.
    first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    path = [str(part) for part in first["loc"] if part != "[key]"]
    key = ".".join([within, *path]).strip(".")
    if first["type"] == "extra_forbidden":
        guess = did_you_mean(str(first["loc"][-1]), _fields(model, first["loc"][:-1]))
        return f"The configuration must use known keys, but {key!r} is none. {guess}"
    if first["type"] == "missing":
        return f"The configuration must hold {key!r}, but it is missing. Add `{key}:`."
    rule = first["msg"].removeprefix("Value error, ").rstrip(".")
    if first["type"] in ("model_type", "dict_type"):
        rule = "must hold `key: value` lines"
    rule = rule.replace("Input should be", "must be", 1)
    if ". " in rule:  # the validator brought its own remedy
        own = (
            rule if key == "source" else f"{key} {rule.removeprefix(path[-1]).strip()}"
        )
        return f"{own}."
    return (
        f"{key} {rule}, but it is {first['input']!r}. Change it in the configuration."
    )


def _fields(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """Name the keys that a model knows at a path within it."""
    for part in path:
        field = model.model_fields.get(str(part))
        kinds = (field.annotation, *get_args(field.annotation)) if field else ()
        inner = [k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)]
        model = inner[0] if inner else model
    return list(model.model_fields)


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return "it is not text in UTF-8. Save it as UTF-8"
    problem = getattr(error, "problem", "it cannot be read")
    return (
        f"line {mark.line + 1}, column {mark.column + 1} cannot be read ({problem}). "
        "Check the indent, colons and quotes there"
    )


def _set(body: dict[str, Any], dotted: str, value: Any) -> None:
    *parents, last = dotted.split(".")
    here: Any = body
    for parent in parents:
        if isinstance(here, list) and parent.isdigit() and int(parent) < len(here):
            here = here[int(parent)]  # source.1.tickets.path
        elif isinstance(here, dict):
            here = here.setdefault(parent, {})
        if not isinstance(here, (dict, list)):
            raise ConfigError(
                f"-p must name a key, but {dotted!r} goes through {parent!r}, "
                "which holds a value. Give the whole path of a key."
            )
    if not isinstance(here, dict):
        raise ConfigError(
            f"-p must name a key, but {dotted!r} leads to a list. Give the number of "
            "its entry, from 0, such as source.1.tickets.path."
        )
    here[last] = value


def parse_override(text: str) -> tuple[str, Any]:
    """Read one ``NAME=VALUE``; the value is YAML, dates stay text.

    Raises
    ------
    ConfigError
        If there is no name or no ``=``. A value that is not YAML is taken as text.

    Examples
    --------
    >>> parse_override("n_segments=4"), parse_override("as_of=2017-10-01")
    (('n_segments', 4), ('as_of', '2017-10-01'))
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ConfigError(
            f"-p must have the form NAME=VALUE, but it is {text!r}. "
            "Write it as -p n_segments=4."
        )
    try:
        parsed = yaml.safe_load(value)
    except yaml.YAMLError:
        parsed = value
    if isinstance(parsed, (dt.date, dt.datetime)):
        parsed = value.strip()
    return name.strip(), parsed


def _relative(body: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Make paths absolute that the configuration gives relative to itself."""
    source = body.get("source")
    for system in source if isinstance(source, list) else [source]:
        for block in system.values() if isinstance(system, dict) else ():
            if isinstance(block, dict) and isinstance(block.get("path"), str):
                block["path"] = str((folder / block["path"]).resolve())
    extensions = body.get("extensions")
    if isinstance(extensions, list):
        body["extensions"] = [str((folder / str(e)).resolve()) for e in extensions]
    return body


def stage_keys(stage: str) -> list[str]:
    """List the keys that `stage` is the first to read."""
    if stage not in STAGES:
        raise ConfigError(
            f"stage must be one of the six, but it is {stage!r}. "
            f"{did_you_mean(stage, STAGES)}"
        )
    return [k for k in RunConfig.model_fields if stage_of(k) == stage]
