import re

import pytest

from segtools.plots.colours import OTHER, PALETTE, text_on
from segtools.report.templating import TEMPLATES


def palettes():
    css = (TEMPLATES / "css" / "base.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    light, dark = (dict(re.findall(r"--(\w+): (#\w{6});", block)) for block in blocks)
    return {"light": light, "dark": light | dark}


def luminance(value):
    parts = [int(value[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "quiet", "link", "good", "mixed", "bad"])
@pytest.mark.parametrize("ground", ["paper", "tint"])
def test_text_stands_out_from_every_ground(scheme, ink, ground):
    colours = palettes()[scheme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("fill", [*PALETTE, OTHER])
def test_number_in_a_bar_stands_out_from_its_colour(fill):
    assert contrast(text_on(fill), fill) >= 4.5


def test_no_template_lifts_the_escaping():
    for path in TEMPLATES.glob("*.j2"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe|autoescape", text), path.name
