import pytest

from segtools.plots.colours import (
    EVERYONE,
    OTHER,
    PALETTE,
    is_colour,
    segment_colours,
    text_on,
)


def test_first_eight_segments_get_the_palette_then_grey():
    colours = segment_colours([f"s{i}" for i in range(11)])
    assert list(colours.values()) == [*PALETTE, OTHER, OTHER, OTHER]
    assert len(set(PALETTE) | {OTHER, EVERYONE}) == 10


def test_a_repeated_name_keeps_its_colour():
    assert segment_colours(["a", "b", "a"]) == {"a": PALETTE[0], "b": PALETTE[1]}


@pytest.mark.parametrize("value", ["red", "#fff", "#0072B2;x", '"#0072B2', 5, None])
def test_only_six_hex_digits_are_a_colour(value):
    assert not is_colour(value)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("fill", [*PALETTE, OTHER, EVERYONE, "#ffffff", "#000000"])
def test_text_on_a_fill_has_enough_contrast(fill):
    one, two = sorted([luminance(fill), luminance(text_on(fill))])
    assert (two + 0.05) / (one + 0.05) >= 4.5
