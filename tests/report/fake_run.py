"""A made-up run of a grocery panel: five segments, no core needed."""

from pathlib import Path

import nbformat
import pandas as pd
from nbformat import v4

from segtools.plots.display import finding, table
from segtools.records import write_record
from segtools.report.cards import persona_cards
from segtools.schema import STAGES

ATTACK = "<script>alert(1)</script>"
BREAKOUT = '"><img src=x onerror=alert(2)>'

RUN = {
    "project": "grocery-panel",
    "state": "done",
    "error": None,
    "config": {
        "project": "grocery-panel",
        "goal": "grow_spend",
        "decision": "Which households get the spring coupon book",
        "timezone": "America/New_York",
        "source": {"system": "files", "order_lines": {"path": "/srv/ann/lines.csv"}},
        "as_of": "2017-10-01",
        "window_days": 180,
        "outcome_days": 92,
        "bases": ["value", "behaviour", "loyalty", "benefits"],
        "method": "goal",
        "n_segments": 5,
        "min_share": 0.03,
        "seed": 1,
    },
    "config_hash": "5f2c9a1b77d0e314",
    "as_of": "2017-10-01",
    "origin_utc": "2017-10-01T04:00:00Z",
    "timezone": "America/New_York",
    "seed": 1,
    "data": {
        "fingerprint": "9c41d7e2a05b8f36",
        "tables": {
            "order_lines": {
                "rows": 1_082_311,
                "first": "2017-01-01",
                "last": "2017-09-30",
                "hash": "9c41d7e2a05b8f36",
            }
        },
    },
    "versions": {"segtools": "0.1.0", "python": "3.11.7", "pandas": "3.1.0"},
    "licence": ["Made up for the tests of this report; nobody's data."],
    "previous_run": None,
    "stages": {key: {"state": "done", "seconds": 9.5} for key in STAGES},
}
QUALITY = {
    "customers": 2446,
    "orders": 101_337,
    "revenue": "3412077.1800",
    "currency": "USD",
    "first": "2017-01-01",
    "last": "2017-09-30",
    "lights": {
        "adequacy": {
            "light": "green",
            "sentence": "2,446 customers for 14 variables are enough.",
        },
        "freshness": {
            "light": "green",
            "sentence": "The last order was on the day before.",
        },
    },
}
GOALS = {
    "goal": "grow_spend",
    "readiness": [
        {
            "question": "Is there enough data?",
            "answer": "no",
            "evidence": "41 customers.",
            "remedy": "Collect two more months of orders before asking again.",
        }
    ],
}
VERDICT = {
    "structure": "constructed",
    "structure_sentence": "No gaps between groups: the gap statistic finds one "
    "cluster, and 94 of 100 resamples draw the same lines.",
    "worth": "proved",
    "worth_sentence": "they tell the next period's spend apart better than spend "
    "quintiles (Gini 0.45 against 0.44)",
    "decision": "segment",
    "forced": False,
    "sentence": "Five segments, constructed rather than natural: they tell the next "
    "period's spend apart better than spend quintiles (Gini 0.45 against 0.44).",
    "n_segments": 5,
    "scheme": "goal",
    "why_not": "",
    "reason": "The goal scorecard has the highest Gini of all schemes.",
}
ROWS = [
    ("S01", "Weekly family shoppers", "#0072B2", 391, 1_318_402, 0.62, 0.31),
    ("S02", "Steady fresh buyers", "#E69F00", 514, 905_117, 0.55, 0.34),
    ("S03", "Coupon planners", "#009E73", 489, 621_040, 0.71, 0.28),
    ("S04", "Weekend top-up visitors", "#CC79A7", 612, 402_905, 0.48, 0.36),
    ("S05", "Drifting away", "#56B4E9", 440, 164_613, 0.66, 0.22),
]
TEXTS = [
    ("Place 40 % or more of their orders at the weekend", "habit"),
    ("Buy 14 lines or more per order", "trait"),
    ("Use a coupon in 33 % or more of their orders", "value"),
    ("Spend 24 % or more on the shop's own labels", "value"),
    ("Buy less lately: 0.8 times their own level or less", "pain"),
]
ASSUMED = [
    "They plan the week's meals before they shop.",
    "They would come by car rather than on foot.",
]
CATEGORIES = ["Fresh vegetables", "Dairy", "Frozen meals", "Soft drinks", "Snacks"]
TOTAL = sum(row[4] for row in ROWS)


