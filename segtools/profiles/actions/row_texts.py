"""The texts of one segment's row: those of the rule book, with its fields filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segtools.languages import mark, tr
from segtools.profiles.actions.effects import Outlook, lift
from segtools.profiles.actions.rule_book import Action, RuleBook, choose, said
from segtools.profiles.actions.terms import Terms
from segtools.profiles.actions.words import OF_A_TEST, fields, words_for

Card = Mapping[str, Any]
_CONTACT = mark("E-mail or app")
# What the goal itself measures, whatever the action is good for.
_MEASURES = {"respond_to_campaign": mark("Share who respond within {period}")}


def row_texts(
    card: Card,
    chosen: tuple[Action, Sequence[Mapping[str, Any]]],
    terms: Terms,
    outlook: Outlook,
) -> dict[str, str]:
    """Give message, channel, offer, measure, owner and stop rule of one segment.

    Parameters
    ----------
    card : mapping
        One segment of ``personas.json``.
    chosen : tuple of Action and list of mapping
        The row of the book, and the statements that call for it.
    terms : Terms
    outlook : Outlook
        Of the segment.

    Returns
    -------
    dict of str to str
        In the language in use, but for what somebody else wrote.
    """
    action, because = chosen
    words = words_for(card, because, terms.days) | _of_a_test(outlook, terms)
    channel, _ = choose(terms.book.channels, card["statements"])
    contact = said(channel.text) if channel else tr(_CONTACT)
    words["contact"] = contact.format_map(words)
    texts = {
        "message": said(action.message),
        "channel": said(action.channel or terms.book.channel),
        "offer": said(action.offer),
        "measure": _measured_by(terms.goal, action.measure),
        "owner": _owner(card, action.owner, terms),
        "stop_rule": _stop_rule(action.stop_rule, outlook, terms.book),
    }
    return {name: text.format_map(words) for name, text in texts.items()}


def _measured_by(goal: str, own: str) -> str:
    return tr(_MEASURES[goal]) if goal in _MEASURES else said(own)


def _of_a_test(outlook: Outlook, terms: Terms) -> dict[str, str]:
    sizes = {"smallest": outlook.smallest, "least": outlook.least}
    return {
        name: tr("a lift that cannot be told yet")
        if size is None
        else lift(size, terms.goal, terms.currency)
        for name, size in sizes.items()
    }


def _stop_rule(own: str | None, outlook: Outlook, book: RuleBook) -> str:
    text = own or book.stop_rule
    if outlook.smallest is None and set(OF_A_TEST) & set(fields(text)):
        return said(book.stop_rule_untested)
    return said(text)


def _owner(card: Card, own: str | None, terms: Terms) -> str:
    for name in (card["segment_id"], card["segment"]):
        if name in terms.owners:
            # A name is no template, whatever stands in it.
            return terms.owners[name].replace("{", "{{").replace("}", "}}")
    return said(own or terms.book.owner)
