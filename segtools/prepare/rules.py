"""The rules that a row must pass, each with the sentence that explains it."""

from __future__ import annotations

from dataclasses import dataclass

from segtools.languages import mark

SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class Rule:
    """Why a row is not kept: the contract is broken, or a policy leaves it out.

    The sentence is said, in the language of the run, where it is shown.
    """

    kind: str
    sentence: str


RULES: dict[str, Rule] = {
    "no_time": Rule("contract", mark("The time of the row is missing or unreadable.")),
    "unreadable": Rule("contract", mark("A number, time or yes/no cannot be read.")),
    "no_customer": Rule("contract", mark("Nobody is named as the customer.")),
    "no_amount": Rule("contract", mark("The amount is missing.")),
    "no_product": Rule("contract", mark("The product is missing.")),
    "no_event": Rule("contract", mark("Nothing says what happened.")),
    "no_question": Rule("contract", mark("The question is missing.")),
    "no_answer": Rule("contract", mark("The answer is missing.")),
    "no_account": Rule("contract", mark("The account is missing.")),
    "no_campaign": Rule("contract", mark("The campaign is missing.")),
    "both_arms": Rule(
        "contract", mark("The campaign was sent to the customer and held back.")
    ),
    "twice": Rule("contract", mark("The customer stands in the table more than once.")),
    "repeated": Rule("policy", mark("The same order or event was exported before.")),
    "preview": Rule("policy", mark("A preview of the survey, not an answer.")),
    "unpaid": Rule("policy", mark("The order's status is not among those that count.")),
    "cancelled": Rule("policy", mark("The order was cancelled (cancellations: drop).")),
    "test_order": Rule("policy", mark("A test order (test_orders: drop).")),
    "internal": Rule("policy", mark("An internal, test or system customer.")),
    "guest": Rule("policy", mark("An order of nobody that is known (guests: drop).")),
    "spam": Rule("policy", mark("Spam or deleted; no contact of a customer.")),
    "unfinished": Rule("policy", mark("An answer that was not finished.")),
    "no_match": Rule(
        "policy", mark("The person matches no customer (unmatched: drop).")
    ),
    "non_product": Rule(
        "policy", mark("No product: postage, a gift card or the like.")
    ),
    "zero_price": Rule("policy", mark("The amount is zero (zero_prices: drop).")),
    "negative": Rule("policy", mark("A negative amount (negative_amounts: drop).")),
    "return_dropped": Rule(
        "policy", mark("Returned goods are left out (returns: drop).")
    ),
    "unmatched_return": Rule(
        "policy", mark("A return whose order is not in the data.")
    ),
    "huge_order": Rule(
        "policy", mark("An order far above all others (huge_orders: drop).")
    ),
    "duplicate": Rule("policy", mark("The row equals another one in every column.")),
    "sent_again": Rule(
        "policy", mark("The customer had got the same campaign before.")
    ),
    "not_sent": Rule("policy", mark("The campaign was never sent to this customer.")),
    "before_sending": Rule(
        "policy", mark("It lies before the customer got the campaign.")
    ),
    "merged": Rule("policy", mark("Another record of the same customer is used.")),
}
MISSING = {
    "customer_id": "no_customer",
    "amount": "no_amount",
    "product_id": "no_product",
    "event": "no_event",
    "question": "no_question",
    "answer": "no_answer",
    "account_id": "no_account",
    "campaign_id": "no_campaign",
}