def hours(peak):
    weight = [
        max(0.2, 8 - abs(hour - peak)) if 6 < hour < 23 else 0.1 for hour in range(24)
    ]
    return [w / sum(weight) for w in weight]


def weekdays(peak):
    weight = [2.0 if day == peak else 1.0 for day in range(7)]
    return [w / sum(weight) for w in weight]


def statements(high, base):
    rows = [
        {
            "id": f"st{i}",
            "kind": "evidence",
            "topic": topic,
            "text": text,
            "share": round(high - 0.05 * i, 3),
            "low": round(high - 0.05 * i - 0.04, 3),
            "high": round(high - 0.05 * i + 0.04, 3),
            "n": 391,
            "base_share": round(base + 0.01 * i, 3),
            "computation": {"table": "features", "column": "x", "op": "ge", "value": 1},
        }
        for i, (text, topic) in enumerate(TEXTS)
    ]
    assumed = [
        {"id": f"as{i}", "kind": "assumption", "topic": "motive", "text": text}
        for i, text in enumerate(ASSUMED)
    ]
    return rows + assumed


def persona(rank, row):
    segment_id, name, colour, n, value, high, base = row
    basket = [
        {
            "category": c,
            "share": 0.24 - 0.04 * i + 0.01 * rank,
            "base_share": 0.2 - 0.03 * i,
        }
        for i, c in enumerate(CATEGORIES)
    ]
    return {
        "segment_id": segment_id,
        "segment": name,
        "rank": rank,
        "colour": colour,
        "headline": "Fill the trolley at the weekend and stay with what they know.",
        "summary": "They come often and at fixed hours, take large baskets with much "
        "fresh food, and leave the coupons to others.",
        "n": n,
        "share": n / 2446,
        "value": f"{value}.0000",
        "value_share": value / TOTAL,
        "value_unit": "USD",
        "traits": ["st0", "st1", "st2"],
        "statements": statements(high, base),
        "typical_basket": basket,
        "hours": hours(9 + 2 * rank),
        "weekdays": weekdays((rank + 3) % 7),
        "evidenced_share": 5 / 7,
    }


def personas():
    everyone = {
        "n": 2446,
        "value": f"{TOTAL}.0000",
        "hours": hours(14),
        "weekdays": [0.13, 0.12, 0.13, 0.14, 0.15, 0.18, 0.15],
    }
    rows = [persona(rank, row) for rank, row in enumerate(ROWS, start=1)]
    return {"segments": rows, "everyone": everyone}


STAGES_OF_LIFE = ("new", "active", "loyal", "at risk", "lapsed", "won back")


def full_personas():
    """Give the personas with every part that a card may have, the last one with few."""
    people = personas()
    for row in people["segments"][:-1]:
        told = {"id": "i1", "kind": "interview", "topic": "motive", "who": "4 of 6"}
        told |= {"text": "They pass by on their way.", "date": "2017-09-12"}
        row["statements"] = [*row["statements"], told]
        row["statements"][2]["aspect"] = "price"
        row["beyond_chance"] = 31
        row["stages"] = [
            {"stage": s, "share": i * 0.08 or None, "base_share": 0.15}
            for i, s in enumerate(STAGES_OF_LIFE)
        ]
        row["channels"] = [
            {"channel": c, "share": 0.6, "base_share": 0.5}
            for c in ("store", "web", "app")
        ]
        row["match_all"] = {"share": 0.03, "half_share": 0.5, "n": 12, "half_n": 200}
        row["match_all"]["sentence"] = "12 of 391 match every statement."
        names = (("orders", ""), ("spend", "money"), ("visits", ""), ("tickets", ""))
        figures = [
            {"name": n, "unit": u, "value": 79.1, "base_value": 38.8} for n, u in names
        ]
        row["day"] = {"customers": 1000, "figures": figures}
    return people


