"""Which destinations there are, and what each asks for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from segtools.config import DestinationBlock, RunConfig, checked
from segtools.destinations.audience import Audience
from segtools.destinations.consent import read_suppressions
from segtools.destinations.fields import machine_fields
from segtools.destinations.parts import Part
from segtools.schema import ConfigError, did_you_mean

# Our own, each a module here, imported when it is asked for.
SYSTEMS = (
    *("spreadsheet", "braze", "ga4", "google_ads", "hubspot", "klaviyo"),
    *("liveagent", "mailchimp", "meta", "shopify", "sql", "twilio_segment"),
)


@dataclass(frozen=True)
class Written:
    """What a destination gives back.

    Attributes
    ----------
    parts : sequence of Part
    next_step : str
        What somebody does with them, in one or two sentences.
    limits : sequence of str
        Addresses of the pages that say what the system takes.
    more : dict
        What else the manifest shall hold; no addresses, no ids.
    commit : callable, optional
        Called with nothing once all files are written and before any of them
        appears: what a destination does outside of the folder, whole or not at all.
    passed_on : dict
        What the next export must know, such as how segments were called there; no
        addresses, no ids.
    """

    parts: Sequence[Part]
    next_step: str
    limits: Sequence[str] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    commit: Callable[[], None] | None = None
    passed_on: Mapping[str, Any] = field(default_factory=dict)


Writer = Callable[[Audience, Any], Written]
Normalise = Callable[[pd.DataFrame, Any], pd.DataFrame]
Refuse = Callable[[pd.DataFrame, Any], pd.Series]
Given = Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Destination:
    """A system that lists are written for.

    Attributes
    ----------
    name : str
    write : callable
        From an `Audience` and the block of the configuration to `Written`.
    fields : tuple of str
        What of the customers it gets, such as ``email``; see
        `segtools.destinations.fields`. Each is a column of the audience, empty where
        nothing is known.
    reach : tuple of str
        Fields of which one must be known, else the customer is left out.
    channels : mapping
        Channel (``email``, ``sms``, ``ads``) to the fields that may be written only
        with its consent. Without any, nobody's consent is asked for.
    distinct : tuple of str
        Fields that no two customers may share.
    remember : tuple of str
        Fields that are kept until the next export, so that a removal can name them.
    min_size : int or None
        Customers that a segment must have there, and never fewer than
        ``smallest_cell``; None where lists stay in the house.
    normalise : callable
        From fields as they stand in the data, and the block, to fields as the system
        wants them; what it blanks is counted.
    refuse : callable, optional
        From normalised rows, and the block, to the field for whose sake each row
        cannot be written, null where it can.
    given : callable, optional
        From the block to attributes of this class that it changes, such as fewer
        fields: what is not written is not read either.
    formulas : {"blank", "refuse", "allow"}
        What becomes of a cell that a spreadsheet could run as a formula: it is
        blanked; its row is left out, where a blank would erase what the system has;
        or nothing, where no spreadsheet will ever read it or it is disarmed.
    block : class
        A `DestinationBlock`.
    needs_approval : bool
        False for lists that people look at; they hold everybody, also who is on the
        suppression list.
    """

    name: str
    write: Writer
    fields: tuple[str, ...] = ()
    reach: tuple[str, ...] = ()
    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    distinct: tuple[str, ...] = ()
    remember: tuple[str, ...] = ()
    min_size: int | None = 1
    normalise: Normalise = machine_fields
    refuse: Refuse | None = None
    given: Given | None = None
    formulas: str = "blank"
    block: type[DestinationBlock] = DestinationBlock
    needs_approval: bool = True


_KNOWN: dict[str, Destination] = {}


def destination(name: str, **asks: Any) -> Callable[[Writer], Writer]:
    """Register a function as a destination.

    Parameters
    ----------
    name : str
        The name that ``destinations`` and ``--to`` use.
    **asks
        Attributes of `Destination`.

    Returns
    -------
    decorator
        For a function of (`Audience`, block) that gives a `Written`.
    """

    def register(write: Writer) -> Writer:
        _KNOWN[name] = Destination(name, write, **asks)
        return write

    return register


def remove_destination(name: str) -> None:
    """Forget a destination, such as one that a notebook has tried."""
    _KNOWN.pop(name, None)


def destination_of(name: str) -> Destination:
    """Give a destination by its name.

    Raises
    ------
    ConfigError
        If there is none of that name.

    Examples
    --------
    >>> destination_of("google_adds")
    Traceback (most recent call last):
    segtools.schema.ConfigError: A destination must be a known system, but it is \
'google_adds'. Did you mean 'google_ads'?
    """
    if name not in _KNOWN and name in SYSTEMS:
        importlib.import_module(f"segtools.destinations.{name}")
    if name not in _KNOWN:
        raise ConfigError(
            f"A destination must be a known system, but it is {name!r}. "
            f"{did_you_mean(name, {*SYSTEMS, *_KNOWN})}"
        )
    return _KNOWN[name]


def configured(config: RunConfig, name: str) -> tuple[Destination, Any]:
    """Give a destination and its validated block.

    Parameters
    ----------
    config : RunConfig
    name : str
        A block under ``destinations``, or a system with nothing to configure.

    Raises
    ------
    ConfigError
        If the system or a key of the block is unknown or wrong.
    """
    given = config.destinations.get(name, {})
    found = destination_of(given.get("system") or name)
    block = checked(found.block, given, f"destinations.{name}")
    for key, known in (
        ("consent", found.channels),
        ("fields", found.fields),
        ("hashed", found.fields),
    ):
        for asked in getattr(block, key):
            if asked not in known:
                raise ConfigError(
                    f"destinations.{name}.{key} must name what {found.name} knows, but "
                    f"{asked!r} is none of it. {did_you_mean(asked, known)}"
                )
    return replace(found, **found.given(block)) if found.given else found, block


def check_destinations(config: RunConfig) -> None:
    """Refuse blocks that a later stage could not use, before anything is computed.

    Raises
    ------
    ConfigError
        As `configured` and `read_suppressions` say.
    DataError
        If an address on the suppression list cannot be read.
    """
    found = [configured(config, name) for name in config.destinations]
    # The list is for those that leave the house; there may be none of them as yet.
    ours = [block for one, block in found if one.needs_approval]
    regions = {block.default_region for block in ours or [b for _, b in found]}
    for region in sorted(regions or {""}):
        read_suppressions(config.suppression_list, region)
