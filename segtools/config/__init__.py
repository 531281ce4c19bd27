"""One validated run configuration: every key, its stage and its meaning."""

from segtools.config.blocks import DataFile, Source, TableFile, ZoneName
from segtools.config.by_hand import decision_blocks, refuse_features
from segtools.config.exports import DestinationBlock
from segtools.config.interviews import TOPICS, interview_blocks
from segtools.config.load import load_config, parse_override, set_key, validate
from segtools.config.recorded import renamed, with_defaults
from segtools.config.run import (
    AUTO_SEGMENTS,
    GOAL_TEXT,
    NO_RESULT,
    PRIVATE,
    RunConfig,
    defaults,
    stage_keys,
    stage_of,
)
from segtools.config.wrong import checked

__all__ = [
    "AUTO_SEGMENTS",
    "GOAL_TEXT",
    "NO_RESULT",
    "PRIVATE",
    "TOPICS",
    "DataFile",
    "DestinationBlock",
    "RunConfig",
    "Source",
    "TableFile",
    "ZoneName",
    "checked",
    "decision_blocks",
    "defaults",
    "interview_blocks",
    "load_config",
    "parse_override",
    "refuse_features",
    "renamed",
    "set_key",
    "stage_keys",
    "stage_of",
    "validate",
    "with_defaults",
]
