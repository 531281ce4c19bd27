"""What the same thing is called in events of different systems.

A name counts whatever its case and whatever stands between its words: `Product Viewed`
and `product_viewed` have the same slug. The first name of each list is the usual one.
"""

from __future__ import annotations

import ibis.expr.types as ir

# Not \W: engines disagree about what a letter is beyond ASCII.
_BETWEEN = "[ _./:-]"


def slug(event: ir.Value) -> ir.Value:
    """Give names of events in lower case, without what stands between their words.

    Examples
    --------
    >>> import ibis
    >>> slug(ibis.literal("Product Viewed")).execute()
    'productviewed'
    """
    return event.lower().re_replace(_BETWEEN, "")


def among(known: ir.Value, names: tuple[str, ...]) -> ir.Value:
    """Say whether a slug is that of one of the names.

    Examples
    --------
    >>> import ibis
    >>> among(ibis.literal("productviewed"), ("Product Viewed",)).execute()
    True
    """
    between = _BETWEEN[1:-1]
    slugs = ("".join(c for c in n.lower() if c not in between) for n in names)
    return known.isin(list(slugs))


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


# Google Analytics 4; Segment's specification, also in its first version.
PRODUCT_VIEWS = _names("view_item, Product Viewed, Viewed Product")
CARTS = _names("add_to_cart, Product Added, Added Product")
VISITS = _names(
    "session_start, page_view, screen_view, page, screen, first_visit, view_item, "
    "Product Viewed, Viewed Product, Application Opened"
)
APP = _names(
    "screen_view, screen, first_open, app_open, Application Opened, "
    "Application Installed"
)
QUESTIONS = _names("question_asked, generate_lead, product_question, contact_form")
# The help desk (LiveAgent) and chat bots, as segtools reads them.
TICKETS = _names("ticket_opened")
RESOLVED = _names("ticket_resolved")
CHATS = _names("chat_started, live_chat_started, Live Chat Conversation Started")
EMAILS = _names("email_opened, Opened Email, email_open")
EMAIL_CLICKS = _names("email_link_clicked, email_clicked, Clicked Email, email_click")
# Words for a device that is carried about, as `device` has them.
MOBILE = ("mobile", "phone", "smartphone", "tablet", "android", "ios", "ipad", "iphone")
