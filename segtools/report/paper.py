"""The report, or the card of one segment, as one PDF: pages joined, then printed.

The pages of a run become one document whose links lead from part to part. Printed page
by page they would point at files of the machine that printed them.
"""

from __future__ import annotations

import html
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from segtools.chromium import print_page
from segtools.languages import in_language_of, tr
from segtools.records import read_record, whole
from segtools.report.assign import finished_run
from segtools.report.templating import anchor
from segtools.schema import STAGES, ConfigError, did_you_mean

__all__ = ["export_pdf"]

PAGES = ("index", *STAGES)
CARDS = "04_personas"
_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL)
_KIND = re.compile(r'<body[^>]*class="([^"]*)"')
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_LANG = re.compile(r'<html[^>]*lang="([^"]*)"')
_FOOT = re.compile(r'<footer class="st-foot">.*?</footer>', re.DOTALL)
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
# Attributes that name one element, or several; those of a page get its name in front.
_NAMES = {"id", "for", "headers"} | {
    f"aria-{name}" for name in ("labelledby", "describedby", "controls", "owns")
}
# Of a tag: the name of an attribute, and its value with or without quotation marks.
_ATTRIBUTE = re.compile(
    r"""(?<=[\s"'])([^\s"'<>/=]+)(?:(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+))?"""
)
_CLIP = re.compile(r"""(url\(\s*["']?#)""")
# A page has a policy by which nothing is fetched or run; so has what is printed.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_PAPER = """
.st-part { break-before: page; }
.st-part:first-child { break-before: auto; }
@page { @bottom-right { content: counter(page); font: 9px sans-serif; color: #666; } }
"""


def export_pdf(run_dir: Path, folder: Path, segment: str = "") -> Path:
    """Print the report of a finished run, or the card of one of its segments.

    Parameters
    ----------
    run_dir : Path
        A finished run.
    folder : Path
        Where to; made if it is not there.
    segment : str, default=""
        The id or the name of a segment, such as ``S03``; empty for the whole report.

    Returns
    -------
    Path
        ``PROJECT-AS_OF.pdf``, or ``PROJECT-AS_OF-S03.pdf``: made anew if it is there.

    Raises
    ------
    ConfigError
        If the run is not finished, has no such segment, or there is no Chromium.
    """
    run = finished_run(run_dir)
    name = f"{_short(str(run.get('project')), 180)}-{str(run.get('as_of'))[:10]}"
    with in_language_of(run):
        if segment:
            found = _segment(run_dir, segment)
            name = f"{name}-{_short(str(found['segment_id']), 40)}"
            joined = _card(run_dir, str(found["segment_id"]))
        else:
            joined = _report(run_dir, str(run.get("project")))
    path = folder / f"{_safe(name)}.pdf"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        page, printed = Path(place, "report.html"), Path(place, "report.pdf")
        page.write_text(joined, encoding="utf-8")
        print_page(page, printed)
        data = _dated(printed.read_bytes(), str(run.get("as_of")))
    with whole(path) as half:
        half.write_bytes(data)
    return path


def _segment(run_dir: Path, asked: str) -> Mapping[str, Any]:
    """Find a segment by its id or name."""
    cards = read_record(run_dir / "personas.json").get("segments", [])
    for key in ("segment_id", "segment"):  # an id is never taken for another's name
        for card in cards:
            if card[key] == asked:
                return dict(card)
    known = [str(card["segment_id"]) for card in cards]
    raise ConfigError(
        f"--segment must be one of the run's segments, but it is {asked!r}. "
        f"{did_you_mean(asked, known)}"
    )


def _report(run_dir: Path, project: str) -> str:
    pages = {name: run_dir / f"{name}.html" for name in PAGES}
    texts = {
        name: path.read_text(encoding="utf-8")
        for name, path in pages.items()
        if path.is_file()
    }
    if "index" not in texts:
        raise ConfigError(
            f"RUN must hold its pages to be printed, but {run_dir} has no index.html. "
            "Make them again with `segtools run --again`."
        )
    *front, _ = texts
    # What repeats the report stands once, at its end.
    texts |= {name: _FOOT.sub("", texts[name]) for name in front}
    parts = (_part(name, text, texts) for name, text in texts.items())
    return _document(texts["index"], project, parts)


def _card(run_dir: Path, segment_id: str) -> str:
    """Give the page that holds one card alone."""
    page = run_dir / f"{CARDS}.html"
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    place = re.search(
        rf'<article\b[^>]*\bid="{re.escape(anchor(segment_id))}"[^>]*>', text
    )
    end = text.find("</article>", place.end()) if place else -1
    if place is None or end < 0:
        raise ConfigError(
            f"RUN must show the card of {segment_id} to print it, but {page.name} has "
            "none. Make the pages again with `segtools run --again`."
        )
    card = f"{text[place.start() : end]}</article>"
    return _document(text, segment_id, [f'<main class="st-stage">{card}</main>'])


def _document(page: str, title: str, parts: Iterable[str]) -> str:
    """Put parts into one document with the style of a page."""
    style = _STYLE.search(page)
    language = _LANG.search(page)
    heading = html.escape(tr("{project}: customer segments", project=title))
    return (
        f'<!DOCTYPE html>\n<html lang="{language[1] if language else "en"}"><head>'
        f'<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{heading}</title>"
        f"{style[0] if style else ''}<style>{_PAPER}</style></head><body>"
        f"{''.join(parts)}</body></html>"
    )


def _part(name: str, page: str, pages: Iterable[str]) -> str:
    """Give the body of a page, its names and links made those of the document."""
    body = _BODY.search(page)
    kind = _KIND.search(page)
    text = _SCRIPT.sub("", body[1]) if body else ""
    joined = "".join(_Joined(name, frozenset(pages)).rewritten(text))
    words = f"st-part {kind[1] if kind else ''}".strip()
    return f'<div class="{words}" id="{name}">{joined}</div>'


class _Joined(HTMLParser):
    """Rewrites the start tags of a page: everything else stays as it was written."""

    def __init__(self, name: str, pages: frozenset[str]) -> None:
        super().__init__(convert_charrefs=False)
        self._name, self._pages = name, pages
        self._tags: list[tuple[int, str, str]] = []

    def rewritten(self, text: str) -> Iterator[str]:
        # Lines as the parser counts them: no other character ends one.
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self.feed(text)
        done = 0
        for start, old, new in self._tags:
            yield text[done:start]
            yield new
            done = start + len(old)
        yield text[done:]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, column = self.getpos()
        old = self.get_starttag_text() or ""
        # One after the other, so that what a value says is never taken for a name.
        new = _ATTRIBUTE.sub(self._attribute, old)
        if new != old:
            self._tags.append((self._starts[line - 1] + column, old, new))

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        """Rewrite what the style of a figure names; other text stays."""
        if self.cdata_elem == "style" and _CLIP.search(data):
            line, column = self.getpos()
            new = self._clipped(data)
            self._tags.append((self._starts[line - 1] + column, data, new))

    def _attribute(self, found: re.Match[str]) -> str:
        key, sign, quoted = found[1].lower(), found[2], found[3]
        if not quoted:
            return found[0]
        value = html.unescape(quoted[1:-1] if quoted[0] in "\"'" else quoted)
        if key in _NAMES:
            new = " ".join(f"{self._name}-{word}" for word in value.split())
        elif key in ("href", "xlink:href"):
            new = self._link(value) if value else value
        else:
            new = self._clipped(value)
        return found[0] if new == value else f'{found[1]}{sign}"{html.escape(new)}"'

    def _clipped(self, value: str) -> str:
        return _CLIP.sub(rf"\g<1>{self._name}-", value)

    def _link(self, href: str) -> str:
        page, _, place = href.partition("#")
        if not page:
            return f"#{self._name}-{place}" if place else f"#{self._name}"
        stem = page.removesuffix(".html")
        if page.endswith(".html") and stem in self._pages:
            return f"#{stem}-{place}" if place else f"#{stem}"
        # A file beside the report, such as the typing form, is not on paper.
        return href if re.match(r"(https?:|mailto:|data:)", href) else "#index"


def _short(name: str, most: int) -> str:
    """Cut a name of many bytes: with what is around it, it is to name a file."""
    return name.encode()[:most].decode(errors="ignore")


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") or "report"


def _dated(pdf: bytes, as_of: str) -> bytes:
    """Date a PDF as its run: a date of printing would differ every time."""
    day = re.sub(r"\D", "", as_of[:10])
    if len(day) != 8:
        return pdf
    return re.sub(
        rb"(/(?:CreationDate|ModDate) \(D:)\d{14}",
        lambda m: m[1] + f"{day}000000".encode(),
        pdf,
    )
