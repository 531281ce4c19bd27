"""One validated run configuration: every key, its stage and its meaning."""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from segtools.config.blocks import (
    RefreshThresholds,
    Source,
    StructureThresholds,
    ZoneName,
    source_block,
)
from segtools.config.by_hand import decision_blocks
from segtools.config.execution import WHOLE_RUN, Minutes
from segtools.config.experiment import experiment_block
from segtools.config.exports import destination_blocks
from segtools.config.hooks import hook_blocks
from segtools.config.interviews import interview_blocks
from segtools.config.values import (
    Bases,
    CutPoints,
    Instant,
    Kinds,
    LanguageName,
    MemoryLimit,
    ProjectName,
    Reasons,
    SegmentCount,
)
from segtools.languages import mark
from segtools.schema import STAGES, ConfigError, did_you_mean

Goal = Literal[
    "grow_spend", "keep_customers", "win_back", "respond_to_campaign", "understand"
]
GOAL_TEXT = {
    "grow_spend": mark("Grow what customers spend in the next period"),
    "keep_customers": mark("Keep customers who bought recently buying"),
    "win_back": mark("Win back customers who are overdue on their own rhythm"),
    "respond_to_campaign": mark("Find out who responds to the next campaign"),
    "understand": mark("Understand what kinds of customers there are"),
}
# Numbers of segments that `n_segments: auto` tries.
AUTO_SEGMENTS = (3, 4, 5)

# Keys whose values name people: pages say only how many there are.
PRIVATE = ("internal_customers", "interviews", "hooks")


def _key(default: Any, stage: str, meaning: str, **rules: Any) -> Any:
    extra: Any = {"stage": stage}
    return Field(default, description=meaning, json_schema_extra=extra, **rules)


