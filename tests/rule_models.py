"""Frozen rules of every shape: trees drawn at random, and decisions by hand."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from segtools.segmentation.model import SegmentModel

WHOLE_DAYS = {
    "recency_days": st.integers(0, 140).map(float),
    "n_orders": st.sampled_from([-5e-324, 0.0, 0.5, 1.0, 2.0, 2.5, 4.0, 9.0]),
    "orders_lifetime": st.sampled_from([-1.0, 0.0, 0.9999, 1.0, 2.5, 3.0, 5.0, 8.0]),
}


@st.composite
def cut_trees(draw: Any, names: list[str], cuts: dict[str, Any]) -> tuple:
    """Draw a tree of up to four levels, its segments, and decisions by hand."""
    n_segments = draw(st.integers(2, 4))
    keys = ("feature", "upper", "left", "right", "label")
    tree: dict[str, list[Any]] = {key: [] for key in keys}

    def grow(depth: int) -> int:
        node = len(tree["left"])
        inner = depth < 4 and draw(st.integers(0, 9)) < 8 - depth
        at = draw(st.integers(0, len(names) - 1)) if inner else -2
        row = (at, draw(cuts[names[at]]) if inner else 0.0, -1, -1)
        row += (0 if inner else draw(st.integers(0, n_segments - 1)),)
        for key, value in zip(keys, row, strict=True):
            tree[key].append(value)
        if inner:
            tree["left"][node] = grow(depth + 1)
            tree["right"][node] = grow(depth + 1)
        return node

    grow(0)
    hand = draw(st.lists(_steps(names, cuts, n_segments), max_size=2))
    return tree, names, n_segments, hand, draw(st.integers(0, n_segments - 1))


def _steps(names: list[str], cuts: dict[str, Any], n: int) -> Any:
    """Merges and splits that keep the segments' numbers."""
    label = st.integers(0, n - 1)
    to = st.lists(label, min_size=n, max_size=n)
    merge = st.fixed_dictionaries({"op": st.just("merge"), "to": to})
    split = st.sampled_from(names).flatmap(
        lambda name: st.fixed_dictionaries(
            {
                "op": st.just("split"),
                "label": label,
                "feature": st.just(name),
                "upper": cuts[name],
                "above": label,
            }
        )
    )
    return merge | split


def model_of_tree(
    tree: dict, names: list[str], n_segments: int, hand: list, fallback: int
) -> SegmentModel:
    """Make a model of a drawn tree."""
    payload = {
        "kind": "rules",
        "form": "tree",
        "uses": names,
        "seen_missing": names,
        "preprocess": [],
        "tree": tree,
        "hand": hand,
    }
    segments = [
        {"segment_id": f"S{i}", "name": f'it\'s "{i}" ${{x}}', "rank": i + 1}
        for i in range(n_segments)
    ]
    return SegmentModel(payload, segments, [], fallback=f"S{fallback}")
