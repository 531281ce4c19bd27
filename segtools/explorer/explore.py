"""The explorer itself: what it shows, the cuts that are kept, and how it opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import yaml

from segtools.explorer import views
from segtools.explorer.members import feature_named, segment_named
from segtools.explorer.moves import cut_named, cut_words, refuse_between, stops_of
from segtools.explorer.opened import Explored, opened
from segtools.languages import mark, tr
from segtools.plots.display import Display
from segtools.schema import ConfigError
from segtools.segmentation.cuts import Cut, cuts_of
from segtools.segmentation.decisions import Decision
from segtools.segmentation.hand import Hand, move_cut

MISSING = mark(
    "The controls need ipywidgets, which this kernel does not have, so that only the "
    "first view is shown. Run `pip install ipywidgets` and restart the kernel."
)
NOT_LIVE = mark(
    "Only the first view is shown where no kernel is at work, or where the page cannot "
    "show controls. Open the notebook in JupyterLab and run the cell."
)


class Explorer:
    """A run to be looked at, and cuts to be tried; `explore` makes one.

    In a notebook it shows itself with controls. Everything that these do is a method,
    too: views are displays with a plain-text twin, and nothing of the run is changed.

    Examples
    --------
    ::

        explorer = explore("reports/my-shop/2024-09-29")
        explorer.members("recency_days")
        explorer.move(0, explorer.stops(0)[3])
        explorer.keep(0, explorer.stops(0)[3], why="The team can call 400, not 900.")
        print(explorer.configuration())
    """

    def __init__(self, explored: Explored) -> None:
        self._states = [explored]
        self._made: list[Decision] = []
        self._widget: Any = None

    @property
    def state(self) -> Explored:
        """What is explored, with the cuts that were kept."""
        return self._states[-1]

    @property
    def segments(self) -> dict[str, str]:
        """Segment id to name, the best rank first."""
        return self.state.names

    @property
    def features(self) -> dict[str, str]:
        """Feature to its label."""
        return {name: label for name, (label, _) in self.state.numeric.items()}

    @property
    def cuts(self) -> dict[str, Cut]:
        """The cuts that can be moved, by their words; empty for models without any."""
        own = cuts_of(self.state.model)
        return {cut_words(self.state, cut): cut for cut in own}

    def overview(self) -> Display:
        """Show the segments: customers, value, and value each."""
        return views.overview(self.state)

    def members(self, feature: str, segments: Sequence[str] | None = None) -> Display:
        """Show how a feature is spread over the members of segments.

        Parameters
        ----------
        feature : str
            Its name or label.
        segments : sequence of str, optional
            Ids or names; default the first four by rank.

        Raises
        ------
        ConfigError
            If there is no such feature or segment.
        """
        asked = list(self.segments) if segments is None else segments
        ids = [segment_named(self.state, s) for s in asked]
        if segments is None:
            ids = ids[: views.MOST_PANELS]
        name = feature_named(self.state, feature)
        return views.members_view(self.state, name, tuple(ids))

    def compare(self, first: str, second: str) -> Display:
        """Show what tells two segments apart.

        Parameters
        ----------
        first, second : str
            Ids or names.
        """
        one, two = (segment_named(self.state, s) for s in (first, second))
        return views.compare_view(self.state, one, two)

    def examples(self, segment: str) -> Display:
        """Show example customers of a segment by stand-ins; never their ids."""
        return views.examples_view(self.state, segment_named(self.state, segment))

    def stops(self, cut: Cut | int | str) -> tuple[float, ...]:
        """List the places to which a cut may move, in its unit.

        Parameters
        ----------
        cut : Cut, int or str
            One of `cuts`, by itself, by its place in the list or by its words.
        """
        return stops_of(self.state, cut_named(self.state, cut))

    def move(self, cut: Cut | int | str, to: float) -> Display:
        """Show what moving a cut would do to sizes, value and stability.

        Parameters
        ----------
        cut : Cut, int or str
            As for `stops`.
        to : float
            One of its stops.
        """
        return views.move_view(self.state, cut_named(self.state, cut), float(to))

    def keep(
        self,
        cut: Cut | int | str,
        to: float,
        *,
        why: str,
        who: str | None = None,
        force: bool = False,
    ) -> Decision:
        """Keep a moved cut: everything is shown with it from now on.

        The run stays as it is; put `configuration` into its configuration file and run
        it again.

        Parameters
        ----------
        cut, to
            As for `move`.
        why : str
            The reason, which is recorded.
        who : str, optional
        force : bool, default=False
            Accept segments below the run's smallest share.

        Raises
        ------
        ConfigError
            If there is no reason, `to` is none of the stops, or a segment would be too
            small.
        """
        state, own = self.state, cut_named(self.state, cut)
        if to == own.at:
            raise ConfigError(
                f"A cut must move to be kept, but it is at {to:.10g} already. "
                "Choose another place."
            )
        refuse_between(state, own, float(to))
        least = max(state.min_share, state.smallest_cell / len(state.features))
        hand = Hand(state.building, why, who or None, least, force=force)
        model, made = move_cut(state.model, hand, own.at, float(to), own.feature)
        segments = model.assign(state.building)
        kept = replace(state, model=model, segments=segments, first=self._states[0])
        self._states.append(kept)
        self._made.append(made)
        return made

    def undo(self) -> Decision:
        """Take the last kept cut back.

        Raises
        ------
        ConfigError
            If none was kept.
        """
        if not self._made:
            raise ConfigError(
                "A cut must have been kept to be taken back, but none was. Keep one "
                "first."
            )
        self._states.pop()
        return self._made.pop()

    def decisions(self) -> list[dict[str, Any]]:
        """Give the kept cuts as entries of the configuration's ``decisions``."""
        return [_block(made) for made in self._made]

    def configuration(self) -> str:
        """Give the ``decisions`` of the configuration: the run's own, then the kept.

        Returns
        -------
        str
            YAML that takes the place of the block in the configuration file.
        """
        blocks = [*map(dict, self.state.decisions), *self.decisions()]
        return yaml.safe_dump(
            {"decisions": blocks}, sort_keys=False, allow_unicode=True, width=88
        )

    @property
    def widget(self) -> Any:
        """The controls, made once; they need ipywidgets.

        Raises
        ------
        ConfigError
            If the kernel has no ipywidgets.
        """
        if not has_widgets():
            raise ConfigError(
                "The controls must have ipywidgets, but this kernel has none. Run "
                "`pip install ipywidgets` and restart the kernel."
            )
        if self._widget is None:
            from segtools.explorer.controls import Controls

            self._widget = Controls(self).box
        return self._widget

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, Any]:
        live = has_widgets()
        still = views.first_view(self.state, tr(NOT_LIVE if live else MISSING))
        bundle: dict[str, Any] = dict(self.widget._repr_mimebundle_()) if live else {}
        return bundle | {"text/html": still.html, "text/plain": still.text}

    def __repr__(self) -> str:
        n = len(self.state.features)
        kept = f", {len(self._made)} cuts kept" if self._made else ""
        return f"Explorer({n:,} customers, {len(self.segments)} segments{kept})"


