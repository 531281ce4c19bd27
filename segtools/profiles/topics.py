"""What statements are about: the headings of a card, and words that tell them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from segtools.config import TOPICS
from segtools.languages import markc

__all__ = ["ASPECTS", "TOPICS", "aspect_of", "topic_of"]

# What somebody may value; a statement about it says which.
ASPECTS = (
    markc("aspect", "price"),
    markc("aspect", "quality"),
    markc("aspect", "service"),
    markc("aspect", "features"),
    markc("aspect", "novelty"),
)

# Words of questions, in the languages that surveys are most often held in here.
_QUESTIONS = {
    "pain": """
    problem* annoy* complain* complaint* dislike* disappoint* frustrat* difficult*
    trouble* improve* missing wrong late worst obstacle* barrier* hinder* leave left
    cancel* aerger* arger* beschwer* stort verbesser* fehlt schwierig* unzufrieden*
    probleme* plainte* ameliorer manque molest* queja* mejorar dificil*
    """,
    "motive": """
    why reason* motive* motivat* choose chose decide* purpose need* expect* important
    importance matter* warum weshalb wieso grund grunde gruende wichtig* pourquoi
    raison* choisi* porque razon* motivo* perche
    """,
}
_ANSWERS = {
    "price": "cheap* price* afford* discount* bargain* offer* value guenstig gunstig "
    "billig preis* prix barato precio*",
    "quality": "qualit* fresh* durable best reliab* frisch* calidad*",
    "service": "service* staff advice help* friendly support* personal beratung "
    "freundlich* accueil servicio*",
    "features": "feature* function* selection choice range variety assortment auswahl "
    "funktion* sortiment choix variedad",
    "novelty": "new newest novel* latest trend* innovat* neu neue neues neuheit* "
    "nouveau* nuevo*",
}


def topic_of(question: str) -> str:
    """Guess from the words of a question whether it asks for motives or troubles.

    Examples
    --------
    >>> topic_of("Why do you buy from us?"), topic_of("What annoys you most?")
    ('motive', 'pain')
    >>> topic_of("Is the price right?")
    'opinion'
    """
    return _first(question, _QUESTIONS) or "opinion"


def aspect_of(answer: str) -> str:
    """Guess from the words of an answer what somebody values; empty if none is told.

    Examples
    --------
    >>> aspect_of("It is cheap"), aspect_of("It is near")
    ('price', '')
    """
    return _first(answer, _ANSWERS)


def _first(text: str, marks: Mapping[str, str]) -> str:
    words = re.findall(r"[^\W\d_]+", text.lower().replace("ü", "u").replace("ö", "o"))
    for name, listed in marks.items():
        for mark in listed.split():
            whole, stem = mark.rstrip("*"), mark.endswith("*")
            if any(w == whole or (stem and w.startswith(whole)) for w in words):
                return name
    return ""
