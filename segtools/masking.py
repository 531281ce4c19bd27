"""Stand-ins for ids, so that a row can be talked about without saying whose it is."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable

KEY = "SEGTOOLS_ID_KEY"
_DIGITS = 10


def mask(ids: Iterable[object], among: Iterable[object] | None = None) -> list[str]:
    """Give each id a stand-in: the same for the same id, and no way back.

    Parameters
    ----------
    ids : iterable
        Ids to be shown.
    among : iterable, optional
        All ids of the run; default `ids`.

    Returns
    -------
    list of str
        With a key in the variable ``SEGTOOLS_ID_KEY`` the first 40 bits of its
        HMAC-SHA-256, the same in every run that has the key (a plain hash would be
        found by trying all ids). Without one a number within this run, in the order
        of the ids' hashes, so that it does not tell who came first.

    Examples
    --------
    >>> import os
    >>> _ = os.environ.pop("SEGTOOLS_ID_KEY", None)
    >>> first, again, other = mask(["ann", "ann", "bob"])
    >>> first == again, first == other, sorted({first, other})
    (True, False, ['no. 1', 'no. 2'])
    """
    texts = [str(i) for i in ids]
    key = os.environ.get(KEY, "").encode()
    if key:
        return [_digest(key, text) for text in texts]
    everyone = texts if among is None else [str(i) for i in among]
    order = sorted(
        {*everyone, *texts}, key=lambda text: (_digest(b"order", text), text)
    )
    number = {text: place for place, text in enumerate(order, start=1)}
    return [f"no. {number[text]}" for text in texts]


def _digest(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:_DIGITS]
