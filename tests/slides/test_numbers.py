"""Every number on a deck is one of the run's files, worked out here once more."""

import json
import re
from decimal import Decimal

import pytest
from pptx import Presentation

THIN = "\u202f"
NUMBER = re.compile(r"\d[\d.,\u202f]*")
REAL = ("full", "run_2026-11-22", "run_2026-11-30")
SIGNS = {"USD": "$", "EUR": "€"}
SHOWN = ("gini", "r2", "eta2")


def record(folder, name):
    path = folder / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def grouped(value, decimals=0):
    return f"{value:,.{decimals}f}".replace(",", THIN)


def share(value):
    if 0 < value < 0.0005:
        return f"<0.1{THIN}%"
    fine = 0 < value < 0.0995 or 0.99 < value < 1
    return f"{value * 100:.{int(fine)}f}{THIN}%"


def money(value, unit):
    amount = float(Decimal(str(value)))
    scales = ((1e9, 1e9, "bn", 2), (1e6, 1e6, "M", 2), (1e4, 1e3, "k", 0))
    for least, by, letter, digits in (*scales, (100, 1, "", 0), (0, 1, "", 2)):
        if amount >= least:
            short = grouped(amount / by, digits)
            return SIGNS[unit] + THIN.join(filter(None, (short, letter)))
    raise AssertionError(value)


def shapes(deck, title):
    """Find the slides whose title begins so, and what they hold."""
    return [s for s in deck.slides if s.shapes.title.text_frame.text.startswith(title)]


def rows_of(slide):
    return [
        [cell.text_frame.text for cell in row.cells]
        for shape in slide.shapes
        if shape.has_table
        for row in shape.table.rows
    ]


def texts_of(slide):
    for shape in slide.shapes:
        if shape.has_table:
            yield from (cell for row in rows_of_shape(shape) for cell in row)
        elif shape.has_text_frame:
            yield shape.text_frame.text


def rows_of_shape(shape):
    return [[c.text_frame.text for c in row.cells] for row in shape.table.rows]


def charts_of(slide):
    return [shape.chart for shape in slide.shapes if shape.has_chart]


@pytest.fixture(scope="module", params=REAL)
def pair(request, runs, decks):
    return runs[request.param], Presentation(str(decks[request.param]))


def test_the_bars_of_the_segments_are_their_shares(pair):
    folder, deck = pair
    segments = record(folder, "personas")["segments"]
    chart = charts_of(deck.slides[1])[0]
    for segment, series in zip(segments, chart.plots[0].series, strict=True):
        assert series.name == segment["segment"]
        wanted = (segment["share"], segment["value_share"])
        assert tuple(series.values) == pytest.approx(wanted, abs=1e-12)


def test_a_column_of_a_segment_says_what_its_record_says(pair):
    folder, deck = pair
    said = "\n".join(texts_of(deck.slides[1]))
    for row in record(folder, "personas")["segments"]:
        assert f"{share(row['share'])}\n{grouped(row['n'])} customers" in said
        value = f"{money(row['value'], row['value_unit'])} spend"
        assert f"{share(row['value_share'])}\n{value}" in said


def test_a_persona_has_the_shares_and_intervals_of_its_statements(pair):
    folder, deck = pair
    for row in record(folder, "personas")["segments"]:
        (slide,) = shapes(deck, row["segment"])[-1:]
        known = {s["text"]: s for s in row["statements"]}
        (chart,) = charts_of(slide)
        own, base = (list(series.values) for series in chart.plots[0].series)
        names = list(chart.plots[0].categories)
        assert len(names) == min(
            6, sum(s.get("share") is not None for s in known.values())
        )
        for place, name in enumerate(names):
            assert own[place] == pytest.approx(known[name]["share"], abs=1e-12)
            assert base[place] == pytest.approx(known[name]["base_share"], abs=1e-12)
        check_receipts(rows_of(slide), [known[name] for name in names])
        check_lengths(chart, [known[name] for name in names])


def check_receipts(rows, statements):
    for row, one in zip(rows, statements, strict=False):
        assert row[0] == share(one["share"])
        assert row[1].endswith(
            f"{share(one['low'])} to {share(one['high'])}, everyone "
            f"{share(one['base_share'])}, n = {grouped(one['n'])}"
        )


def check_lengths(chart, statements):
    """Compare the chart's error bars with the intervals."""
    space = chart._chartSpace
    for side, sign in (("plus", "high"), ("minus", "low")):
        found = [float(v.text) for v in space.xpath(f".//c:{side}//c:v")]
        wanted = [abs(s[sign] - s["share"]) for s in statements]
        assert found == pytest.approx(wanted, abs=1e-12)


def test_the_contest_has_the_figures_of_its_record(pair):
    folder, deck = pair
    contest = record(folder, "contest")
    figure = contest.get("figure") or "gini"
    (slide,) = (s for s in deck.slides if rows_of(s) and rows_of(s)[0][0] == "Scheme")
    entries = [
        (s["label"], s["n_segments"], s["figures"][figure])
        for s in contest["schemes"]
        if s["figures"].get(figure)
    ]
    seen = []
    for label, n, value, band in rows_of(slide)[1:]:
        found = [
            e
            for name, count, e in entries
            if name == label
            and n == ("" if count is None else grouped(count))
            and value == f"{e['value']:.3f}"
        ]
        assert found, (label, value)
        ends = (found[0]["low"], found[0]["high"])
        wanted = " to ".join(
            f"{end:.3f}".replace("-", "−") for end in ends if end is not None
        )
        assert band == wanted
        seen.append(found[0])
    check_dots(charts_of(slide)[0], seen)


