"""What an analyst changes by hand: ``decisions``, each with its reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from segtools.config.wrong import checked
from segtools.schema import ConfigError, did_you_mean

# Baselines, ranks and plain rules are made of these, whatever segments are made of.
ALWAYS = ("n_orders", "recency_days", "spend_total")
Number = Annotated[float, Field(allow_inf_nan=False)]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid")

    what: str = Field(description="merge, split, move_cut or exclude")
    why: str = Field(description="the reason, which is recorded")
    who: str | None = Field(None, description="who decided")
    force: bool = Field(
        False, description="accept a segment below min_share, though not an empty one"
    )

    @field_validator("why")
    @classmethod
    def _why(cls, value: str) -> str:
        if not value.strip():
            raise ValueError(
                "must give a reason, but it is empty. Write down in one sentence why"
            )
        return value.strip()


class MergeBlock(_Block):
    """Segments that become one."""

    segments: list[str] = Field(description="ids or names; the first one's id stays")
    name: str | None = Field(None, description="of the merged segment")

    @field_validator("segments")
    @classmethod
    def _segments(cls, value: list[str]) -> list[str]:
        if len(set(value)) < 2:
            raise ValueError(
                f"must name two or more different segments, but it is {value}. "
                "Name all that belong together"
            )
        return value


class SplitBlock(_Block):
    """A segment of which a part becomes a new one."""

    segment: str = Field(description="id or name; the part up to the cut keeps it")
    feature: str = Field(description="a feature that builds segments")
    upper: Number = Field(description="the cut; who lies above it is the new segment")
    name: str | None = Field(None, description="of the new segment")


class MoveCutBlock(_Block):
    """A cut of a scorecard's points, or of a feature of rules, that is moved."""

    at: Number = Field(description="where the cut is")
    to: Number = Field(description="where it shall be")
    feature: str | None = Field(None, description="whose cut it is, in rules")


class ExcludeBlock(_Block):
    """A feature that is left out before anything is learned."""

    variable: str = Field(description="a feature that would build segments")


BLOCKS: dict[str, type[_Block]] = {
    "merge": MergeBlock,
    "split": SplitBlock,
    "move_cut": MoveCutBlock,
    "exclude": ExcludeBlock,
}


def decision_blocks(value: Any) -> list[dict[str, Any]]:
    """Check what stands under ``decisions`` and give it as it was written.

    Raises
    ------
    ConfigError
        If it is no list, an entry is of no known kind, lacks its reason, or has a key
        that is unknown, missing or of the wrong type.

    Examples
    --------
    >>> decision_blocks([{"what": "exclude", "variable": "n_stores"}])
    Traceback (most recent call last):
    segtools.schema.ConfigError: The configuration must hold 'decisions.0.why', but \
it is missing. Add `decisions.0.why:`.
    """
    if not isinstance(value, list):
        raise ConfigError(
            f"decisions must be a list of what an analyst changes, but it is {value!r}."
            " Write each as `- what: merge`; what the segments are for is `decision`."
        )
    return [_block(entry, f"decisions.{i}") for i, entry in enumerate(value)]


def _block(entry: Any, where: str) -> dict[str, Any]:
    what = entry.get("what") if isinstance(entry, dict) else None
    if not isinstance(what, str) or what not in BLOCKS:
        guess = did_you_mean(str(what), BLOCKS)
        raise ConfigError(
            f"{where}.what must be one of {', '.join(BLOCKS)}, but it is {what!r}. "
            f"{guess if what else 'Write it as `- what: merge`.'}"
        )
    read = checked(BLOCKS[what], entry, where)
    return dict(read.model_dump(exclude_unset=True))


def refuse_features(
    decisions: Sequence[dict[str, Any]], variables: Collection[str]
) -> None:
    """Refuse decisions about features that do not build segments.

    Parameters
    ----------
    decisions : sequence of dict
        As `decision_blocks` gives them.
    variables : collection of str
        Names of the features that build segments.

    Raises
    ------
    ConfigError
        If a feature is not among them, must always be there, or is excluded and yet
        needed by another decision.

    Examples
    --------
    >>> why = {"what": "exclude", "why": "not ours to use"}
    >>> refuse_features([why | {"variable": "n_stores"}], ["n_stores", "n_orders"])
    >>> refuse_features([why | {"variable": "n_orders"}], ["n_stores", "n_orders"])
    Traceback (most recent call last):
    segtools.schema.ConfigError: decisions.0 must not exclude n_orders, recency_days \
or spend_total, but it excludes 'n_orders': baselines and rules are made of them. \
Exclude another.
    """
    gone = {d["variable"] for d in decisions if d["what"] == "exclude"}
    for i, made in enumerate(decisions):
        key = "variable" if made["what"] == "exclude" else "feature"
        name = made.get(key)
        if name is None:
            continue
        if name not in variables:
            raise ConfigError(
                f"decisions.{i}.{key} must be one of the features that build segments, "
                f"but {name!r} is none. {did_you_mean(name, variables)}"
            )
        if key == "feature" and name in gone:
            raise ConfigError(
                f"decisions.{i} must not read what another decision excludes, but it "
                f"reads {name!r}. Take one of the two out."
            )
        if key == "variable" and name in ALWAYS:
            raise ConfigError(
                f"decisions.{i} must not exclude {', '.join(ALWAYS[:-1])} or "
                f"{ALWAYS[-1]}, but it excludes {name!r}: baselines and rules are made "
                "of them. Exclude another."
            )
