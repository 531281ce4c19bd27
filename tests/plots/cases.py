"""Made-up data for every figure: any names of segments, and numbers that can change."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segtools.plots.colours import segment_colours
from segtools.segmentation.stability import family_tree

DAYS = 7


def personas(names, shift):
    """Records of personas with shares, days and statements of their own."""
    total = sum(range(1 + shift, len(names) + 1 + shift))
    colours = segment_colours(names)
    entries = []
    for place, name in enumerate(names):
        week = np.full(DAYS, 0.7) / DAYS
        week[(place + shift) % DAYS] += 0.3
        entries.append(
            {
                "segment": name,
                "rank": place + 1,
                "colour": colours[name],
                "share": (place + 1 + shift) / total,
                "value_share": (len(names) - place) / total,
                "weekdays": week.tolist(),
            }
        )
    return {"segments": entries, "everyone": {"weekdays": [1 / DAYS] * DAYS}}


def evaluation(names, shift):
    """One row a segment: rated by how attractive it is and how well it fits."""
    n = len(names)
    rows = [
        {"segment": name, "score": 90 - 60 * i / n - shift, "fit": 20 + 60 * i / n}
        | {"share": 1 / n}
        for i, name in enumerate(names)
    ]
    return pd.DataFrame(rows)


def statements(names, shift):
    said = [
        {
            "text": f"{name} buy on Sundays",
            "share": 0.6 + 0.01 * shift - 0.02 * i,
            "low": 0.5,
            "high": 0.7,
            "base_share": 0.2,
            "n": 90,
        }
        for i, name in enumerate(names)
    ]
    return {"segment": names[0], "colour": "#0072B2", "statements": said}


def profile(names, shift, kind):
    labels = ["Spend", "Orders", "Days between orders", "Discount share"]
    rows = [
        {
            "segment": name,
            "kind": kind,
            "name": label,
            "label": label,
            "unit": "EUR" if label == "Spend" else "",
            "value": (i + j + 1 + shift) / 40,
            "base_value": 0.25,
            "index": 100 * (i + j + 1 + shift) / 10,
        }
        for i, name in enumerate(names)
        for j, label in enumerate(labels)
    ]
    return pd.DataFrame(rows)


def contest(names, shift):
    entries = [
        {
            "scheme": name,
            "label": name,
            "role": "scheme" if i else "baseline",
            "n_segments": 4,
            "figures": {"gini": {"value": v, "low": v - 0.02, "high": v + 0.02}},
        }
        for i, name in enumerate(names)
        for v in [0.4 + 0.01 * shift - 0.01 * i]
    ]
    return {"schemes": entries, "winner": names[0]}


def quality(names, shift):
    counts = {"read": 1000, "set_aside": 90, "quarantined": 10 + shift}
    counts["kept"] = 900 - shift
    rules = [
        {"table": name, "rule": name, "kind": "contract", "rows": 3 + shift + i}
        | {"sentence": f"{name} is not known."}
        for i, name in enumerate(names)
    ]
    return {"tables": dict.fromkeys(names, counts), "rules": rules}


def verdict(names, shift):
    k = list(range(2, 8))
    gap = {"k": k, "gap": [0.3 + 0.02 * i * (1 + shift) for i in k]}
    agreement = {"k": k, "median": [0.95 - 0.05 * i - 0.01 * shift for i in k]}
    agreement |= {"low": [0.4] * len(k), "high": [0.97] * len(k), "pairs": 100}
    gap |= {"se": [0.01] * len(k), "n_clusters": 7 - shift}
    return {"evidence": {"gap": gap, "agreement": agreement}}


def outcomes(names, shift):
    rows = [
        {"segment": name, "mean": m, "low": m - 2, "high": m + 2}
        for i, name in enumerate(names)
        for m in [40.0 + shift - i]
    ]
    return pd.DataFrame(rows)


def flows(names, shift):
    rows = [
        (before, now, 90 + shift if before == now else 10 + i + 2 * j)
        for i, before in enumerate([*names, None])
        for j, now in enumerate([*names, None])
        if before or now
    ]
    frame = pd.DataFrame(rows, columns=["from", "to", "customers"])
    frame.loc[frame["customers"] == 12, "customers"] = None
    return frame


def stages(names, shift):
    return flows(names, shift).dropna(subset=["from", "to"])


def streams(names, shift):
    """What changes.json keeps: flows, of which some are hidden, and sizes."""
    frame = flows(names, shift)
    frame["from"], frame["to"] = frame["from"].fillna("New"), frame["to"].fillna("Gone")
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    sizes = {
        side: [
            {"segment": name, "customers": 200 + 10 * place + step * place * shift}
            for place, name in enumerate(names)
        ]
        for side, step in (("before", 0), ("now", 7))
    }
    return {"flows": rows, "sizes": sizes}


def points(names, shift):
    rows = [
        {"feature": name, "label": name, "bin": f"over {b} to {b + 1}"}
        | {"points": 30 * b - 10 * i + shift}
        for i, name in enumerate(names)
        for b in range(4)
    ]
    return pd.DataFrame(rows)


def spend(names, shift):
    return pd.DataFrame({"spend": np.linspace(0, 100 + 50 * shift, 300)})


def cells(names, shift):
    rows = []
    for recency in range(1, 6):
        for orders in range(1, 6):
            place = 5 * (recency - 1) + orders - 1
            hidden = place == 24
            rows.append(
                {
                    "recency": recency,
                    "other": orders,
                    "recency_span": f"over {recency} to {recency + 1}",
                    "other_span": f"{orders}",
                    "customers": None if hidden else 10 * place + 30 + shift,
                    "value": None if hidden else 7.0 * place,
                    "segment": None if hidden else names[place % len(names)],
                    "hidden": hidden,
                }
            )
    return pd.DataFrame(rows)


def spread(names, shift):
    rows = [
        {"feature": label, "label": label, "unit": "EUR", "segment": group}
        | {"everyone": i == 0}
        | {f"p{p}": (p + 3 * i + shift * (i > 0)) for p in (10, 25, 50, 75, 90)}
        for label in ("Spend", "Margin", "Discounts")
        for i, group in enumerate(["Everyone", *names])
    ]
    return pd.DataFrame(rows)


def similarity(names, shift):
    rng = np.random.default_rng(shift)
    draws = rng.dirichlet(np.full(len(names), 0.2), 200)
    return pd.DataFrame(draws, columns=list(names))


def tree(names, shift):
    k = max(2, len(names))
    everyone = np.arange(600) * k // 600
    return family_tree(
        {n: np.minimum((everyone + shift * (np.arange(600) % 3)) % n, n - 1)
         for n in range(2, k + 1)}
    )  # fmt: skip


def within(names, shift):
    rows = [
        {"segment": i, "jaccard": 0.9 - 0.02 * i - 0.01 * j - 0.05 * shift}
        for i in range(len(names))
        for j in range(5)
    ]
    return pd.DataFrame(rows)


def stability(names, shift):
    rows = [
        {"k": k, "ari": 0.95 - 0.05 * k - 0.01 * j - 0.02 * shift}
        for k in range(2, 3 + len(names))
        for j in range(5)
    ]
    return pd.DataFrame(rows)


def lifts(names, shift):
    rows = [
        {"segment": name, "spend": figures | {"found": i == 0}}
        for i, name in enumerate(names)
        for m in [4.0 + shift - i / 4]
        for figures in [{"treated": 30 + m, "held": 30.0, "lift": m}
                        | {"low": m - 2, "high": m + 2}]
    ]  # fmt: skip
    return {"segments": rows, "everyone": {"spend": rows[0]["spend"]}}


def power(names, shift):
    smallest = {
        name: 2.0 + shift + i / 4 for i, name in enumerate([*names, "Everyone"])
    }
    curves = [
        {"segment": name, "effect": e, "power": min(1.0, 0.05 + 0.75 * e / small)}
        for name, small in smallest.items()
        for e in np.linspace(0, 1.6 * max(smallest.values()), 9)
    ]
    rows = [{"segment": n, "smallest_effect": e} for n, e in smallest.items()]
    plan = {"curves": curves, "segments": rows[:-1], "everyone": rows[-1]}
    return plan | {"unit": "money", "aimed_power": 0.8, "effect": 2.5}


# From a figure's name to what makes its data and options of names and a shift.
def history(names, shift):
    """A project's runs, one a name; each segment a line, the last one born late."""
    n = len(names) + 1
    runs = [
        {
            "as_of": f"{2020 + i // 12}-{1 + i % 12:02d}-01",
            "state": "done",
            "structure": "natural" if i + shift < n else "constructed",
            "worth": "proved",
            "stability": 0.9 - 0.01 * (i + shift),
            "moved": 0.02 * (i % 5 + 1 + shift) if i else None,
            "new": 0.03,
            "gone": 0.01 * (i % 3),
        }
        for i in range(n)
    ]
    segments = [
        {
            "segment_id": f"S{i + 1:02d}",
            "segment": name,
            "customers": [40 * (i + 1) + (3 + shift) * (j % 4) for j in range(n)],
            "value": [900 * (i + 1) + 7 * j + shift for j in range(n)],
        }
        for i, name in enumerate(names)
    ]
    segments[-1]["customers"][0] = None
    born = {"run": 1, "kind": "born", "before": [], "now": [f"S{len(names):02d}"]}
    return {"runs": runs, "segments": segments, "events": [born], "currency": "EUR"}


