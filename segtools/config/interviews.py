"""What people found out by asking: ``interviews``, in the configuration or a file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from segtools.config.wrong import checked
from segtools.config.yaml_file import read_yaml
from segtools.disclosure import EMAIL, PHONE
from segtools.languages import mark
from segtools.schema import ConfigError, did_you_mean

# What a statement may be about, and its heading, in the order of a card.
TOPICS = {
    "stage": mark("Where they stand"),
    "habit": mark("How they shop"),
    "interest": mark("What they buy"),
    "value": mark("What they value"),
    "motive": mark("Why they buy"),
    "pain": mark("What troubles them"),
    "reach": mark("How they come"),
    "trait": mark("Who they are"),
    "opinion": mark("What they say"),
}
LONGEST = 500


class InterviewBlock(BaseModel):
    """Something that people said, and how many of whom."""

    model_config = ConfigDict(extra="forbid")

    segment: str = Field(description="id of the segment, or its name as it stands")
    topic: str = Field(description="stage, habit, interest, value, motive, ...")
    text: str = Field(description="what was found, in one sentence")
    who: str = Field(description="a role or a count, such as 4 of 6 interviewed")
    date: str = Field(description="of the interviews, as an ISO date")

    @field_validator("topic")
    @classmethod
    def _topic(cls, value: str) -> str:
        if value not in TOPICS:
            raise ValueError(
                f"must be a topic of a card, but it is {value!r}. "
                f"{did_you_mean(value, TOPICS).rstrip('.')}"
            )
        return value

    @field_validator("text", "who", "segment")
    @classmethod
    def _said(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("must say something, but it is empty. Write one sentence")
        if len(value) > LONGEST:
            raise ValueError(
                f"must have {LONGEST} characters at most, but it has {len(value)}. "
                "Write what was found, not all that was said"
            )
        if EMAIL.search(value) or PHONE.search(value):
            raise ValueError(
                "must name nobody, but it holds an e-mail address or a phone number. "
                "Say who it was by role or count, such as 4 of 6 interviewed"
            )
        return value.strip()

    @field_validator("date", mode="before")
    @classmethod
    def _date(cls, value: Any) -> Any:
        try:
            return dt.date.fromisoformat(str(value)).isoformat()
        except ValueError:
            raise ValueError(
                f"must be an ISO date, but it is {value!r}. Write it like 2024-05-12"
            ) from None


def interview_blocks(value: Any) -> list[dict[str, Any]]:
    """Check what stands under ``interviews``, or in the file that it names.

    Parameters
    ----------
    value : list of dict, or str
        The blocks, or the path of a YAML file with a list of them.

    Returns
    -------
    list of dict
        ``segment``, ``topic``, ``text``, ``who`` and ``date`` of each.

    Raises
    ------
    ConfigError
        If there is no such file, it is no list, a key is unknown or missing, a topic
        is none, or an e-mail address or phone number stands in it.

    Examples
    --------
    >>> said = {"segment": "S01", "topic": "motiv", "text": "Near", "who": "4 of 6"}
    >>> interview_blocks([said | {"date": "2024-05-12"}])
    Traceback (most recent call last):
    segtools.schema.ConfigError: interviews.0.topic must be a topic of a card, but it \
is 'motiv'. Did you mean 'motive'?
    """
    blocks = value
    if isinstance(value, str):
        relative = "Write the path relative to the configuration."
        blocks = read_yaml(Path(value), "interviews must name", relative)
    if not isinstance(blocks, list):
        raise ConfigError(
            "interviews must be a list of what people said, or a YAML file with one, "
            f"but it is {blocks!r}. Write each as `- segment: S01`."
        )
    read = []
    for i, block in enumerate(blocks):
        if not isinstance(block, dict):
            raise ConfigError(
                f"interviews.{i} must hold `key: value` lines, but it is {block!r}. "
                "Write it as `- segment: S01`, and the other keys below."
            )
        read.append(checked(InterviewBlock, block, f"interviews.{i}").model_dump())
    return read
