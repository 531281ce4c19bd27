"""Who is in a segment, who has left it, and what of others stays."""

import pandas as pd
import pytest

from segtools.config import DestinationBlock
from segtools.destinations import Audience
from segtools.destinations.membership import (
    foreign_tags,
    leavers,
    memberships,
    plain_labels,
)
from segtools.schema import ConfigError

NAMES = {"S01": "Champions", "S02": "Prospects"}


@pytest.fixture
def audience():
    """Four people: one stays, one moves, one has a new key, one has left."""
    columns = ["customer_id", "segment_id", "key"]
    now = [("1", "S01", "a"), ("2", "S02", "b"), ("3", "S01", "new")]
    then = [("1", "S01", "a"), ("2", "S01", "b"), ("3", "S01", "c"), ("4", "S01", "d")]
    before = pd.DataFrame([*then, ("5", "S01", None)], columns=columns)
    nobody = before.iloc[:0].assign(reason=None)
    return Audience(pd.DataFrame(now, columns=columns), before, nobody, NAMES)


def test_everybody_who_is_or_was_written_has_one_value(audience):
    keys, values = memberships(audience, {"S01": "champions", "S02": "x"}, "key")
    assert dict(zip(keys, values, strict=True)) == {
        "a": "champions",
        "b": "x",
        "c": "none",
        "d": "none",
        "new": "champions",
    }
    assert keys.is_unique


def test_a_key_that_somebody_else_has_now_is_no_leaver(audience):
    audience.members.loc[0, "key"] = "d"
    assert leavers(audience, ["key"])["key"].tolist() == ["a", "c"]


def test_labels_that_would_harm_are_refused(audience):
    assert plain_labels(audience, DestinationBlock()) == {
        "S01": "champions",
        "S02": "prospects",
    }
    for name in ("None", "@x", "\u200b=1+1", "y" * 256):
        with pytest.raises(ConfigError, match="A segment's name there must"):
            plain_labels(audience, DestinationBlock(names={"S02": name}))


def test_foreign_tags_keep_their_order_and_spelling():
    assert foreign_tags("b, a ,,b, SEG:x", "seg:") == ["b", "a"]
    assert foreign_tags(None, "seg:") == []
    assert foreign_tags("b; a ;;b;SEG:x", "seg:", ";") == ["b", "a"]