def has_widgets() -> bool:
    """Tell whether this kernel has ipywidgets."""
    return find_spec("ipywidgets") is not None


def _block(made: Decision) -> dict[str, Any]:
    own = {k: _whole(v) for k, v in made.arguments.items() if v is not None}
    block = {"what": made.what, **own, "why": made.why}
    block |= {"who": made.who} if made.who else {}
    return block | ({"force": True} if made.forced else {})


def _whole(value: Any) -> Any:
    """Write 30.0 as 30, as people do."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def explore(run: object) -> Explorer:
    """Explore a run: its segments' members, what tells them apart, cuts that move.

    Parameters
    ----------
    run : str, Path, Stage or result
        A run's folder, an open stage, or a result with ``features``, ``segments``,
        ``model`` and ``catalogue``. It needs stages 01 to 03 at least.

    Returns
    -------
    Explorer
        In a notebook it shows controls; without ipywidgets the first view, and a
        sentence that says so.

    Raises
    ------
    ConfigError
        If `run` is none of these.
    DataError
        If the run has no segments yet, or its files do not belong together.

    Examples
    --------
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> from segtools.segmentation.tiers import cut_payload
    >>> from segtools.segmentation.model import SegmentModel
    >>> people = pd.DataFrame({"customer_id": [f"c{i:02d}" for i in range(60)],
    ...     "n_orders": [float(i % 12) for i in range(60)], "recency_days": 1.0})
    >>> named = [{"segment_id": f"S0{r}", "name": n, "rank": r}
    ...     for r, n in [(2, "Few"), (1, "Many")]]
    >>> payload = cut_payload({"n_orders": [5.0]})
    >>> model = SegmentModel(payload, named, [{"name": "n_orders"}], "S02")
    >>> words = {"role": "segmentation", "unit": "orders", "definition": "Orders."}
    >>> catalogue = [words | {"name": "n_orders", "label": "Orders"},
    ...     words | {"name": "recency_days", "label": "Days since the last order"}]
    >>> explorer = explore(SimpleNamespace(features=people, model=model,
    ...     segments=model.assign(people), catalogue=catalogue))
    >>> list(explorer.cuts), explorer.stops(0)
    (['Orders: 5 orders'], (1.0, 3.0, 5.0, 7.0, 9.0))
    >>> explorer.keep(0, 7, why="Eight is when they come by themselves.").after
    {'S02': 40, 'S01': 20}
    >>> print(explorer.configuration())
    decisions:
    - what: move_cut
      at: 5
      to: 7
      feature: n_orders
      why: Eight is when they come by themselves.
    <BLANKLINE>
    """
    return Explorer(opened(run))
