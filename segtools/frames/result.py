"""What `segment_customers` gives: the answer, its evidence, and everything to go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from segtools.config import RunConfig
from segtools.frames import described
from segtools.frames.learned import Learned
from segtools.frames.orders import Accepted
from segtools.frames.prepared import Prepared, origin_of
from segtools.frames.speaking import in_own_language
from segtools.frames.verdict import Contested, Verdict
from segtools.joining import sentences

if TYPE_CHECKING:
    from segtools.features.shop import Shop
    from segtools.plots.display import Display
    from segtools.profiles.profile import Segmented
    from segtools.segmentation.how_many import HowMany
    from segtools.segmentation.model import SegmentModel
    from segtools.segmentation.structure import Structure


@dataclass(frozen=True, eq=False, repr=False)
class SegmentResult:
    """Segments of a frame's customers, with all that the notebooks show of them.

    Everything below is what a run on the same rows and settings gives. Nothing lies on
    disk until `save` is called. What takes long is worked out when it is first asked
    for, and kept.

    Attributes
    ----------
    config : RunConfig
        The settings in force, ``as_of`` and ``timezone`` settled.
    columns : dict
        Our columns to the frame's: what was taken for what.
    told : tuple of str
        What was decided for the caller about the frame, a sentence each.
    prepared, learned
        What stages 02 and 03 hand on.
    data : dict
        The fingerprint of the rows, by which a run knows its data again.
    previous : Path or None
        The run whose names were carried on.
    """

    config: RunConfig
    accepted: Accepted
    prepared: Prepared
    learned: Learned
    data: dict[str, Any]
    previous: Path | None = None

    @property
    def columns(self) -> dict[str, str]:
        """Our columns to the frame's."""
        return dict(self.accepted.found.chosen)

    @property
    def told(self) -> tuple[str, ...]:
        """What was decided for the caller about the frame."""
        return self.accepted.told

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict; printed, it is one sentence."""
        return Verdict.of(self.learned.verdict)

    @property
    def decision(self) -> str:
        """``segment`` or ``do_not_segment``."""
        return self.verdict.decision

    @property
    def structure(self) -> Structure:
        """Whether customers fall into groups at all, with the evidence."""
        return self.learned.structure

    @cached_property
    def contest(self) -> Contested:
        """Every scheme's figures, as ``contest.json`` keeps them."""
        return Contested(self.learned.contested, self.learned.contest)

    @property
    def selection(self) -> dict[str, Any]:
        """Sizes, stability and outcome of the segments."""
        return self.learned.selection

    @property
    def model(self) -> SegmentModel:
        """The frozen model."""
        return self.learned.model

    @property
    def quality(self) -> dict[str, Any]:
        """What was read, kept, changed and quarantined, and the two lights."""
        return self.prepared.quality

    @property
    def features(self) -> pd.DataFrame:
        """One row a customer with every feature; ids are text."""
        return self.prepared.features.copy()

    @cached_property
    def segments(self) -> Any:
        """Everybody's segment, in the caller's library.

        ``customer_id`` (ids as they were given, in their type), ``segment_id``,
        ``segment`` (its name), ``confidence``, ``runner_up`` and ``assigned_by``.
        """
        return self.accepted.like_given(self.learned.segments)

    @property
    @in_own_language
    def summary(self) -> str:
        """The verdict, the sizes and what happened to the rows, in three sentences."""
        from segtools.prepare.save import account_sentence
        from segtools.segmentation.selection import sizes_sentence

        said = [self.verdict.sentence, sizes_sentence(self.selection)]
        return sentences([*said, account_sentence(self.prepared.cleaned)])

    @cached_property
    def segmented(self) -> Segmented:
        """Features, segments and cleaned tables, as the profiles' functions take it."""
        return described.segmented(self.prepared, self.learned, self.config)

    @cached_property
    @in_own_language
    def profiles(self) -> pd.DataFrame:
        """Each segment's median, share and index of everything, a row each."""
        from segtools.profiles.table import profile_table

        return profile_table(self.segmented)

    @cached_property
    @in_own_language
    def personas(self) -> dict[str, Any]:
        """A card a segment, each statement with share, interval and n."""
        return described.personas(self.segmented, self.learned, self.config)

    @cached_property
    @in_own_language
    def goals(self) -> dict[str, Any]:
        """Goal, readiness, bases, criteria and weights."""
        return described.goals_record(self._typed_shop(), self.config)

    @cached_property
    @in_own_language
    def actions(self) -> dict[str, Any]:
        """What to do with each segment, and who comes first."""
        return described.actions(
            self.segmented, self.learned, self.config, self.personas, self.goals
        )

    @cached_property
    @in_own_language
    def canvas(self) -> dict[str, Any]:
        """A business model canvas a segment."""
        from segtools.profiles.canvas import business_model_canvas

        return business_model_canvas(self.segmented, self.personas, self.actions)

    @cached_property
    @in_own_language
    def fairness(self) -> dict[str, Any]:
        """Segments held against protected attributes of ``customers``."""
        return described.fairness(self.segmented, self.learned, self.config)

    @cached_property
    @in_own_language
    def how_many(self) -> HowMany:
        """How many segments hold up; takes about as long as all else together."""
        return described.how_many(self.prepared, self.learned, self.config)

    @cached_property
    @in_own_language
    def candidates(self) -> list[dict[str, Any]]:
        """Segments that might be merged or split, each with its reason."""
        return described.candidates(self.prepared, self.learned, self.config)

    @cached_property
    @in_own_language
    def short_rules(self) -> dict[str, Any]:
        """What a few short rules keep of the segments."""
        return described.short_rules(self.prepared, self.learned)

    @property
    @in_own_language
    def cards(self) -> Display:
        """The persona cards, as notebook 04 shows them."""
        from segtools.report.cards import persona_cards

        return persona_cards(self.personas, self.actions)

    @in_own_language
    def plot(self, name: str, **options: Any) -> Display:
        """Draw a figure; see `segtools.frames.figures.FIGURES` for the names."""
        from segtools.frames.figures import figure

        return figure(self, name, **options)

    def assign(self, orders: Any, *, customers: Any = None, as_of: Any = None) -> Any:
        """Give customers of another frame the segments of this model.

        Nothing is refitted. Features look back from `as_of` over the frame's orders,
        so it must hold the history too, not only what is new.

        Parameters
        ----------
        orders : DataFrame
            With the columns that were taken from the first one.
        customers : DataFrame, optional
            Attributes, where the first call had them.
        as_of : str or date, optional
            Default the midnight after the last order.

        Returns
        -------
        DataFrame
            As `segments`, in the library of `orders`.

        Raises
        ------
        ConfigError, DataError
            In one sentence, as `segment_customers`.
        """
        from segtools.frames.assigning import assign

        return assign(self, orders, customers, as_of)

    def save(
        self,
        folder: str | Path,
        *,
        replace: bool = False,
        progress: Callable[[str, int, int], None] | None = None,
    ) -> Path:
        """Write the run's folder and report, as ``segtools run`` does.

        Parameters
        ----------
        folder : str or Path
            The run's folder. Beside it, in ``<folder>-data``, go the rows that were
            used and the configuration, so that ``segtools run`` can repeat it.
        replace : bool, default=False
            Put it in the place of what both hold.
        progress : callable, optional
            Called with stage, cell number and number of cells.

        Returns
        -------
        Path
            The report's front page.

        Raises
        ------
        ConfigError
            If one of the folders is in use.
        """
        from segtools.frames.saving import save

        return save(self, Path(folder), replace=replace, progress=progress)

    def __repr__(self) -> str:
        return self._shown.text

    def _repr_html_(self) -> str:
        return self._shown.html

    @cached_property
    @in_own_language
    def _shown(self) -> Display:
        from segtools.frames.shown import shown

        return shown(self)

    def _typed_shop(self) -> Shop:
        from segtools.goals import typed_shop

        origin = origin_of(self.config)
        return typed_shop(self.accepted.opened.before(origin), self.config, origin)
