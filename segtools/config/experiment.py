"""What is to be tested: ``experiment``, in the configuration."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from segtools.config.wrong import checked
from segtools.schema import ConfigError

_NAME = re.compile(r"\w[\w .-]{0,79}")
Number = Annotated[float, Field(allow_inf_nan=False)]


class ExperimentBlock(BaseModel):
    """An experiment: who is held back, and what would be worth finding."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="also the campaign_id under which it comes back")
    holdout: Number = Field(0.2, description="share held back, above 0 and below 1")
    effect: Number | None = Field(
        None, description="lift worth finding: a share such as 0.02, or money", gt=0
    )
    base: Number | None = Field(
        None, description="share who do it anyway, where none is known", gt=0, lt=1
    )
    days: int | None = Field(
        None, description="how long to wait; default outcome_days", ge=1
    )
    per_day: int | None = Field(
        None, description="how many can be treated a day; default all at once", ge=1
    )
    margin: Number = Field(
        1.0, description="what is earned of each unit of spend", gt=0, le=1
    )

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        if not _NAME.fullmatch(value) or value.endswith((" ", ".")):
            raise ValueError(
                f"must be a name of letters, digits, blanks, dots, - and _, but it is "
                f"{value!r}. Give it the campaign's id, such as spring-coupons"
            )
        return value

    @field_validator("holdout")
    @classmethod
    def _holdout(cls, value: float) -> float:
        if not 0 < value < 1:
            raise ValueError(
                f"must be above 0 and below 1, but it is {value:g}: with one arm there "
                "is nothing to compare with. Hold back a fifth, such as holdout: 0.2"
            )
        return value


def experiment_block(value: Any) -> dict[str, Any]:
    """Check what stands under ``experiment``.

    Returns
    -------
    dict
        Every key of the block; empty where none is planned.

    Raises
    ------
    ConfigError
        If it is no block, a key is unknown, missing or wrong, or nobody or everybody
        is held back.

    Examples
    --------
    >>> experiment_block({"name": "spring", "holdout": 0})
    Traceback (most recent call last):
    segtools.schema.ConfigError: experiment.holdout must be above 0 and below 1, but \
it is 0: with one arm there is nothing to compare with. Hold back a fifth, such as \
holdout: 0.2.
    """
    if value is None or value == {}:
        return {}
    if not isinstance(value, dict):
        raise ConfigError(
            f"experiment must hold `key: value` lines, but it is {value!r}. "
            "Write `experiment: {name: spring-coupons}`."
        )
    return dict(checked(ExperimentBlock, value, "experiment").model_dump())
