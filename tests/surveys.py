"""Made-up surveys whose segments are known, and answers of anybody to a tool."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segtools.segmentation.typing_tool import TypingTool

HOSTILE = 'it\'s "<b>" ${x} \\ 50% ÄÖ'


def survey(
    n: int, *, n_segments: int = 4, telling: int = 8, silent: int = 12, seed: int = 1
) -> tuple[pd.DataFrame, pd.Series]:
    """Make answers from 1 to 5 of people in planted segments of unequal size.

    `telling` questions part the segments well and `silent` ones hardly; 3 % of the
    answers are missing. What the segments answer depends on their number alone, so
    that another seed makes other people of the same kinds.
    """
    rng = np.random.default_rng(seed)
    kinds = np.random.default_rng(2024)
    share = np.arange(n_segments + 1, 1, -1) / np.arange(n_segments + 1, 1, -1).sum()
    segment = rng.choice(n_segments, n, p=share)
    columns = {}
    for i in range(telling + silent):
        wide = 1.3 if i < telling else 0.3
        level = kinds.normal(3, wide, n_segments)[segment] + rng.normal(0, 1, n)
        answer = np.clip(np.rint(level), 1, 5)
        columns[f"q{i:02d}"] = np.where(rng.random(n) < 0.03, np.nan, answer)
    index = pd.Index([f"p{seed}-{i}" for i in range(n)], name="customer_id")
    return pd.DataFrame(columns, index), pd.Series(segment, index).map("kind {}".format)


def tiny_tool(**changes: object) -> TypingTool:
    """A tool of two questions and three segments, whose sums are done in the head."""
    questions = [
        {
            "name": "age",
            "question": "How old?",
            "kind": "number",
            "unit": "years",
            "shown": [],
            "levels": [
                {"up_to": 30.0, "points": [5, 0, 1]},
                {"up_to": 60.5, "points": [0, 4, 0]},
                {"up_to": None, "points": [0, 0, 6]},
            ],
            "missing": [1, 1, 0],
        },
        {
            "name": "pet",
            "question": HOSTILE,
            "kind": "choice",
            "unit": "",
            "shown": [],
            "levels": [
                {"answer": HOSTILE, "points": [3, 0, 0]},
                {"answer": "dog", "points": [0, 2, 2]},
            ],
            "missing": [0, 0, 0],
        },
        {
            "name": "stars",
            "question": "How many stars?",
            "kind": "number",
            "unit": "",
            "shown": [1.0, 2.0, 3.0],
            "levels": [
                {"up_to": 1.0, "points": [0, 0, 3]},
                {"up_to": None, "points": [2, 2, 0]},
            ],
            "missing": [0, 1, 0],
        },
    ]
    body = {
        "questions": questions,
        "segments": [
            {"segment_id": "S01", "name": "young"},
            {"segment_id": "S02", "name": "<i>middle</i>"},
            {"segment_id": "S03", "name": "it's old"},
        ],
        "base": [0, 1, 0],
        "confidence": [{"lead": 0, "right": 0.5}, {"lead": 3, "right": 0.9}],
        "sure_lead": 3,
        "least_answered": 2,
        "figures": {
            "n_people": 300,
            "accuracy": {"value": 0.8, "low": 0.75, "high": 0.84},
            "largest_segment": 0.4,
            "all_questions": {"accuracy": 0.85, "by": "points", "tried": {}},
            "share_of_gain": 0.89,
            "curve": [0.6, 0.7, 0.8],
            "sure": {"share": 0.8, "accuracy": 0.9},
            "not_sure": {"share": 0.2, "accuracy": 0.5},
            "confusion": {
                "segments": ["young", "middle", "old"],
                "counts": [[90, None, None], [0, 80, 20], [0, 20, 60]],
            },
            "chosen": {"age": 5, "pet": 5, "stars": 4},
            "left_out": {},
        },
    }
    return TypingTool(**body | changes)


def anybody(tool: TypingTool, n: int, seed: int = 3) -> pd.DataFrame:
    """Draw answers: on edges, beside them, far away, unknown, unheard of, missing."""
    rng = np.random.default_rng(seed)
    frame = {"customer_id": [f"c{i:05d}" for i in range(n)]}
    for question in tool.questions:
        if question["kind"] == "choice":
            known = [v["answer"] for v in question["levels"]]
            pool = np.array([*known, *known, "unheard of", None], dtype=object)
        else:
            edges = [v["up_to"] for v in question["levels"][:-1]]
            beside = [np.nextafter(e, s * np.inf) for e in edges for s in (-1, 1)]
            far = [-1e300, 1e300, 0.1 + 0.2, -3.0]
            given = question["shown"] or [*edges, *beside, *far]
            pool = np.array([*given, *given, np.nan], dtype=float)
        frame[question["name"]] = pool[rng.integers(0, len(pool), n)]
    return pd.DataFrame(frame)
