"""What is written for other systems: the blocks under ``destinations``."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from segtools.schema import ConfigError

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_REGION = re.compile(r"[A-Z]{2}")


class DestinationBlock(BaseModel):
    """What every destination understands; one of its own may add to it.

    Examples
    --------
    >>> DestinationBlock(default_region="DE").min_size is None
    True
    """

    model_config = ConfigDict(extra="forbid")

    system: str | None = Field(None, description="default: the name of the block")
    segments: list[str] = Field([], description="ids or names; default: all")
    names: dict[str, str] = Field(
        {}, description="segment id or name: what it is called there"
    )
    fields: dict[str, str] = Field({}, description="ours: theirs, where we guess wrong")
    consent: dict[str, list[str]] = Field(
        {},
        description="channel (email, sms, ads): columns that must all say yes; "
        "`not NAME` for one that must say no",
    )
    without_consent: str = Field(
        "", description="why nobody need be asked; recorded, and never the default"
    )
    hashed: list[str] = Field([], description="fields that hold SHA-256 already")
    default_region: str = Field(
        "", description="country of phone numbers that name none, such as DE"
    )
    min_size: int | None = Field(
        None, description="no segment with fewer customers; default: the system's", ge=1
    )

    @field_validator("default_region")
    @classmethod
    def _region(cls, value: str) -> str:
        if value and not _REGION.fullmatch(value):
            raise ValueError(
                f"must be two capital letters, but it is {value!r}. "
                "Write the ISO code of the country, such as DE"
            )
        return value

    @field_validator("names")
    @classmethod
    def _names(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value.values():
            if re.search(r"[,;'\"<>\x00-\x1f]", name) or not name.strip():
                raise ValueError(
                    f"must be names without comma, semicolon, quote or bracket, but "
                    f"{name!r} is none: other systems cut there. Choose another"
                )
        return value


def destination_blocks(value: Any) -> dict[str, dict[str, Any]]:
    """Check what stands under ``destinations``, as far as all systems are alike.

    Parameters
    ----------
    value : dict
        Name (also that of the folder) to block; None is an empty block.

    Raises
    ------
    ConfigError
        If it is no mapping, a name cannot be a folder, or a block is no mapping.

    Examples
    --------
    >>> destination_blocks({"google_ads": {"default_region": "DE"}, "shopify": None})
    {'google_ads': {'default_region': 'DE'}, 'shopify': {}}
    """
    if not isinstance(value, dict):
        raise ConfigError(
            f"destinations must hold a block for each system, but it is {value!r}. "
            "Write each as `google_ads:`, and its keys below."
        )
    for name, block in value.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise ConfigError(
                "destinations must have names of a to z, digits, - and _, but one is "
                f"{name!r}. Name it after the system, such as google_ads."
            )
        if block is not None and not isinstance(block, dict):
            raise ConfigError(
                f"destinations.{name} must hold `key: value` lines, but it is "
                f"{block!r}. Write its keys below it."
            )
    return {name: dict(block or {}) for name, block in value.items()}
