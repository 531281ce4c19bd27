"""The catalogue: every feature's name, unit, label, direction and definition."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import ibis.expr.types as ir

from segtools.languages import tr
from segtools.schema import ConfigError, did_you_mean

# By view its table of the contract and how far back it looks; `views` fills it.
LOOKS: dict[str, tuple[str, str]] = {}
ROLES = ("segmentation", "descriptor")
# Units of features that are words: they describe, and never build segments.
WORDS = ("stage",)
Expression = Callable[[ir.Table, "Window"], ir.Value]
_FEATURES: dict[str, Feature] = {}


@dataclass(frozen=True)
class Window:
    """What a feature may look at: `days` days before `origin` (UTC seconds)."""

    origin: int
    days: int

    @property
    def start(self) -> int:
        """First second of the window."""
        return self.origin - self.days * 86_400


@dataclass(frozen=True)
class Feature:
    """One number a customer, with all that a reader needs to trust it.

    Attributes
    ----------
    name, basis, unit, label, definition : str
        As the catalogue shows them.
    direction : str
        ``more`` if more is better for the shop, ``less``, or ``none``.
    over : str
        The view it aggregates, such as ``orders`` (those in the window), ``ledger``
        (orders and returns in the window), ``lines`` (order lines in the window) or
        ``history`` (all orders before the origin).
    needs : tuple of str
        Columns of the view's table that must be there and not be all null.
    expression : callable
        From (view, Window) to an Ibis aggregate.
    version : int
        Raised when the definition changes.
    role : str
        ``segmentation`` if it may build segments, ``descriptor`` if it only describes
        them unless the configuration's ``variables`` name it.
    empty : float or None
        What customers get of whom the view has no row; None is null. With views of
        orders this holds for customers with an order before the origin.
    events : tuple of str
        Names of events of which the data must hold one.
    dated : bool
        False where nobody can say when what it is made of became known.
    reason : str
        Why a protected attribute builds segments, where somebody has said so.
    """

    name: str
    basis: str
    unit: str
    label: str
    definition: str
    direction: str
    over: str
    needs: tuple[str, ...]
    expression: Expression
    version: int = 1
    role: str = "segmentation"
    empty: float | None = None
    events: tuple[str, ...] = ()
    dated: bool = True
    reason: str = ""

    @property
    def table(self) -> str:
        """The table of the contract that the feature is made of."""
        return LOOKS[self.over][0]

    @property
    def history(self) -> str:
        """``all`` if the feature looks back beyond the window, else ``window``."""
        return LOOKS[self.over][1]

    def entry(self) -> dict[str, Any]:
        """Give the feature's entry in ``feature_catalogue.json``, in its language."""
        record = asdict(replace(self, expression=None))  # type: ignore[arg-type]
        for name in ("expression", "empty", "dated"):
            record.pop(name)
        for name in ("events", "reason"):
            if not record[name]:
                record.pop(name)
        words = {"label": said(self.label), "definition": said(self.definition)}
        return record | words | {"history": self.history}


def said(text: str) -> str:
    """Say a label or definition of ours; a user's own words stay."""
    return tr(text) if text else ""


def feature(
    name: str,
    *,
    basis: str,
    over: str = "orders",
    unit: str = "",
    label: str = "",
    definition: str = "",
    direction: str = "none",
    needs: tuple[str, ...] = (),
    role: str = "segmentation",
    empty: float | None = None,
    events: tuple[str, ...] = (),
) -> Callable[[Expression], Expression]:
    """Register a feature: the decorated function gives its Ibis aggregate.

    Parameters
    ----------
    name : str
        Column name, a Python identifier.
    basis : str
        The basis it belongs to; a new word makes a new basis.
    over : str, default="orders"
        The view that the function gets as its first argument: ``orders``, ``ledger``,
        ``lines``, ``history`` and the others of `segtools.features.views`.
    unit, label, definition : str
        For people; the label defaults to the name.
    direction : {"more", "less", "none"}, default="none"
        Which way is good for the shop.
    needs : tuple of str, default=()
        Columns of the view's table without which the feature is left out.
    role : {"segmentation", "descriptor"}, default="segmentation"
        Whether it builds segments by itself, or only where ``variables`` name it.
    empty : float, optional
        What customers get of whom the view has no row; default null.
    events : tuple of str, default=()
        Names of events, whatever their case: where none of them ever occurs, the
        feature is left out.

    Returns
    -------
    decorator
        It gives the function back unchanged.

    Raises
    ------
    ConfigError
        If the name is no identifier, or the view or role is unknown.

    Examples
    --------
    >>> import segtools
    >>> @segtools.feature("night_share", basis="behaviour", label="Orders after 22 h")
    ... def night_share(orders, window):
    ...     return (orders.local_hour >= 22).mean()
    >>> segtools.features.catalogue.remove_feature("night_share")
    """
    if not name.isidentifier():
        raise ConfigError(
            f"A feature's name must be an identifier, but it is {name!r}. "
            "Use letters, digits and _."
        )
    from segtools.features import (  # noqa: F401
        answers,
        attributes,
        cycles,
        derived,
        holdings,
        rollup,
        views,
    )

    _one_of("over", over, LOOKS)
    _one_of("role", role, ROLES)

    def register(expression: Expression) -> Expression:
        _FEATURES[name] = Feature(
            name=name,
            basis=basis,
            unit=unit,
            label=label or name.replace("_", " "),
            definition=definition or (expression.__doc__ or "").strip(),
            direction=direction,
            over=over,
            needs=needs,
            expression=expression,
            role=role,
            empty=empty,
            events=events,
        )
        return expression

    return register


def _one_of(argument: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise ConfigError(
            f"{argument} must be one of {list(known)}, but it is {value!r}. "
            f"{did_you_mean(value, known)}"
        )


def remove_feature(name: str) -> None:
    """Take a registered feature out of the catalogue again."""
    _FEATURES.pop(name, None)


def registered(bases: list[str] | None = None) -> list[Feature]:
    """List the features of the given bases, in the order of their names.

    Raises
    ------
    ConfigError
        If a basis is unknown.
    """
    from segtools.features import (  # noqa: F401
        accounts,
        baskets,
        behaviour,
        benefits,
        engagement,
        habits,
        journey,
        loyalty,
        needs,
        opportunity,
        returns,
        value,
    )

    known = {f.basis for f in _FEATURES.values()}
    for basis in bases or []:
        if basis not in known:
            raise ConfigError(
                f"bases must be known, but {basis!r} is not. "
                f"{did_you_mean(basis, known)}"
            )
    chosen = [f for f in _FEATURES.values() if bases is None or f.basis in bases]
    return sorted(chosen, key=lambda f: f.name)
