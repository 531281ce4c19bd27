"""A fictional company's exports of three systems, made of simulated customers.

Orders come as Shopify exports them, tickets as LiveAgent's API gives them, answers as
Qualtrics writes them; nobody in them exists. Which planted segment a customer is of
decides how often they call and what they answer, so that personas can find it.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from segtools.simulate import Simulation, simulate

EXPORTS = Path(__file__).parent / "sources" / "exports"
AS_OF = "2025-02-01"
# By planted segment: share that opens a ticket, share that answers "cheap".
CALLS = (0.05, 0.6, 0.1, 0.15)
CHEAP = (0.1, 0.2, 0.85, 0.3)
QUESTION = "Why do you buy from us?"


def write_company(folder: Path, n_customers: int = 900, seed: int = 7) -> Path:
    """Write the three exports and the configuration; give the configuration."""
    made = simulate(n_customers, days=396, seed=seed)
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    _orders(made, folder / "orders_export.csv")
    _tickets(made, folder / "tickets.json", rng)
    _answers(made, folder / "survey.csv", rng)
    tags = [{"id": "a1b2", "name": "Delivery"}, {"id": "c3d4", "name": "Invoice"}]
    (folder / "tags.json").write_text(json.dumps(tags))
    path = folder / "company.yaml"
    path.write_text(json.dumps(configuration()))
    return path


def configuration() -> dict[str, Any]:
    """Give the configuration over the three exports."""
    return {
        "project": "three-sources",
        "goal": "grow_spend",
        "decision": "Who gets a call from us",
        "timezone": "Europe/Berlin",
        "currency": "EUR",
        "as_of": AS_OF,
        "outcome_days": 60,
        "bases": ["value", "behaviour", "loyalty", "benefits"],
        "method": "clusters",
        "n_segments": 4,
        "source": [
            {"system": "shopify", "orders": {"path": "orders_export.csv"}},
            {
                "system": "liveagent",
                "tickets": {"path": "tickets.json"},
                "tags": {"path": "tags.json"},
            },
            {"system": "survey", "responses": {"path": "survey.csv"}},
        ],
    }


def _orders(made: Simulation, path: Path) -> None:
    lines = made.order_lines[~made.order_lines["is_return"]]
    back = made.order_lines[made.order_lines["is_return"]]
    refunds = (-back.groupby("returned_order_id")["amount"].sum()).to_dict()
    with (EXPORTS / "shopify" / "orders_export.csv").open(encoding="utf-8-sig") as file:
        header = next(csv.reader(file))
    rows = []
    for number, (order, own) in enumerate(lines.groupby("order_id", sort=True), 1001):
        whole = _order_fields(own, number, refunds.get(order, 0.0))
        for place, line in enumerate(own.itertuples()):
            rows.append(_line_fields(line, number) | (whole if place == 0 else {}))
    frame = pd.DataFrame(rows).reindex(columns=header)
    frame.to_csv(path, index=False, encoding="utf-8-sig")


def _order_fields(own: pd.DataFrame, number: int, refund: float) -> dict[str, str]:
    total = f"{own['amount'].sum():.2f}"
    return {
        "Financial Status": "partially_refunded" if refund else "paid",
        "Currency": "EUR",
        "Subtotal": total,
        "Shipping": "0.00",
        "Total": total,
        "Refunded Amount": f"{refund:.2f}",
        "Id": f"55500{number:08d}",
        "Source": "web",
        "Billing Zip": "'10115",
    }


def _line_fields(line: Any, number: int) -> dict[str, str]:
    return {
        "Name": f"#{number}",
        "Email": _email(line.customer_id),
        "Created at": f"{line.ordered_at:%Y-%m-%d %H:%M:%S} +0000",
        "Lineitem quantity": "1",
        "Lineitem name": line.product,
        "Lineitem price": f"{line.amount + line.discount:.2f}",
        "Lineitem discount": f"{line.discount:.2f}",
        "Lineitem sku": line.product_id,
        "Vendor": line.brand,
    }


def _email(customer_id: str) -> str:
    return f"{customer_id.lower()}@example.com"


def _tickets(made: Simulation, path: Path, rng: np.random.Generator) -> None:
    days = pd.date_range("2024-10-01", "2025-01-20", freq="h")
    tickets = []
    for person in made.truth.itertuples():
        if rng.random() >= CALLS[person.segment - 1]:
            continue
        opened = days[rng.integers(len(days))]
        solved = opened + pd.Timedelta(hours=int(rng.integers(1, 48)))
        tickets.append(
            {
                "id": f"XK9-{len(tickets):05d}",
                "owner_contactid": f"ct{person.customer_id}",
                "owner_email": _email(person.customer_id).upper(),
                "departmentid": "default",
                "status": "R",
                "tags": ["a1b2" if rng.random() < 0.7 else "c3d4"],
                "channel_type": "E",
                "date_created": f"{opened:%Y-%m-%d %H:%M:%S}",
                "date_changed": f"{solved:%Y-%m-%d %H:%M:%S}",
                "date_resolved": f"{solved:%Y-%m-%d %H:%M:%S}",
                "subject": "Where is my order?",
            }
        )
    path.write_text(json.dumps(tickets))


def _answers(made: Simulation, path: Path, rng: np.random.Generator) -> None:
    asked = made.truth.sample(frac=0.7, random_state=3)
    names = ["StartDate", "EndDate", "Status", "Finished", "RecordedDate", "ResponseId"]
    names += ["RecipientEmail", "ExternalReference", "DistributionChannel", "Q1"]
    texts = [*names[:-1], QUESTION]
    ids = ["startDate", "endDate", "status", "finished", "recordedDate", "_recordId"]
    ids += ["recipientEmail", "externalDataReference", "distributionChannel", "QID1"]
    day = "2024-12-15 10:00:00"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        write = csv.writer(file)
        write.writerow(names)
        write.writerow(texts)
        write.writerow([json.dumps({"ImportId": i}) for i in ids])
        for number, person in enumerate(asked.itertuples()):
            cheap = rng.random() < CHEAP[person.segment - 1]
            answer = "It is cheap" if cheap else "It is near"
            email = _email(person.customer_id)
            row = [day, day, "IP Address", "True", day, f"R_{number}", email, ""]
            write.writerow([*row, "email", answer])
