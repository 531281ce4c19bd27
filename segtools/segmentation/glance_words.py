"""Words for what records name by a key: the label of a structure, a light, a goal."""

from __future__ import annotations

from segtools.languages import markc, trc
from segtools.wording import plain

# By the context that a translator sees.
_WORDS = {
    "structure": {
        "natural": markc("structure", "natural"),
        "reproducible": markc("structure", "reproducible"),
        "constructed": markc("structure", "constructed"),
    },
    "worth": {
        "proved": markc("worth", "proved"),
        "not_proved": markc("worth", "not proved"),
        "not_judged": markc("worth", "could not be judged"),
    },
    "judged on": {
        "out_of_time": markc("judged on", "a later period"),
        "cross_fitted": markc("judged on", "other customers of the same period"),
        "not_judged": markc("judged on", "nothing"),
    },
    "light": {
        "green": markc("light", "green"),
        "amber": markc("light", "amber"),
        "red": markc("light", "red"),
    },
    "goal": {
        "grow_spend": markc("goal", "grow spend"),
        "keep_customers": markc("goal", "keep customers"),
        "win_back": markc("goal", "win back"),
        "respond_to_campaign": markc("goal", "respond to campaign"),
        "understand": markc("goal", "understand"),
    },
    "role in the contest": {
        "winner": markc("role in the contest", "winner"),
        "scheme": markc("role in the contest", "scheme"),
        "baseline": markc("role in the contest", "baseline"),
        "ceiling": markc("role in the contest", "ceiling"),
    },
    "kind of model": {
        "scorecard": markc("kind of model", "scorecard"),
        "centroids": markc("kind of model", "centroids"),
        "mixture": markc("kind of model", "mixture"),
        "rules": markc("kind of model", "rules"),
    },
    "kind of question": {
        "number": markc("kind of question", "number"),
        "choice": markc("kind of question", "choice"),
    },
}


def said(context: str, key: object) -> str:
    """Say the word for a key of a record; a key without one stands for itself.

    Parameters
    ----------
    context : str
        What the key is of, such as ``"light"``.
    key : object

    Examples
    --------
    >>> said("goal", "win_back"), said("light", "pink")
    ('win back', 'pink')
    """
    word = _WORDS[context].get(str(key))
    return plain(key) if word is None else trc(context, word)