class RunConfig(BaseModel):
    """The configuration of one run; the class documents every key.

    Examples
    --------
    >>> RunConfig(project="shop", timezone="UTC", source={"system": "sample"}).goal
    'grow_spend'
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    project: ProjectName = _key(
        ..., "01_goals", "name of the project; runs are kept under it"
    )
    goal: Goal = _key("grow_spend", "01_goals", "what the segments are to serve")
    language: LanguageName = _key(
        "en", "01_goals", "of what segtools writes: en, ru, ..., or a folder of yours"
    )
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
    timezone: ZoneName | None = _key(None, "01_goals", "IANA zone of days and hours")
    country: str = _key("", "01_goals", "whose public holidays count, such as DE")
    currency: str = _key("", "01_goals", "sign or code shown beside money")
    memory_limit: MemoryLimit = _key(
        "1250MB",
        "01_goals",
        "what the engine may take; beyond it, it spills to disk",
    )
    as_of: Instant = _key(None, "01_goals", "instant at which the analysis stands")
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
    attribute_kinds: Kinds = _key(
        {}, "02_data_prep", "attribute: its kind, where the guess is wrong"
    )
    quarantine_limit: float = _key(
        0.05, "02_data_prep", "share of rows that may break the contract", ge=0, le=1
    )
    bases: Bases = _key(
        ["value", "behaviour", "loyalty", "benefits"],
        "02_data_prep",
        "what segments look at",
    )
    variables: list[str] = _key(
        [], "02_data_prep", "descriptors that are to build segments, too"
    )
    protected_reasons: Reasons = _key(
        {}, "02_data_prep", "protected attribute among `variables`: why it must be"
    )
    method: str = _key("auto", "03_segmentation", "auto, or the scheme to use")
    tiers: CutPoints = _key(
        {}, "03_segmentation", "feature: own cut points; they enter the contest"
    )
    n_segments: SegmentCount = _key(
        "auto", "03_segmentation", "2 to 12; an upper bound for goal and rules"
    )
    min_share: float = _key(
        0.03,
        "03_segmentation",
        "no segment under this share of customers",
        ge=0,
        le=0.5,
    )
    dormant: Literal["join", "separate"] = _key(
        "join",
        "03_segmentation",
        "who did not order in the window: in one of the segments, or in one apart",
    )
    max_actions: int | None = _key(
        None,
        "03_segmentation",
        "how many different actions the team can run; no more segments",
        ge=2,
    )
    max_fit_customers: int = _key(
        200_000, "03_segmentation", "models learn on a sample above this", ge=1000
    )
    force_segments: bool = _key(
        False, "03_segmentation", "make segments although the verdict advises against"
    )
    structure: StructureThresholds = _key(
        StructureThresholds().model_dump(),
        "03_segmentation",
        "from where on groups are groups",
        validate_default=True,
    )
    sensitivity: bool = _key(
        False,
        "03_segmentation",
        "repeat it under some 48 other choices, which takes minutes",
    )
    segment_names: dict[str, str] = _key(
        {}, "03_segmentation", "segment_id or present name: your name"
    )
    smallest_cell: int = _key(
        10,
        "03_segmentation",
        "no segment and no cell of a table has fewer customers, at least 5",
        ge=5,
    )
    rule_book: str = _key(
        "", "04_personas", "YAML file of what to do with whom, beside or for ours"
    )
    owners: dict[str, str] = _key(
        {}, "04_personas", "segment_id or name: who answers for what is done"
    )
    interviews: list[dict[str, Any]] = _key(
        [], "04_personas", "what people told us, or the YAML file that has it"
    )
    decisions: list[dict[str, Any]] = _key(
        [], "03_segmentation", "what an analyst changes by hand, each with its reason"
    )
    refresh: RefreshThresholds = _key(
        RefreshThresholds().model_dump(),
        "06_follow_up",
        "from where on the model or its assignments are renewed",
        validate_default=True,
    )
    destinations: dict[str, dict[str, Any]] = _key(
        {}, "05_activation", "name: what is written for that system, and how"
    )
    suppression_list: str = _key(
        "", "05_activation", "CSV of people whom nobody may be told to write to"
    )
    exports_need_approval: bool = _key(
        True, "05_activation", "no list leaves before somebody approved its model"
    )
    experiment: dict[str, Any] = _key(
        {}, "05_activation", "what is to be tested: name, holdout, effect, ..."
    )
    seed: int = _key(1, "03_segmentation", "where chance starts", ge=0, lt=2**32)
    hooks: list[dict[str, Any]] = _key(
        [], WHOLE_RUN, "programs and URLs that are told how a run has ended"
    )
    stage_time_limit: Minutes | None = _key(
        None, WHOLE_RUN, "minutes after which a stage is stopped; default: never"
    )
    run_time_limit: Minutes | None = _key(
        None, WHOLE_RUN, "minutes after which a run is stopped; default: never"
    )

    @property
    def sources(self) -> list[Source]:
        """The blocks of `source`, one or several."""
        return self.source if isinstance(self.source, list) else [self.source]

    @field_validator("source", mode="before")
    @classmethod
    def _source(cls, value: Any) -> Any:
        if isinstance(value, list):
            return [source_block(b, f"source.{i}") for i, b in enumerate(value)]
        return source_block(value, "source")

    @field_validator("decisions", mode="before")
    @classmethod
    def _decisions(cls, value: Any) -> Any:
        return decision_blocks(value)

    @field_validator("destinations", mode="before")
    @classmethod
    def _destinations(cls, value: Any) -> Any:
        return destination_blocks(value)

    @field_validator("interviews", mode="before")
    @classmethod
    def _interviews(cls, value: Any) -> Any:
        return interview_blocks(value)

    @field_validator("hooks", mode="before")
    @classmethod
    def _hooks(cls, value: Any) -> Any:
        return hook_blocks(value)

    @field_validator("experiment", mode="before")
    @classmethod
    def _experiment(cls, value: Any) -> Any:
        return experiment_block(value)

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


def stage_of(key: str) -> str:
    """Give the stage that first reads a configuration key; ``run`` if none does."""
    return str(RunConfig.model_fields[key].json_schema_extra["stage"])  # type: ignore[index,call-overload]


def defaults() -> dict[str, Any]:
    """Give the default of every key that has one."""
    fields = RunConfig.model_fields.items()
    return {name: f.get_default() for name, f in fields if not f.is_required()}


def stage_keys(stage: str) -> list[str]:
    """List the keys that `stage` is the first to read; of ``run``, those of none."""
    if stage not in (*STAGES, WHOLE_RUN):
        raise ConfigError(
            f"stage must be one of the six, but it is {stage!r}. "
            f"{did_you_mean(stage, STAGES)}"
        )
    return [k for k in RunConfig.model_fields if stage_of(k) == stage]
