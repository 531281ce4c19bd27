"""Profiles that several pages of one run ask for are worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import pandas as pd

P = ParamSpec("P")
Profile = Callable[Concatenate[Any, P], pd.DataFrame]


def remembered(profile: Profile[P]) -> Profile[P]:
    """Keep what a profile gave with the data that it was asked of.

    Parameters
    ----------
    profile : function
        From data, which must not change, and hashable options to a DataFrame.

    Returns
    -------
    function
        Gives a copy each time, so that callers may change theirs.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> asked = []
    >>> @remembered
    ... def ids(data):
    ...     asked.append(data)
    ...     return pd.DataFrame({"id": [1]})
    >>> data = SimpleNamespace()
    >>> len(ids(data)) + len(ids(data)), len(asked)
    (2, 1)
    """

    @wraps(profile)
    def ask(data: Any, *args: P.args, **options: P.kwargs) -> pd.DataFrame:
        kept = data.__dict__.setdefault("_remembered", {})
        key = (profile.__qualname__, args, tuple(sorted(options.items())))
        if key not in kept:
            kept[key] = profile(data, *args, **options)
        return pd.DataFrame(kept[key].copy())

    return ask
