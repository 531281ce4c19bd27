"""What is wrong with a configuration, in one sentence with its remedy."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from segtools.schema import ConfigError, did_you_mean

# Keys whose blocks are checked one by one, so that the sentence names its key itself.
_WHOLE = ("source", "decisions", "destinations", "experiment", "hooks", "interviews")


def checked(
    model: type[BaseModel],
    options: dict[str, Any],
    within: str,
    whole: str = "The configuration",
) -> Any:
    """Validate the block of one source by that source's own model.

    Parameters
    ----------
    model : pydantic model
        The keys that the source understands; unknown ones are refused.
    options : dict
        The block, without ``system``.
    within : str
        Where the block stands, such as ``source``.
    whole : str, default="The configuration"
        What it is a part of, as the first words of a sentence.

    Returns
    -------
    model
        The validated block.

    Raises
    ------
    ConfigError
        One sentence about the first thing that is wrong.

    Examples
    --------
    >>> from segtools.config import DataFile
    >>> checked(DataFile, {"path": "a.csv", "delimeter": ";"}, "source.orders")
    Traceback (most recent call last):
    segtools.schema.ConfigError: The configuration must use known keys, but \
'source.orders.delimeter' is none. Did you mean 'delimiter'?
    """
    try:
        return model.model_validate(options)
    except ValidationError as error:
        raise ConfigError(sentence_of(error, within, model, whole)) from None


def sentence_of(
    error: ValidationError,
    within: str,
    model: type[BaseModel],
    whole: str = "The configuration",
) -> str:
    """Say the first thing that a validation found, mistyped keys before all else."""
    # A mistyped key also leaves the right one missing: name the mistake first.
    first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    path = [str(part) for part in first["loc"] if part != "[key]"]
    key = ".".join([within, *path]).strip(".")
    if first["type"] == "extra_forbidden":
        guess = did_you_mean(str(first["loc"][-1]), _fields(model, first["loc"][:-1]))
        return f"{whole} must use known keys, but {key!r} is none. {guess}"
    if first["type"] == "missing":
        return f"{whole} must hold {key!r}, but it is missing. Add `{key}:`."
    rule = first["msg"].removeprefix("Value error, ").rstrip(".")
    if first["type"] in ("model_type", "dict_type"):
        rule = "must hold `key: value` lines"
    rule = rule.replace("Input should be", "must be", 1)
    if ". " in rule:  # the validator brought its own remedy
        last = path[-1] if path else ""  # of a rule about the whole block
        own = rule if key in _WHOLE else f"{key} {rule.removeprefix(last).strip()}"
        return own if own.endswith("?") else f"{own}."
    place = whole[:1].lower() + whole[1:]
    return f"{key} {rule}, but it is {first['input']!r}. Change it in {place}."


def _fields(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """Name the keys that a model knows at a path within it."""
    for part in path:
        field = model.model_fields.get(str(part))
        kinds = (field.annotation, *get_args(field.annotation)) if field else ()
        inner = [k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)]
        model = inner[0] if inner else model
    return list(model.model_fields)


def where_in_yaml(error: Exception) -> str:
    """Say where a file stops being YAML."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return "it is not text in UTF-8. Save it as UTF-8"
    problem = getattr(error, "problem", "it cannot be read")
    return (
        f"line {mark.line + 1}, column {mark.column + 1} cannot be read ({problem}). "
        "Check the indent, colons and quotes there"
    )
