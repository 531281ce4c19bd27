"""What every figure of the registry must keep, whatever it is given."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from segtools import plots
from segtools.palette import OTHER, PALETTE
from segtools.plots.presentation import laid_out
from segtools.plots.svg import quiet_glyphs, svg_of

from .cases import CASES

FIVE = [
    "Weekly wide-range buyers",
    "Monthly big-basket buyers",
    "Monthly small-basket buyers",
    "Dormant narrow-range buyers",
    "Fortnightly coupon buyers",
]
TWENTY = [f"Segment {i} of 20" for i in range(1, 21)]
HOSTILE = [
    "$x_1$ and $\\frac{",
    "a name that goes on and on " * 8,
    "Donaudampfschifffahrt" * 10,
    "עברית שלום \u202eالعربية",
    "🛒🎉 茶葉 <script>alert(1)</script>",
]
# These paint each segment in its colour.
COLOURED = {
    "category_preferences",
    "gorge",
    "habits",
    "lift_by_segment",
    "outcome_by_segment",
    "power_curves",
    "rfm_map",
    "segment_evaluation",
    "segment_profile",
    "segment_sizes_and_value",
    "segment_spread",
    "segments_over_time",
    "within_boxes",
}
each = pytest.mark.parametrize("name", sorted(CASES))
coloured = pytest.mark.parametrize("name", sorted(COLOURED))


def page_of(name, names, shift=0):
    """Draw a figure as a page shows it."""
    data, options = CASES[name](names, shift)
    return laid_out(getattr(plots, name), data, None, options)


def accepted(name, kind, names, shift=0):
    """Call a sister of a figure with the options that it takes."""
    data, options = CASES[name](names, shift)
    sister = getattr(plots, f"{name}_{kind}")
    known = sister.__code__.co_varnames[: sister.__code__.co_argcount]
    known += sister.__code__.co_varnames[len(known) :][
        : sister.__code__.co_kwonlyargcount
    ]
    return sister(data, **{k: v for k, v in options.items() if k in known})


class Seen(RendererAgg):
    """A renderer that remembers each text that it is told to draw."""

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        """Remember the text instead of drawing it."""
        if mtext is not None and s.strip():
            self.__dict__.setdefault("texts", {})[id(mtext)] = mtext


def texts_of(fig):
    """List the texts of a figure that can be seen."""
    renderer = Seen(*(int(v) for v in fig.bbox.size), fig.dpi)
    with quiet_glyphs():
        fig.draw(renderer)
    return list(renderer.texts.values())


def boxes_of(fig):
    """Give each text and its box, without the line that an annotation draws."""
    return [(t.get_text(), Text.get_window_extent(t)) for t in texts_of(fig)]


def colours_of(fig):
    """Name every colour that something is filled or drawn with."""
    found = set()
    for ax in fig.findobj(Axes):
        found |= {to_hex(p.get_facecolor()).upper() for p in ax.patches}
        found |= {to_hex(line.get_color()).upper() for line in ax.lines}
        faces = (face for c in ax.collections for face in c.get_facecolors())
        found |= {to_hex(face).upper() for face in faces}
    return found


def numbers_in(text):
    return set(re.findall(r"\d+(?:\.\d+)?", text.replace("\u202f", "")))


def test_every_figure_is_audited():
    assert set(CASES) == set(plots._FIGURES)


@each
def test_a_figure_draws_on_the_axes_it_is_given_and_nowhere_else(name):
    fig = Figure(figsize=(14, 6))
    other, ax = fig.subplots(1, 2)
    before = len(other.get_children()), len(fig.axes), len(fig.get_children())
    data, options = CASES[name](FIVE, 0)
    assert getattr(plots, name)(data, ax=ax, **options) is ax
    fig.draw_without_rendering()
    after = len(other.get_children()), len(fig.axes), len(fig.get_children())
    assert after == before
    assert not pyplot.get_fignums()


@each
def test_without_axes_a_figure_draws_on_the_current_one(name):
    data, options = CASES[name](FIVE, 0)
    here = pyplot.gca()
    assert getattr(plots, name)(data, **options) is here


@each
def test_alt_text_states_the_title_and_follows_the_data(name):
    alt = accepted(name, "alt", FIVE)
    assert alt.endswith(".")
    assert alt.startswith(accepted(name, "title", FIVE))
    assert alt != accepted(name, "alt", FIVE, shift=1)


@each
def test_every_number_that_is_drawn_stands_in_the_twin(name):
    data, options = CASES[name](FIVE, 0)
    twin = plots.table(accepted(name, "table", FIVE), caption="").text
    fig = laid_out(getattr(plots, name), data, None, options)
    axes = [fig.axes[0], *fig.axes[0].child_axes]
    labels = {t.get_text() for ax in axes for t in ax.texts}
    said = numbers_in(twin + accepted(name, "alt", FIVE))
    # Rounded on the figure, or in hundredths, it is the same number.
    said |= {f"{float(n):.0f}" for n in said} | {f"{float(n) * 100:.0f}" for n in said}
    assert numbers_in(" ".join(labels)) <= said


@each
@pytest.mark.parametrize("names", [FIVE[:1], FIVE, TWENTY], ids=["1", "5", "20"])
def test_no_text_is_cut_off_or_covers_another(name, names):
    fig = page_of(name, names)
    boxes, (width, height) = boxes_of(fig), fig.bbox.size
    for text, box in boxes:
        assert min(box.x0, box.y0) >= -1, text
        assert max(box.x1 - width, box.y1 - height) <= 1, text
    for place, (text, one) in enumerate(boxes):
        for other, two in boxes[:place]:
            wide = min(one.x1, two.x1) - max(one.x0, two.x0)
            high = min(one.y1, two.y1) - max(one.y0, two.y0)
            assert min(wide, high) <= 2, (text, other)


@each
def test_hostile_names_are_text_inside_the_figure(name):
    fig = page_of(name, HOSTILE)
    assert not any(t.get_parse_math() for t in texts_of(fig) if "$" in t.get_text())
    width, height = fig.bbox.size
    for text, box in boxes_of(fig):
        assert max(box.x1 - width, box.y1 - height) <= 1, text
    root = ElementTree.fromstring(svg_of(fig, alt=HOSTILE[-1]))
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not tags & {"script", "a", "foreignObject", "style", "image"}
    assert "\u202e" not in "".join(root.itertext())


@coloured
def test_the_first_segments_have_the_first_colours_in_every_figure(name):
    for k in (1, 3, 5):
        used = colours_of(page_of(name, FIVE[:k])) & set(PALETTE)
        # The blue of the first segment also shades maps.
        assert used - {PALETTE[0]} == set(PALETTE[1:k])


@coloured
def test_from_the_ninth_segment_on_there_is_one_grey_and_a_label(name):
    fig = page_of(name, TWENTY)
    used = colours_of(fig)
    assert set(PALETTE) <= used
    assert OTHER in used
    words = " | ".join(t.get_text().replace("\n", " ") for t in texts_of(fig))
    assert all(segment in words for segment in TWENTY)