MESSAGES = [
    ("Thank you for being our regular", "Service, not discounts: first access, a name"),
    ("This week's prices on your list", "Multi-buy prices instead of single discounts"),
    ("Your coupons for what you buy", "A coupon book for their own categories"),
    ("A reason to come a little sooner", "A benefit that ends before their next order"),
    ("We have missed you", "A voucher for the next order, valid for two weeks"),
]
CHANNEL = "E-mail or app on Friday, the day before most of their orders (Saturday)"


def actions():
    segments = [
        {
            "segment_id": row[0],
            "segment": row[1],
            "message": message,
            "channel": CHANNEL,
            "offer": offer,
            "measure": "Spend per household in 92 days against the hold-out",
            "stop_rule": "Stop after four weeks without a lift of 2 %",
            "priority": rank,
            "because": ["st0", "st2"],
        }
        for rank, (row, (message, offer)) in enumerate(
            zip(ROWS, MESSAGES, strict=True), start=1
        )
    ]
    decisions = [
        {
            "title": "Send the coupon book to Coupon planners first",
            "text": "They redeem coupons more than twice as often as everyone.",
            "size": "489 households, 18 % of spend",
            "effect": "Each 5 % of lift is worth 31 050 USD (assumption: it works)",
            "test": "Half of them by lot for 92 days; a lift of 145 USD a customer "
            "(11 %) would be seen four times in five",
        },
        {
            "title": "Call back those who are drifting away",
            "text": "Two thirds have ordered less in the last 60 days than before.",
            "size": "440 households, 5 % of spend",
            "effect": "30 to 60 households kept",
            "test": "half get the offer, half do not",
        },
        {
            "title": "Leave the weekly family shoppers alone",
            "text": "They buy most without being asked; discounts would be a gift.",
            "size": "391 households, 39 % of spend",
            "effect": "no margin lost",
            "test": "a fifth still gets the book, to see",
        },
    ]
    return {"segments": segments, "decisions": decisions}


SELECTION = {
    "segments": [
        {"segment_id": row[0], "name": row[1], "rank": rank, "n": row[3]}
        for rank, row in enumerate(ROWS, start=1)
    ]
}
SIZES = pd.DataFrame(
    {
        "Segment": [row[1] for row in ROWS],
        "Customers": [row[3] for row in ROWS],
        "Stability": [0.81, 0.934, None, 0.0004, 0.77],
    }
)
SIZES.attrs["formats"] = {"Stability": "percent"}
CHANGES = {
    "first_run": False,
    "sentence": "Since 1 September 2017, 212 of 2,403 households (9 %) moved to "
    "another segment, most of them from Steady fresh buyers to Coupon planners; 43 "
    "are new.",
    "previous_as_of": "2017-09-01",
    "flows": [{"from": "S02", "to": "S03", "customers": 61}],
}

BARS = "".join(
    f'<rect x="150" y="{10 + 40 * i}" width="{width}" height="26" '
    f'style="fill: {row[2].lower()}"/>'
    f'<text x="140" y="{28 + 40 * i}" text-anchor="end">{row[1]}</text>'
    for i, (row, width) in enumerate(zip(ROWS, (520, 350, 250, 160, 70), strict=True))
)
FIGURE = (
    '<figure class="st-figure"><div class="st-picture"><svg role="img" '
    'aria-label="Spend falls from segment to segment." viewBox="0 0 700 220" '
    'width="700" height="220" fill="currentColor" style="font:13px sans-serif">'
    f'{BARS}</svg></div><details class="st-twin"><summary>Show as table</summary>'
    f"{table(SIZES, caption='Sizes').html}</details></figure>"
)
CONTEST = pd.DataFrame(
    {
        "Scheme": ["Goal scorecard", "Spend quintiles"],
        "Gini": [0.45, 0.44],
        "95 % interval": ["0.43 to 0.47", "0.42 to 0.46"],
    }
)
FINDING = (
    "The goal scorecard tells next quarter's spend apart best: Gini 0.45 (0.43 to "
    "0.47), against 0.44 for spend quintiles."
)
HOW = (
    "<details><summary>How to read this</summary>\n\nGini is 0 when segments say "
    "nothing about spend and 1 when they say everything. Two intervals that overlap "
    "much mean that the order could be chance.\n\n</details>"
)


