"""One validated run configuration: every key, its stage and its meaning."""

from segtools.config.blocks import DataFile, Source, TableFile, ZoneName
from segtools.config.by_hand import decision_blocks, refuse_features
from segtools.config.execution import WHOLE_RUN, WITHOUT_EFFECT, with_effect
from segtools.config.exports import DestinationBlock
from segtools.config.inherit import merge, shared_by
from segtools.config.interviews import TOPICS, interview_blocks
from segtools.config.load import (
    laid_over_defaults,
    load_body,
    load_config,
    override,
    parse_override,
    set_key,
    validate,
)
from segtools.config.recorded import renamed, with_defaults
from segtools.config.run import (
    AUTO_SEGMENTS,
    GOAL_TEXT,
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
    "PRIVATE",
    "TOPICS",
    "WHOLE_RUN",
    "WITHOUT_EFFECT",
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
    "laid_over_defaults",
    "load_body",
    "load_config",
    "merge",
    "override",
    "parse_override",
    "refuse_features",
    "renamed",
    "set_key",
    "shared_by",
    "stage_keys",
    "stage_of",
    "validate",
    "with_defaults",
    "with_effect",
]
