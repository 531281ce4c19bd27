"""The explorer's controls: ipywidgets that choose, and markup that answers.

Each answer is one HTML widget whose content was escaped where it was made. Nothing is
computed in the browser, and whatever is chosen goes through the explorer's own methods.

JupyterLab takes the arrow keys of whatever stands in an output, to move from cell to
cell. So everything can be done with the tabulator and the space bar: segments are
check boxes, and beside each list is a button that goes on to its next entry. A slider
would need arrows, and those of ipywidgets have no name that a screen reader could say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from segtools.explorer.moves import place_words
from segtools.explorer.views import MOST_PANELS, no_cuts_view
from segtools.joining import colon
from segtools.languages import mark, tr
from segtools.markup import guarded
from segtools.wording import plain

if TYPE_CHECKING:
    from segtools.explorer.explore import Explorer

VIEWS = (
    mark("Members"),
    mark("Two segments"),
    mark("Examples"),
    mark("Move a cut"),
)
_WIDE = {"width": "min(36rem, 100%)"}
_LABEL = {"description_width": "6.5rem"}
_FLOW = {"flex_flow": "row wrap"}
# JupyterLab sets what stands between such signs in a label as a formula, whatever its
# class says; their wide sisters look the same and mean nothing to it.
_NO_FORMULA = str.maketrans({"$": "\uff04", "\\": "\uff3c"})
# Seen by screen readers only.
_UNSEEN = (
    "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);"
    "white-space:nowrap"
)


class Controls:
    """Controls of one explorer.

    Attributes
    ----------
    box : ipywidgets.VBox
        What a notebook shows.
    answer : ipywidgets.HTML
        What was asked for last.
    """

    def __init__(self, explorer: Explorer) -> None:
        self._explorer = explorer
        self._busy = False
        self.answer = w.HTML()
        self.said = w.HTML()
        views = [(tr(name), name) for name in VIEWS]
        look = tr("Look at")
        self.view = w.ToggleButtons(options=views, description=look, style=_LABEL)
        self._members()
        self._pair()
        self._cut()
        self._kept()
        self._parts = self._arranged()
        self._panel = w.VBox()
        self.head = w.HTML(_markup(explorer.overview().html))
        inside = [self.head, self.view, self._panel, self.said, self.answer]
        self.box = w.VBox(inside)
        self.box.add_class("segtools-explorer")
        chosen = (self.view, self.feature, self.first, self.second, self.segment)
        for control in (*chosen, self.place, *self.ticks.values()):
            control.observe(self._changed, "value")
        self.cut.observe(self._other_cut, "value")
        self._changed()

    def _arranged(self) -> dict[str, list[Any]]:
        """Give the controls of each view, in their order."""
        return {
            "Members": [_with_next(self.feature, tr("Next feature")), self.boxes],
            "Two segments": [
                _with_next(self.first, tr("Next first")),
                _with_next(self.second, tr("Next second")),
            ],
            "Examples": [_with_next(self.segment, tr("Next segment"))],
            "Move a cut": [
                _with_next(self.cut, tr("Next cut")),
                self.steps,
                self.reason,
                self.who,
                self.buttons,
            ],
        }

    def _members(self) -> None:
        self.feature = _dropdown(tr("Feature"), _options(self._explorer.features))
        self.ticks = {
            key: w.Checkbox(
                value=place < MOST_PANELS,
                description=label.translate(_NO_FORMULA),
                indent=False,
                layout={"width": "auto", "margin": "2px 1rem 2px 0"},
            )
            for place, (label, key) in enumerate(_options(self._explorer.segments))
        }
        flow = {"flex_flow": "row wrap", "margin": "0 0 0 6.9rem"}
        self.boxes = w.HBox(list(self.ticks.values()), layout=flow)

    def _pair(self) -> None:
        names = _options(self._explorer.segments)
        self.first = _dropdown(tr("First"), names)
        self.second = _dropdown(tr("Second"), names)
        self.second.value = names[-1][1]
        self.segment = _dropdown(tr("Segment"), names)

    def _cut(self) -> None:
        self.cut = _dropdown(tr("Cut"), self._cut_options())
        self.place = _dropdown(tr("Move to"), [("–", 0.0)])
        lower, higher = (
            _button(tr("Lower"), lambda: self._step(-1)),
            _button(tr("Higher"), lambda: self._step(1)),
        )
        self.steps = w.HBox([self.place, lower, higher], layout=_FLOW)
        if self._explorer.cuts:
            self._set_places()

    def _step(self, by: int) -> None:
        """Move the cut to the next place, as far as there is one."""
        last = len(self.place.options) - 1
        self.place.index = min(max(self.place.index + by, 0), last)

    def _kept(self) -> None:
        why = tr("why the cut belongs there; needed to keep it")
        self.reason = _text(tr("Reason"), why)
        self.who = _text(tr("Who"), tr("who decides; may stay empty"))
        self.buttons = w.HBox(
            [
                _button(tr("Keep this cut"), self._keep),
                _button(tr("Take back"), self._take_back),
            ]
        )

    def _cut_options(self) -> list[tuple[str, int]]:
        return [(words, n) for n, words in enumerate(self._explorer.cuts)] or [("–", 0)]

    def _set_places(self) -> None:
        """Offer the places of the chosen cut, and stand where it is."""
        state = self._explorer.state
        cut = list(self._explorer.cuts.values())[self.cut.value]
        stops = self._explorer.stops(cut)
        with self._quiet():
            options = [(plain(place_words(state, cut, to)), to) for to in stops]
            self.place.options = options
            self.place.value = cut.at

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        """Let controls change without an answer in between."""
        before, self._busy = self._busy, True
        try:
            yield
        finally:
            self._busy = before

    def _other_cut(self, _: object = None) -> None:
        if not self._busy:
            self._set_places()
            self._changed()

    def _changed(self, _: object = None) -> None:
        if self._busy:
            return
        parts = self._parts[self.view.value]
        if self.view.value == "Move a cut" and not self._explorer.cuts:
            parts = []
        if tuple(self._panel.children) != tuple(parts):
            self._panel.children = parts
        self._answer(self._asked)

    def _asked(self) -> tuple[str, str]:
        """Give the markup of what is chosen, and what a screen reader says of it."""
        explorer, view = self._explorer, self.view.value
        if view == "Members":
            ticked = [key for key, box in self.ticks.items() if box.value]
            shown = explorer.members(self.feature.value, ticked)
        elif view == "Two segments":
            shown = explorer.compare(self.first.value, self.second.value)
        elif view == "Examples":
            shown = explorer.examples(self.segment.value)
        elif not explorer.cuts:
            shown = no_cuts_view(explorer.state)
        else:
            shown = explorer.move(self.cut.value, self.place.value)
        more = _kept_markup(explorer) if view == "Move a cut" else ""
        said = shown.text.partition("\n")[0]
        name = tr(view)
        return f"<h3>{escape(name)}</h3>{shown.html}{more}", colon(name, said)

    def _answer(self, of: Callable[[], tuple[str, str]]) -> None:
        """Show an answer, or in one sentence why there is none."""
        try:
            markup, said = of()
        except ValueError as error:
            self.answer.value = _markup(f'<p role="alert">{guarded(plain(error))}</p>')
            return
        self.answer.value = _markup(markup)
        unseen = f'<div role="status" style="{_UNSEEN}">{guarded(said)}</div>'
        self.said.value = unseen

    def _keep(self) -> None:
        def kept() -> tuple[str, str]:
            who = self.who.value.strip() or None
            chosen = (self.cut.value, self.place.value)
            self._explorer.keep(*chosen, why=self.reason.value, who=who)
            self._renew(self.cut.value)
            return self._asked()

        self._answer(kept)

    def _take_back(self) -> None:
        def back() -> tuple[str, str]:
            self._explorer.undo()
            self._renew(self.cut.value)
            return self._asked()

        self._answer(back)

    def _renew(self, number: int) -> None:
        """Show the segments as they are now, and the cuts where they are now."""
        self.head.value = _markup(self._explorer.overview().html)
        with self._quiet():
            self.cut.options = self._cut_options()
            self.cut.value = min(number, len(self.cut.options) - 1)
        self._set_places()


def _kept_markup(explorer: Explorer) -> str:
    """Show what to write into the configuration, once something was kept."""
    if not explorer.decisions():
        return ""
    text = escape(explorer.configuration())
    how = escape(
        tr(
            "To keep what you decided, put this into the configuration in place of its "
            "{block}, and run it again:",
            block="decisions",
        )
    ).replace("decisions", "<code>decisions</code>", 1)
    what = escape(tr("Lines of the configuration"))
    return f'<p>{how}</p><pre tabindex="0" aria-label="{what}">{text}</pre>'


def _options(named: dict[str, str]) -> list[tuple[str, Any]]:
    return [(plain(label), key) for key, label in named.items()]


def _dropdown(description: str, options: list[tuple[str, Any]]) -> Any:
    return w.Dropdown(
        options=options, description=description, layout=_WIDE, style=_LABEL
    )


def _with_next(dropdown: Any, words: str) -> Any:
    """Put a button beside a list that goes on to the next entry, and then around."""

    def go_on() -> None:
        n = len(dropdown.options)
        dropdown.index = (dropdown.index + 1) % n if n else None

    return w.HBox([dropdown, _button(words, go_on)], layout=_FLOW)


def _button(description: str, do: Callable[[], None]) -> Any:
    made = w.Button(description=description)
    made.on_click(lambda _: do())
    return made


def _text(description: str, placeholder: str) -> Any:
    return w.Text(
        description=description, placeholder=placeholder, layout=_WIDE, style=_LABEL
    )


def _markup(html: str) -> str:
    # JupyterLab's own look for tables and text, in its light and dark themes.
    return f'<div class="jp-RenderedHTMLCommon">{html}</div>'