def code(source, *outputs, tags=()):
    cell = v4.new_code_cell(source, metadata={"tags": list(tags)})
    cell.outputs = [
        o if hasattr(o, "output_type") else v4.new_output("display_data", data=o)
        for o in outputs
    ]
    return cell


def notebook(*, extra=(), run_dir="/srv/ann/reports/grocery-panel/2017-10-01"):
    """Build an executed notebook with every kind of cell and output."""
    prose = v4.new_markdown_cell
    lesson = prose("### Try it\n\nChange `n_segments`.", metadata={"tags": ["lesson"]})
    cells = [
        prose(
            "# Are there segments, and do they pay?\n\nGoes in: the features of "
            "stage 2. Comes out: the segments and the verdict. It takes two minutes."
        ),
        code("import segtools as st\nfrom segtools.plots import display"),
        code('run_dir: str = ""', tags=["parameters"]),
        code(f'run_dir = "{run_dir}"', tags=["injected-parameters"]),
        prose(
            "## Which scheme tells customers apart best?\n\nEvery scheme learns on an "
            "earlier window and is judged on a later one that it has not seen."
        ),
        code(
            "contest = st.contest(features, schemes)  # two legs, equal windows\n"
            'display.table(contest, caption="Schemes in the contest")',
            {"text/html": table(CONTEST, caption="Schemes in the contest").html},
            v4.new_output("stream", name="stderr", text="a warning nobody needs\n"),
        ),
        code("display.finding(contest.sentence)", {"text/html": finding(FINDING).html}),
        prose(HOW),
        lesson,
        prose(
            "## How big are they, and what are they worth?\n\nThe share of customers "
            "says how much work a segment is, the share of spend what it is worth."
        ),
        code("st.plots.sizes(segments)", {"text/html": FIGURE}, tags=["remove_input"]),
        code("sizes", {"text/html": table(SIZES, caption="How big they are").html}),
        code(
            "print(summary)", v4.new_output("stream", text=f"plain {ATTACK} & text\n")
        ),
        prose("### What would change your mind\n\nA longer history, or another goal."),
        code("frame", {"text/plain": BREAKOUT}),
        prose("## What was decided?\n\nThe next stage describes the segments."),
        prose("*How to read this.* A share of 40 % is four in ten."),
        *extra,
    ]
    book = v4.new_notebook(cells=cells)
    book.metadata["papermill"] = {"parameters": {"run_dir": run_dir, "n_segments": 5}}
    book.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    return book


def write_records(folder, **changes):
    """Write the records; a keyword replaces keys of the record it names."""
    records = {
        "run": RUN,
        "data_quality": QUALITY,
        "goals": GOALS,
        "verdict": VERDICT,
        "selection": SELECTION,
        "personas": personas(),
        "actions": actions(),
        "changes": CHANGES,
    }
    for name, record in records.items():
        write_record(Path(folder) / f"{name}.json", record | changes.get(name, {}))
    return Path(folder)


def write_notebook(path, book):
    """Write a notebook where the executed ones of a run lie."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(book, path)
    return path


def persona_notebook():
    """Build the notebook of the persona page, cards included."""
    shown = persona_cards(full_personas(), actions())
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell("# Who is in each segment?"),
            v4.new_markdown_cell(
                "## The cards\n\nOne card a segment, the same scales."
            ),
            code("cards", {"text/html": shown.html, "text/plain": shown.text}),
        ]
    )
