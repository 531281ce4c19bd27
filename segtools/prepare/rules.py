"""The rules that a row must pass, each with the sentence that explains it."""

from __future__ import annotations

from dataclasses import dataclass

SET_ASIDE = "set_aside"


@dataclass(frozen=True)
class Rule:
    """Why a row is not kept: the contract is broken, or a policy leaves it out."""

    kind: str
    sentence: str


RULES: dict[str, Rule] = {
    "no_time": Rule("contract", "The time of the row is missing or unreadable."),
    "unreadable": Rule("contract", "A number, time or yes/no cannot be read."),
    "no_customer": Rule("contract", "Nobody is named as the customer."),
    "no_amount": Rule("contract", "The amount is missing."),
    "no_product": Rule("contract", "The product is missing."),
    "no_event": Rule("contract", "Nothing says what happened."),
    "no_question": Rule("contract", "The question is missing."),
    "no_answer": Rule("contract", "The answer is missing."),
    "no_account": Rule("contract", "The account is missing."),
    "no_campaign": Rule("contract", "The campaign is missing."),
    "both_arms": Rule(
        "contract", "The campaign was sent to the customer and held back."
    ),
    "twice": Rule("contract", "The customer stands in the table more than once."),
    "repeated": Rule("policy", "The same order or event was exported before."),
    "preview": Rule("policy", "A preview of the survey, not an answer."),
    "unpaid": Rule("policy", "The order's status is not among those that count."),
    "cancelled": Rule("policy", "The order was cancelled (cancellations: drop)."),
    "test_order": Rule("policy", "A test order (test_orders: drop)."),
    "internal": Rule("policy", "An internal, test or system customer."),
    "guest": Rule("policy", "An order of nobody that is known (guests: drop)."),
    "spam": Rule("policy", "Spam or deleted; no contact of a customer."),
    "unfinished": Rule("policy", "An answer that was not finished."),
    "no_match": Rule("policy", "The person matches no customer (unmatched: drop)."),
    "non_product": Rule("policy", "No product: postage, a gift card or the like."),
    "zero_price": Rule("policy", "The amount is zero (zero_prices: drop)."),
    "negative": Rule("policy", "A negative amount (negative_amounts: drop)."),
    "return_dropped": Rule("policy", "Returned goods are left out (returns: drop)."),
    "unmatched_return": Rule("policy", "A return whose order is not in the data."),
    "huge_order": Rule("policy", "An order far above all others (huge_orders: drop)."),
    "duplicate": Rule("policy", "The row equals another one in every column."),
    "sent_again": Rule("policy", "The customer had got the same campaign before."),
    "not_sent": Rule("policy", "The campaign was never sent to this customer."),
    "before_sending": Rule("policy", "It lies before the customer got the campaign."),
    "merged": Rule("policy", "Another record of the same customer is used."),
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
