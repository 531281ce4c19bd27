"""Answers as one row a customer, for latent classes; and the factors behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from segtools.attributes import attribute_kind
from segtools.features.answers import latest_answers, placed
from segtools.features.catalogue import Window
from segtools.features.shop import Shop
from segtools.schema import DataError

MOST_ANSWERS = 20
_PRIVATE = ("protected", "contact", "consent")
# Of the questions on scales a customer must have answered this share to get scores.
LEAST_ANSWERED = 0.5


@dataclass(frozen=True)
class NeedsTable:
    """What customers answered, as codes.

    Attributes
    ----------
    codes : DataFrame
        One row a customer who answered, indexed by ``customer_id`` in their order; one
        column a question, or an option where several may be chosen. NaN is no answer.
    questions : DataFrame
        One row a column: ``column``, ``question``, ``kind`` (``scale``: the number on
        it; ``number``: the number; ``single``: the place among `categories`;
        ``multiple``: 1 if chosen, 0 if not) and ``categories`` (list).
    left_out : dict
        Question to why it has no column.
    """

    codes: pd.DataFrame
    questions: pd.DataFrame
    left_out: dict[str, str]

    @property
    def scales(self) -> pd.DataFrame:
        """The columns of questions on scales, as `survey_factors` takes them."""
        names = self.questions.loc[self.questions["kind"] == "scale", "column"]
        return self.codes[list(names)]


def needs_table(shop: Shop, window: Window, *, undated: bool = False) -> NeedsTable:
    """Give one row a customer and one column a question, each its latest answer.

    Parameters
    ----------
    shop : Shop
        With ``answers``.
    window : Window
        Answers from the origin on are not seen; how old the others are does not count.
    undated : bool, default=False
        True keeps answers without a time. They may describe segments, not build them.

    Returns
    -------
    NeedsTable
        Questions about protected attributes, contacts or consent have no column, nor
        have those with one answer or with more than 20.

    Raises
    ------
    DataError
        If there is no answer.

    Examples
    --------
    >>> import ibis
    >>> given = ibis.memtable({"customer_id": ["ann", "bob"], "question": "Fresh?",
    ...     "answer": ["4", "2"], "scale": "likert 1-5"})
    >>> needs = needs_table(Shop({"answers": given}, "UTC"), Window(0, 1), undated=True)
    >>> needs.codes["Fresh?"].tolist()
    [4.0, 2.0]
    """
    answers = _answers(shop, window, undated=undated)
    columns: dict[str, pd.Series] = {}
    rows, left_out = [], {}
    for question, given in answers.groupby("question", sort=True):
        why = _why_not(str(question), given)
        if why:
            left_out[str(question)] = why
            continue
        kind = _kind(given)
        for column, codes, categories in _coded(str(question), given, kind):
            columns[column] = codes
            rows.append((column, str(question), kind, categories))
    codes = pd.DataFrame(
        columns, index=pd.Index(sorted(answers["customer_id"].unique()))
    )
    names = ["column", "question", "kind", "categories"]
    questions = pd.DataFrame(rows, columns=names)
    return NeedsTable(codes.rename_axis("customer_id"), questions, left_out)


def _answers(shop: Shop, window: Window, *, undated: bool) -> pd.DataFrame:
    given = shop.before(window.origin).tables.get("answers")
    if given is not None and not undated:
        dated = "answered_at" in given.columns
        given = given.filter(given.answered_at.notnull()) if dated else None
    if given is None:
        frame = pd.DataFrame()
    else:
        frame = placed(latest_answers(given)).to_pandas()
    if frame.empty:
        raise DataError(
            "answers must hold answers with a time before the origin, but there are "
            "none. Add answered_at, or pass undated=True to describe only."
        )
    return frame.assign(customer_id=frame["customer_id"].astype("str"))


def _why_not(question: str, given: pd.DataFrame) -> str:
    kind = attribute_kind(question)
    if kind in _PRIVATE:
        return kind
    several = given["answer"].nunique()
    if several < 2:
        return "everybody gave the same answer"
    number = given["number"].notna().all()
    if several > MOST_ANSWERS and not number and _kind(given) != "number":
        return f"{several} different answers"
    return ""


def _kind(given: pd.DataFrame) -> str:
    said = given["scale"].dropna().str.lower()
    if len(said) and said.str.startswith("likert").all():
        return "scale"
    if len(said) == len(given) and said.eq("number").all():
        return "number"
    several = given.duplicated("customer_id").any() or said.eq("multiple").any()
    return "multiple" if several else "single"


def _coded(
    question: str, given: pd.DataFrame, kind: str
) -> list[tuple[str, pd.Series, list]]:
    one = given.set_index("customer_id")
    if kind == "scale":
        low, high = one["low"].min(), one["high"].max()
        steps = list(range(int(low), int(high) + 1)) if pd.notna(low) else []
        return [(question, one["number"].astype(float), steps)]
    if kind == "number":
        return [(question, pd.to_numeric(one["answer"], errors="coerce"), [])]
    options = sorted(given["answer"].unique())
    if kind == "single":
        place = {answer: float(i) for i, answer in enumerate(options)}
        return [(question, one["answer"].map(place), options)]
    chosen = pd.crosstab(given["customer_id"], given["answer"]).clip(upper=1)
    return [(f"{question}: {o}", chosen[o].astype(float), [0, 1]) for o in options]


@dataclass(frozen=True)
class Factors:
    """What lies behind the answers.

    Attributes
    ----------
    scores : DataFrame
        ``factor_1``, ... by ``customer_id``; NaN for who answered too little.
    loadings : DataFrame
        By question: how strongly it belongs to each factor, between -1 and 1 or so.
    explained : Series
        Share of the questions' variance by factor, largest first.
    left_out : list of str
        Questions to which everyone gave the same answer.
    """

    scores: pd.DataFrame
    loadings: pd.DataFrame
    explained: pd.Series
    left_out: list[str]


def survey_factors(wide: pd.DataFrame, n_factors: int) -> Factors:
    """Find the few attitudes behind many answers on scales (varimax factors).

    Questions are standardised. Who answered less than half of them gets no scores and
    is not learned from; other gaps are filled with the question's mean, which draws
    the scores of these customers towards the middle. Factors come by the variance that
    they explain, each turned so that its strongest loading is positive.

    Parameters
    ----------
    wide : DataFrame of shape (n_customers, n_questions)
        Numbers, NaN for no answer, such as `NeedsTable.scales`. Never modified.
    n_factors : int
        At least 1, at most half the number of questions.

    Returns
    -------
    Factors

    Raises
    ------
    DataError
        If there are too few questions or customers for so many factors.

    References
    ----------
    Kaiser, H. F. (1958). The varimax criterion for analytic rotation in factor
    analysis. Psychometrika 23, 187-200.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> taste, price = rng.normal(size=(2, 200))
    >>> wide = pd.DataFrame({"fresh": taste + rng.normal(0, 0.3, 200), "tasty": taste,
    ...     "cheap": price + rng.normal(0, 0.3, 200), "offers": price})
    >>> survey_factors(wide, 2).loadings.idxmax(axis=1).nunique()
    2
    """
    numbers = wide.astype(float).sort_index()
    enough = numbers.notna().mean(axis=1) >= LEAST_ANSWERED
    known = numbers[enough]
    spread = known.std(ddof=0)
    kept = [c for c in numbers.columns if spread[c] > 0]
    _refuse_few(len(kept), len(known), n_factors)
    filled = (known[kept] - known[kept].mean()) / spread[kept]
    loadings, scores = _varimax(filled.fillna(0.0).to_numpy(), n_factors)
    names = [f"factor_{i + 1}" for i in range(n_factors)]
    return Factors(
        scores=pd.DataFrame(scores, known.index, names).reindex(wide.index),
        loadings=pd.DataFrame(loadings, kept, names),
        explained=pd.Series((loadings**2).sum(axis=0) / len(kept), names),
        left_out=[str(c) for c in numbers.columns if c not in kept],
    )


def _refuse_few(questions: int, customers: int, n_factors: int) -> None:
    if not 1 <= n_factors <= questions // 2:
        raise DataError(
            f"n_factors must be from 1 to half the number of questions, but it is "
            f"{n_factors} for {questions} questions with different answers. Lower it "
            "or ask more."
        )
    if customers <= questions:
        raise DataError(
            f"answers must come from more customers than there are questions, but "
            f"{customers} answered half of the {questions}. Ask more customers."
        )


def _varimax(values: np.ndarray, n_factors: int) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.decomposition import FactorAnalysis  # seconds to import

    model = FactorAnalysis(
        n_factors, rotation="varimax", svd_method="lapack", max_iter=5000, tol=1e-4
    )
    scores = model.fit_transform(values)
    loadings = model.components_.T
    order = np.argsort(-(loadings**2).sum(axis=0), kind="stable")
    loadings, scores = loadings[:, order], scores[:, order]
    strongest = np.abs(loadings).argmax(axis=0)
    sign = np.where(loadings[strongest, range(n_factors)] < 0, -1.0, 1.0)
    return loadings * sign, scores * sign
