"""The phrases themselves: what a feature's name says in a sentence, by feature."""

from __future__ import annotations

from typing import NamedTuple

from segtools.languages import mark, markn

# A sentence, or one of a single thing and one of several.
Said = str | tuple[str, str]


class Phrase(NamedTuple):
    """Sentences for *at least* and *at most*, and where each belongs.

    ``more_is`` and ``less_is`` are a topic, or ``value`` with an aspect such as
    ``value:price``; empty where the feature's basis decides. ``once`` says the same as
    *at least 1* of something that most customers never do, ``none`` as *at most 0 %*
    and ``every`` as *at least 100 %*.
    """

    more: Said
    less: Said
    more_is: str = ""
    less_is: str = ""
    once: str = ""
    none: str = ""
    every: str = ""


PHRASES = {
    "recency_days": Phrase(
        markn(
            "Have not ordered for {v} day or longer",
            "Have not ordered for {v} days or longer",
        ),
        markn("Ordered within the last {v} day", "Ordered within the last {v} days"),
    ),
    "n_orders": Phrase(
        markn(
            "Ordered {v} time or more in {days}", "Ordered {v} times or more in {days}"
        ),
        markn(
            "Ordered {v} time or less in {days}", "Ordered {v} times or less in {days}"
        ),
    ),
    "spend_total": Phrase(
        mark("Spent {v} or more in {days}"),
        mark("Spent {v} or less in {days}"),
    ),
    "basket_mean": Phrase(
        mark("Pay {v} or more per order"),
        mark("Pay {v} or less per order"),
    ),
    "interval_days": Phrase(
        markn(
            "Leave {v} day or more between orders",
            "Leave {v} days or more between orders",
        ),
        markn(
            "Come back after {v} day or sooner", "Come back after {v} days or sooner"
        ),
    ),
    "overdue_ratio": Phrase(
        markn(
            "Are overdue: {v} cycle of their own or more since the last order",
            "Are overdue: {v} of their own cycles or more since the last order",
        ),
        markn(
            "Are on time: at most {v} cycle of their own since the last order",
            "Are on time: at most {v} of their own cycles since the last order",
        ),
        more_is="pain",
    ),
    "trend_ratio": Phrase(
        markn(
            "Buy more lately: {v} time their own level or more",
            "Buy more lately: {v} times their own level or more",
        ),
        markn(
            "Buy less lately: {v} time their own level or less",
            "Buy less lately: {v} times their own level or less",
        ),
        less_is="pain",
    ),
    "weekend_share": Phrase(
        mark("Place {v} or more of their orders at the weekend"),
        mark("Place {v} or less of their orders at the weekend"),
        none=mark("Place none of their orders at the weekend"),
        every=mark("Place all of their orders at the weekend"),
    ),
    "morning_share": Phrase(
        mark("Place {v} or more of their orders before noon"),
        mark("Place {v} or less of their orders before noon"),
        none=mark("Place none of their orders before noon"),
        every=mark("Place all of their orders before noon"),
    ),
    "evening_share": Phrase(
        mark("Place {v} or more of their orders after 18:00"),
        mark("Place {v} or less of their orders after 18:00"),
        none=mark("Place none of their orders after 18:00"),
        every=mark("Place all of their orders after 18:00"),
    ),
    "basket_lines": Phrase(
        markn("Buy {v} line or more per order", "Buy {v} lines or more per order"),
        markn("Buy {v} line or less per order", "Buy {v} lines or less per order"),
    ),
    "n_categories": Phrase(
        markn("Buy from {v} category or more", "Buy from {v} categories or more"),
        markn("Buy from {v} category or less", "Buy from {v} categories or less"),
    ),
    "active_weeks_share": Phrase(
        mark("Order in {v} of all weeks or more"),
        mark("Order in {v} of all weeks or less"),
    ),
    "orders_per_year": Phrase(
        markn("Order {v} time a year or more", "Order {v} times a year or more"),
        markn("Order {v} time a year or less", "Order {v} times a year or less"),
    ),
    "tenure_days": Phrase(
        markn(
            "Have been customers for {v} day or longer",
            "Have been customers for {v} days or longer",
        ),
        markn(
            "Have been customers for {v} day or less",
            "Have been customers for {v} days or less",
        ),
        more_is="stage",
        less_is="stage",
    ),
    "n_stores": Phrase(
        markn("Use {v} store or more", "Use {v} stores or more"),
        markn("Use {v} store or less", "Use {v} stores or less"),
    ),
    "discount_share": Phrase(
        mark("Save {v} or more through discounts"),
        mark("Save {v} or less through discounts"),
        more_is="value:price",
        less_is="habit",
        none=mark("Save nothing through discounts"),
        every=mark("Save all through discounts"),
    ),
    "coupon_share": Phrase(
        mark("Use a coupon in {v} or more of their orders"),
        mark("Use a coupon in {v} or less of their orders"),
        more_is="value:price",
        less_is="habit",
        none=mark("Use a coupon in none of their orders"),
        every=mark("Use a coupon in all of their orders"),
    ),
    "private_label_share": Phrase(
        mark("Spend {v} or more on the shop's own labels"),
        mark("Spend {v} or less on the shop's own labels"),
        more_is="value:price",
        less_is="habit",
        none=mark("Spend nothing on the shop's own labels"),
        every=mark("Spend all on the shop's own labels"),
    ),
    "price_tier": Phrase(
        mark("Choose what is dearer than {v} or more of its category"),
        mark("Choose what is dearer than {v} or less of its category"),
        more_is="value:quality",
        less_is="value:price",
        none=mark("Choose what is dearer than none of its category"),
        every=mark("Choose what is dearer than all of its category"),
    ),
    "premium_share": Phrase(
        mark("Spend {v} or more on the dearest third of a category"),
        mark("Spend {v} or less on the dearest third of a category"),
        more_is="value:quality",
        less_is="habit",
        none=mark("Spend nothing on the dearest third of a category"),
        every=mark("Spend all on the dearest third of a category"),
    ),
    "new_product_share": Phrase(
        mark("New to them: {v} or more of the products that they bought"),
        mark("New to them: {v} or less of the products that they bought"),
        more_is="value:novelty",
        less_is="habit",
        none=mark("New to them: none of the products that they bought"),
        every=mark("New to them: all of the products that they bought"),
    ),
    "n_returns": Phrase(
        markn(
            "Sent goods back {v} time or more in {days}",
            "Sent goods back {v} times or more in {days}",
        ),
        markn(
            "Sent goods back {v} time or less in {days}",
            "Sent goods back {v} times or less in {days}",
        ),
        more_is="pain",
        once=mark("Sent goods back at least once in {days}"),
    ),
    "cycles_since_last": Phrase(
        markn(
            "Have let {v} cycle of their own or more pass since the last order",
            "Have let {v} of their own cycles or more pass since the last order",
        ),
        markn(
            "Ordered within the last {v} cycle of their own",
            "Ordered within the last {v} of their own cycles",
        ),
        more_is="pain",
    ),
    "product_views": Phrase(
        markn(
            "Looked at {v} product or more lately",
            "Looked at {v} products or more lately",
        ),
        markn(
            "Looked at {v} product or less lately",
            "Looked at {v} products or less lately",
        ),
    ),
    "carts": Phrase(
        markn(
            "Put {v} product or more into the cart lately",
            "Put {v} products or more into the cart lately",
        ),
        markn(
            "Put {v} product or less into the cart lately",
            "Put {v} products or less into the cart lately",
        ),
    ),
    "days_since_last_visit": Phrase(
        markn(
            "Have not visited for {v} day or longer",
            "Have not visited for {v} days or longer",
        ),
        markn("Visited within the last {v} day", "Visited within the last {v} days"),
    ),
    "tickets_opened": Phrase(
        markn("Opened {v} ticket or more", "Opened {v} tickets or more"),
        markn("Opened {v} ticket or less", "Opened {v} tickets or less"),
        more_is="pain",
    ),
    "hours_to_resolve": Phrase(
        markn(
            "Wait {v} hour or longer until a ticket is resolved",
            "Wait {v} hours or longer until a ticket is resolved",
        ),
        markn(
            "Wait {v} hour or less until a ticket is resolved",
            "Wait {v} hours or less until a ticket is resolved",
        ),
        more_is="pain",
        less_is="value:service",
    ),
    "chats_started": Phrase(
        markn("Began {v} chat or more", "Began {v} chats or more"),
        markn("Began {v} chat or less", "Began {v} chats or less"),
    ),
    "visit_days": Phrase(
        markn("Visit on {v} day or more", "Visit on {v} days or more"),
        markn("Visit on {v} day or less", "Visit on {v} days or less"),
    ),
    "event_days": Phrase(
        markn("Are in touch on {v} day or more", "Are in touch on {v} days or more"),
        markn("Are in touch on {v} day or less", "Are in touch on {v} days or less"),
    ),
    "mobile_share": Phrase(
        mark("Do {v} or more on a phone or tablet"),
        mark("Do {v} or less on a phone or tablet"),
        more_is="reach",
        less_is="reach",
        none=mark("Do nothing on a phone or tablet"),
        every=mark("Do all on a phone or tablet"),
    ),
    "online_share": Phrase(
        mark("Place {v} or more of their orders online"),
        mark("Place {v} or less of their orders online"),
        more_is="reach",
        less_is="reach",
        none=mark("Place none of their orders online"),
        every=mark("Place all of their orders online"),
    ),
    "emails_opened": Phrase(
        markn("Opened {v} e-mail or more", "Opened {v} e-mails or more"),
        markn("Opened {v} e-mail or less", "Opened {v} e-mails or less"),
        more_is="reach",
        less_is="reach",
    ),
    "mean_agreement": Phrase(
        mark("Answer at {v} of the scale or higher"),
        mark("Answer at {v} of the scale or lower"),
    ),
    "account_spend": Phrase(
        mark("Belong to accounts that spent {v} or more"),
        mark("Belong to accounts that spent {v} or less"),
        more_is="trait",
        less_is="trait",
    ),
    "group_spend": Phrase(
        mark("Belong to groups that spent {v} or more"),
        mark("Belong to groups that spent {v} or less"),
        more_is="trait",
        less_is="trait",
    ),
}
