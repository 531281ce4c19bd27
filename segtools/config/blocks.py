"""Where data comes from and how its files are written: blocks of the configuration."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from segtools.schema import ORDER_TABLES
from segtools.timezones import zone


def _known_zone(name: str) -> str:
    zone(name)
    return name


# An IANA name, checked.
ZoneName = Annotated[str, AfterValidator(_known_zone)]


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
    timezone: ZoneName | None = Field(
        None, description="of naive times; default: project's"
    )
    columns: dict[str, str] = Field({}, description="ours: theirs")


class StructureThresholds(BaseModel):
    """From where on customers form groups of their own.

    Set on simulated customers; ``benchmarks/structure.py`` counts how often the verdict
    is then right on others.
    """

    model_config = ConfigDict(extra="forbid")

    agreement: float = Field(
        0.8, description="median agreement of resamples at which groups recur", le=1
    )
    depth: float = Field(
        0.4, description="customers in a valley to each on its lower hill", ge=0, lt=1
    )
    excess: float = Field(
        2.5,
        description="how many standard deviations closer together than in clouds of "
        "the same margins and correlations",
        ge=0,
    )


class RefreshThresholds(BaseModel):
    """From where on follow-up advises to assign anew, or to take the new model."""

    model_config = ConfigDict(extra="forbid")

    agreement: float = Field(
        0.7,
        description="adjusted Rand index of both models on today's customers under "
        "which the new one is needed",
        ge=0,
        le=1,
    )
    overlap: float = Field(
        0.5, description="the same of a segment's Jaccard overlap", ge=0, le=1
    )
    moved: float = Field(
        0.05,
        description="share of customers without a place, or in a wrong one by the "
        "earlier model, from which on they are assigned anew",
        ge=0,
        le=1,
    )
    drift: float = Field(
        0.25, description="stability index above which a feature has drifted", gt=0
    )


class Source(BaseModel):
    """Where the data comes from: a system and what that system needs."""

    model_config = ConfigDict(extra="allow")

    system: str = Field(
        description="files, complete_journey, sample or a registered one"
    )


def source_block(value: Any, where: str) -> Source:
    """Make a block of what somebody wrote, or say what it must hold."""
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


def gives_orders(source: Source) -> bool:
    """Tell whether a block of files names a table of orders."""
    return bool(set(ORDER_TABLES) & set(source.model_extra or {}))
