"""A made-up shop whose products, categories and attributes attack the report."""

from segtools.simulate import simulate

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "=cmd|' /C calc'!A0",
    "$x_1$ and $\\frac{",
    "[a](javascript:alert(3))",
    "long " * 2000,
    "\u202eمرحبا بالعالم\u202c",
    "🛒👩‍👩‍👧‍👦 茶葉",
    "{{7*7}} {% raw %} **b** `c` <!-- -->",
    "'; DROP TABLE orders; --",
)
SEGMENTS = {
    "S01": HOSTILE[0] + HOSTILE[4],
    "S02": HOSTILE[1],
    "S03": HOSTILE[2] + HOSTILE[3],
    "S04": HOSTILE[5] + HOSTILE[7],
}
AS_OF = "2024-10-27"


def write_shop(folder):
    """Write lines and customers as Parquet and give the configuration's body."""
    made = simulate(500, structure="natural", n_segments=4, days=300, seed=5)
    lines, customers = made.order_lines.copy(), made.customers.copy()
    for column in ("product", "category", "brand", "channel", "store_id"):
        lines[column] = renamed(lines[column])
    ids = {c: f"=1+{i}" for i, c in enumerate(customers["customer_id"], start=1)}
    lines["customer_id"] = lines["customer_id"].map(ids)
    customers["customer_id"] = customers["customer_id"].map(ids)
    for place, name in enumerate(HOSTILE):
        values = [HOSTILE[(place + i) % 3] for i in range(len(customers))]
        customers[name.strip()] = values
    lines.to_parquet(folder / "lines.parquet")
    customers.to_parquet(folder / "customers.parquet")
    return body(folder)


def renamed(column):
    """Give each value another name, so that all that was different still is."""
    names = {
        value: HOSTILE[i % len(HOSTILE)] + " " * (i >= len(HOSTILE)) + str(i)
        for i, value in enumerate(sorted(column.dropna().unique()))
    }
    return column.map(names)


def body(folder):
    tables = {
        "order_lines": {"path": str(folder / "lines.parquet")},
        "customers": {"path": str(folder / "customers.parquet")},
    }
    return {
        "project": "hostile-shop",
        "decision": HOSTILE[1],
        "currency": "wampum",
        "timezone": "Europe/Berlin",
        "as_of": AS_OF,
        "window_days": 120,
        "outcome_days": 60,
        "method": "goal",
        "n_segments": 4,
        "force_segments": True,
        "segment_names": SEGMENTS,
        "source": {"system": "files", **tables},
    }
