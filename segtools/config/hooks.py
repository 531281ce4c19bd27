"""Who is told when a run or a batch has ended: blocks of the configuration."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from segtools.config.wrong import checked
from segtools.schema import ConfigError

_VARIABLE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
# Nothing leaves the machine unencrypted.
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class HookBlock(BaseModel):
    """A program or an address that is told how a run has ended."""

    model_config = ConfigDict(extra="forbid")

    run: list[str] = Field(
        [], description="program and its arguments; JSON comes on its input, no shell"
    )
    url: str = Field("", description="env:NAME or https://...; JSON is posted to it")
    when: list[Literal["done", "failed"]] = Field(
        ["done", "failed"], description="in which states", min_length=1
    )
    timeout: float = Field(
        30, description="seconds after which it is given up", gt=0, le=600
    )

    @field_validator("run")
    @classmethod
    def _run(cls, value: list[str]) -> list[str]:
        if value and not value[0].strip():
            raise ValueError(
                "must begin with a program, but its name is empty. Write it like "
                "[notify, --quietly]"
            )
        return value

    @field_validator("url")
    @classmethod
    def _url(cls, value: str) -> str:
        if value and not _VARIABLE.fullmatch(value):
            refusal = url_refusal(value)
            if refusal:
                raise ValueError(refusal)
        return value

    @model_validator(mode="after")
    def _one(self) -> HookBlock:
        if bool(self.run) == bool(self.url):
            both = "both" if self.run else "neither"
            raise ValueError(
                f"A hook must have either run or url, but it has {both}. Write it "
                "like `- run: [notify]` or `- url: env:HOOK_URL`"
            )
        return self


def url_refusal(url: str) -> str:
    """Say what is wrong with the URL of a hook; nothing if it may be called.

    Parameters
    ----------
    url : str
        What stands in the configuration, or in the variable that it names.

    Examples
    --------
    >>> url_refusal("https://chat.example/hooks/segments")
    ''
    >>> url_refusal("chat.example/hooks")
    'must be env:NAME or begin with https://, but it has no scheme. Write https:// \
before it'
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "must be a URL, but it cannot be read. Check host and port"
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url):
        return (
            "must be env:NAME or begin with https://, but it has no scheme. Write "
            "https:// before it"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        return (
            f"must begin with https://, but its scheme is {parts.scheme!r}, which "
            "hides nothing on its way. Use https"
        )
    if not host or re.search(r"[\x00-\x20\x7f]", url):
        return "must name a host, and hold no blank. Check the URL"
    if parts.username or parts.password:
        return (
            "must hold no password, but one is written out. Put the whole URL into "
            "an environment variable and write env:NAME"
        )
    return ""


def hook_blocks(value: Any) -> list[dict[str, Any]]:
    """Check what stands under ``hooks``.

    Parameters
    ----------
    value : list of dict

    Returns
    -------
    list of dict
        ``run``, ``url``, ``when`` and ``timeout`` of each.

    Raises
    ------
    ConfigError
        If it is no list, a key is unknown, or a hook has neither or both of ``run``
        and ``url``.

    Examples
    --------
    >>> hook_blocks([{"url": "chat.example"}])
    Traceback (most recent call last):
    segtools.schema.ConfigError: hooks.0.url must be env:NAME or begin with https://, \
but it has no scheme. Write https:// before it.
    """
    if not isinstance(value, list):
        raise ConfigError(
            f"hooks must be a list, but it is {value!r}. Write each as `- run: "
            "[program]` or `- url: env:NAME`."
        )
    read = []
    for i, block in enumerate(value):
        if not isinstance(block, dict):
            raise ConfigError(
                f"hooks.{i} must hold `key: value` lines, but it is {block!r}. "
                "Write it as `- run: [program]` or `- url: env:NAME`."
            )
        read.append(checked(HookBlock, block, f"hooks.{i}").model_dump())
    return read


def beside(hooks: Any, folder: Path) -> Any:
    """Take programs that are given as paths relative to the configuration.

    A bare name is looked for where programs lie.

    Examples
    --------
    >>> beside([{"run": ["./tell.sh", "-q"]}], Path("/srv/shop"))
    [{'run': ['/srv/shop/tell.sh', '-q']}]
    >>> beside([{"run": ["notify"]}], Path("/srv/shop"))
    [{'run': ['notify']}]
    """
    for hook in hooks if isinstance(hooks, list) else []:
        words = hook.get("run") if isinstance(hook, dict) else None
        if isinstance(words, list) and words and "/" in str(words[0]):
            words[0] = str((folder / str(words[0])).resolve())
    return hooks