CASES = {
    "agreement_by_k": lambda n, s: (verdict(n, s), {}),
    "category_preferences": lambda n, s: (profile(n, s, "category"), {}),
    "contest_intervals": lambda n, s: (contest(n, s), {}),
    "customer_flow": lambda n, s: (streams(n, s), {}),
    "descent": lambda n, s: (tree(n, s).nodes, {"edges": tree(n, s).edges}),
    "feature_histogram": lambda n, s: (spend(n, s), {"feature": "spend"}),
    "gap_curve": lambda n, s: (verdict(n, s), {}),
    "gorge": lambda n, s: (similarity(n, s), {"names": n}),
    "habits": lambda n, s: (personas(n, s), {"by": "weekdays"}),
    "lifecycle_flow": lambda n, s: (stages(n, s), {"days": 90}),
    "lift_by_segment": lambda n, s: (lifts(n, s), {"measure": "spend", "unit": "EUR"}),
    "migration_flow": lambda n, s: (flows(n, s), {}),
    "movement_over_time": lambda n, s: (history(n, s), {}),
    "outcome_by_segment": lambda n, s: (outcomes(n, s), {"unit": "EUR"}),
    "paired_statements": lambda n, s: (statements(n, s), {}),
    "power_curves": lambda n, s: (power(n, s), {"unit": "EUR"}),
    "quarantine_bars": lambda n, s: (quality(n, s), {}),
    "rfm_map": lambda n, s: (cells(n, s), {"names": n}),
    "rows_flow": lambda n, s: (quality(n, s), {}),
    "scorecard_points": lambda n, s: (points(n, s), {}),
    "segment_evaluation": lambda n, s: (evaluation(n, s), {}),
    "segment_profile": lambda n, s: (profile(n, s, "feature"), {}),
    "segment_sizes_and_value": lambda n, s: (personas(n, s), {}),
    "segment_spread": lambda n, s: (spread(n, s), {}),
    "segments_over_time": lambda n, s: (history(n, s), {}),
    "stability_boxes": lambda n, s: (stability(n, s), {}),
    "verdict_over_time": lambda n, s: (history(n, s), {}),
    "within_boxes": lambda n, s: (within(n, s), {"names": n}),
}