def check_dots(chart, entries):
    """Read value and interval of each row back out of the chart's own numbers."""
    wanted = {}
    for series in chart._chartSpace.xpath(".//c:xVal/.."):
        across = [float(v.text) for v in series.xpath("c:xVal//c:v")]
        for point in series.xpath("c:yVal//c:pt"):
            row = len(entries) - float(point.find("{*}v").text) - 0.5
            wanted.setdefault(int(row), set()).add(across[int(point.get("idx"))])
    for place, entry in enumerate(entries):
        known = {
            v for v in (entry["value"], entry["low"], entry["high"]) if v is not None
        }
        assert wanted[place] == known


def test_the_actions_are_those_of_the_record(pair):
    folder, deck = pair
    rows = [
        row
        for slide in deck.slides
        if len((rows_of(slide) or [[]])[0]) == 6
        for row in rows_of(slide)[1:]
    ]
    found = sorted(record(folder, "actions")["segments"], key=lambda a: a["priority"])
    assert [row[0] for row in rows] == [str(a["priority"]) for a in found]
    assert [row[1] for row in rows] == [a["segment"] for a in found]
    assert [row[2] for row in rows] == [a["message"] for a in found]


def test_moves_and_sizes_are_those_that_may_be_told(runs, decks):
    folder, deck = (
        runs["run_2026-11-30"],
        Presentation(str(decks["run_2026-11-30"])),
    )
    changes = record(folder, "changes")
    (slide,) = shapes(deck, changes["sentence"][:20])
    flows = {(f["from"], f["to"]): f["customers"] for f in changes["flows"]}
    moves = [row for row in rows_of(slide) if len(row) == 3][1:]
    told = sorted(
        (n for (a, b), n in flows.items() if n is not None and a != b), reverse=True
    )
    assert [int(row[2]) for row in moves] == told[: len(moves)]
    assert [flows[row[0], row[1]] for row in moves] == [int(row[2]) for row in moves]
    hidden = sum(n is None for (a, b), n in flows.items() if a != b)
    assert any(f"{hidden} moves are hidden" in text for text in texts_of(slide))
    plot = charts_of(slide)[0].plots[0]
    for series, end in zip(plot.series, ("before", "now"), strict=True):
        known = {row["segment"]: row["customers"] for row in changes["sizes"][end]}
        for name, value in zip(plot.categories, series.values, strict=True):
            assert value == known.get(name)


def test_no_other_number_is_on_the_deck(pair):
    """Whatever is left is in a record's text, or one of those checked above."""
    folder, deck = pair
    allowed = numbers_of(folder)
    for place, slide in enumerate(deck.slides, start=1):
        for text in texts_of(slide):
            strange = {n for n in found_in(text) if n not in allowed}
            assert not strange or text == str(place), (place, text, strange)


def found_in(text):
    return {n.rstrip(".,") for n in NUMBER.findall(text.replace("\xa0", " "))}


def numbers_of(folder):
    """List all that the records say in words, and their values as they are written."""
    known = {"1", "2", "3", "06"}  # decisions and parts are counted; a file is named
    names = (
        "run",
        "data_quality",
        "verdict",
        "contest",
        "personas",
        "actions",
        "changes",
    )
    for name in names:
        for value in walk(record(folder, name)):
            if isinstance(value, str):
                known |= found_in(value)
    return known | counted(folder)


def walk(value):
    if isinstance(value, dict):
        for each in value.values():
            yield from walk(each)
    elif isinstance(value, list):
        for each in value:
            yield from walk(each)
    else:
        yield value


def counted(folder):
    quality, changes = record(folder, "data_quality"), record(folder, "changes")
    people, run = record(folder, "personas"), record(folder, "run")
    everyone = people["everyone"]
    unit = people["segments"][0]["value_unit"]
    said = [grouped(quality[key]) for key in ("customers", "orders")]
    said += [grouped(everyone["n"]), money(everyone["value"], unit)]
    rows = sum(t["rows"] for t in run["data"]["tables"].values())
    days = (run["as_of"], quality["first"], quality["last"])
    ends = [e["as_of"] for e in (changes.get("ends") or {}).values()]
    said += [grouped(rows), *(plain_day(d) for d in (*days, *ends))]
    for row in people["segments"]:
        said += [grouped(row["n"]), share(row["share"]), share(row["value_share"])]
        said += [money(row["value"], unit), *each(row, everyone, unit)]
        for one in row["statements"]:
            if one.get("share") is not None:
                keys = ("share", "low", "high", "base_share")
                said += [*(share(one[k]) for k in keys), grouped(one["n"])]
    for scheme in record(folder, "contest")["schemes"]:
        said.append(str(scheme["n_segments"]))
        for figure in SHOWN:
            values = (scheme["figures"].get(figure) or {}).values()
            said += [f"{v:.3f}" for v in values if v is not None]
    sizes = [s for end in (changes.get("sizes") or {}).values() for s in end]
    flows = [f["customers"] for f in changes["flows"]]
    counts = [*flows, *(s["customers"] for s in sizes), flows.count(None)]
    hidden = sum(
        f["customers"] is None for f in changes["flows"] if f["from"] != f["to"]
    )
    said += [grouped(c) for c in (*counts, hidden) if c is not None]
    said += [str(a.get("priority")) for a in record(folder, "actions")["segments"]]
    return {number for text in said for number in found_in(text)}


def plain_day(text):
    year, month, day = text[:10].split("-")
    return f"{int(day)} {year} {month}"


def each(row, everyone, unit):
    """What one customer brings, here and on average, and how many times as much."""
    own = float(row["value"]) / row["n"]
    mean = float(everyone["value"]) / everyone["n"]
    return [money(own, unit), money(mean, unit), f"{own / mean:.1f}"]
