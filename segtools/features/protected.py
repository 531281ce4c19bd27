"""What must not build segments: protected attributes, proxies, and what has no date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from segtools.attributes import attribute_kind, is_proxy
from segtools.features.attributes import feature_name
from segtools.features.catalogue import WORDS, Feature
from segtools.features.shop import Shop
from segtools.schema import TABLES, ConfigError


def allowed(feature: Feature, shop: Shop | None, reasons: Mapping[str, str]) -> Feature:
    """Give a feature the role of building segments, if it may.

    Parameters
    ----------
    feature : Feature
    shop : Shop or None
        Whose ``attribute_kinds`` count.
    reasons : mapping
        Attribute or feature to why it may, although it is protected.

    Raises
    ------
    ConfigError
        If it is words, made of what has no date, or protected without a reason.
    """
    if feature.unit in WORDS:
        raise ConfigError(
            f"variables must name features that are numbers, but {feature.name!r} is "
            "words. It describes segments as it is; take it out of variables."
        )
    if not feature.dated:
        raise ConfigError(
            f"variables must name features whose date is known, but {feature.name!r} "
            f"is made of {feature.table}, which has no dates. Add the column "
            "valid_from to it, or register a feature that is made of dated rows."
        )
    kinds = shop.kinds if shop else {}
    for attribute in _attributes(feature):
        why = _protection(attribute, kinds)
        if why:
            reason = reasons.get(attribute) or reasons.get(feature.name)
            if not reason:
                raise ConfigError(_sentence(feature.name, attribute, why))
            feature = replace(feature, reason=reason)
    return replace(feature, role="segmentation")


def refuse_attribute(name: str, shop: Shop | None, reasons: Mapping[str, str]) -> None:
    """Refuse an attribute's own name among ``variables``, with what to do instead.

    Raises
    ------
    ConfigError
        If it is an attribute of the shop; nothing happens where it is none.
    """
    people = shop.attributes() if shop else None
    if shop is None or people is None or name not in people.columns:
        return
    why = _protection(name, shop.kinds)
    if why and name not in reasons:
        raise ConfigError(_sentence(name, name, why))
    raise ConfigError(
        f"variables must name features, but {name!r} is an attribute. Give its table "
        f"the column valid_from, add attributes to bases and name "
        f"{feature_name(name)!r} (numbers only), or register a feature made of it."
    )


def _attributes(feature: Feature) -> list[str]:
    """List the attributes that a feature says it needs."""
    if feature.table not in TABLES or not TABLES[feature.table].open_columns:
        return []
    return [c for c in feature.needs if c not in TABLES[feature.table].columns]


def _protection(attribute: str, kinds: Mapping[str, str]) -> str:
    if attribute_kind(attribute, kinds) == "protected":
        return "a protected attribute"
    return "a likely proxy of one" if is_proxy(attribute, kinds) else ""


def _sentence(name: str, attribute: str, why: str) -> str:
    made = "" if name == attribute else f"made of {attribute!r}, "
    return (
        f"variables must not name protected attributes or proxies, but {name!r} is "
        f"{made}{why}. Take it out; if it must be, write why under "
        f"protected_reasons: {{{attribute}: ...}}."
    )
