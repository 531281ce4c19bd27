"""What people found out by asking: kept on the cards with its mark, never as evidence.

Interviews name a segment by its id, or by its name as it stands. What names a segment
that is not there any more is kept in the record, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segtools.joining import commas
from segtools.languages import tr
from segtools.schema import nearest
from segtools.wording import plain, quoted_name

Said = dict[str, Any]


def by_segment(
    interviews: Sequence[Mapping[str, Any]], segments: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, list[Said]], list[Said]]:
    """Give each segment what was said about it, and what finds no segment.

    Parameters
    ----------
    interviews : sequence of mapping
        ``segment``, ``topic``, ``text``, ``who`` and ``date``.
    segments : sequence of mapping
        ``segment_id`` and ``name`` of those that are there.

    Returns
    -------
    found, left_out : dict of list, list
        ``topic``, ``text``, ``who`` and ``date`` by segment_id, in the order in which
        they were written; and those of no segment as they were, with a ``sentence``.

    Examples
    --------
    >>> said = {"topic": "motive", "text": "Near", "who": "2 of 3"}
    >>> said["date"] = "2024-05-01"
    >>> two = [said | {"segment": "Regulars"}, said | {"segment": "Regulras"}]
    >>> found, lost = by_segment(two, [{"segment_id": "S01", "name": "Regulars"}])
    >>> found["S01"][0]["who"], lost[0]["sentence"]
    ('2 of 3', "No segment is called 'Regulras' in this run. Did you mean 'Regulars'?")
    """
    names = {str(s["name"]): str(s["segment_id"]) for s in segments}
    known = names | {i: i for i in names.values()}  # an id counts before a name
    found: dict[str, list[Said]] = {}
    left_out: list[Said] = []
    for one in interviews:
        wanted = str(one["segment"])
        if wanted in known:
            said = {k: one[k] for k in ("topic", "text", "who", "date")}
            said["text"] = plain(said["text"])
            found.setdefault(known[wanted], []).append(said)
            continue
        left_out.append(dict(one) | {"sentence": _unknown(wanted, list(known))})
    return found, left_out


def _unknown(wanted: str, known: Sequence[str]) -> str:
    near = nearest(wanted, known)
    if near:
        return tr(
            "No segment is called {name} in this run. Did you mean {near}?",
            name=quoted_name(wanted),
            near=quoted_name(near),
        )
    return tr(
        "No segment is called {name} in this run. Known are {names}.",
        name=quoted_name(wanted),
        names=f"[{commas(map(quoted_name, sorted(known)))}]",
    )


def left_out_sentences(personas: Mapping[str, Any]) -> list[str]:
    """Say of each interview that stands on no card why, in the order of the file."""
    return [
        tr(
            "{sentence} What was said there is kept in personas.json, and stands on no "
            "card.",
            sentence=plain(one["sentence"]),
        )
        for one in personas.get("interviews_left_out") or []
    ]
