"""Check configuration and data without a kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from segtools import goals
from segtools.config import AUTO_SEGMENTS, RunConfig
from segtools.features.build import Shop, build_features, collect, supported
from segtools.features.legs import Plan, plan_legs
from segtools.prepare.clean import Cleaned, clean
from segtools.prepare.fingerprint import fingerprint
from segtools.prepare.lights import adequacy, freshness
from segtools.report.extensions import load_extensions
from segtools.report.start import settle_as_of
from segtools.sources import connect, open_source
from segtools.timezones import epoch, instant


@dataclass
class Checked:
    """What a check found: the account of rows, the base and the lights."""

    cleaned: Cleaned
    counted: dict[str, Any]
    plan: Plan
    lights: dict[str, Any]
    bases: list[dict[str, Any]]

    @property
    def light(self) -> str:
        """The worse of the two lights."""
        order = ("green", "amber", "red")
        return max((v["light"] for v in self.lights.values()), key=order.index)

    def record(self) -> dict[str, Any]:
        """Give everything as one JSON-like object."""
        return {
            "light": self.light,
            "tables": self.cleaned.accounts,
            "rules": self.cleaned.rules,
            "changes": self.cleaned.changes,
            "lights": self.lights,
            "bases": self.bases,
            **self.counted,
            **self.plan.record(),
        }


def check(config: RunConfig) -> Checked:
    """Read, cut, clean and count, as stage 02 would.

    Raises
    ------
    ConfigError, DataError
        With the first thing that would stop a run.
    """
    load_extensions(config)
    con = connect()
    opened = open_source(config, con)
    config = settle_as_of(config, opened, fingerprint(opened.tables))
    origin = epoch(instant(str(config.as_of), str(config.timezone)))
    cleaned = clean(opened, con, config, origin)
    shop = Shop(cleaned.tables, str(config.timezone), config.returns)
    counted = goals.survey(shop)
    goals.refuse_base(counted, config)
    plan = plan_legs(
        origin,
        epoch(instant(counted["first"], "UTC")),
        window_days=config.window_days,
        outcome_days=config.outcome_days,
        goal=config.goal,
    )
    features, _ = supported(shop, config.bases)
    frame = collect(build_features(shop, plan.window(), features, with_customers=True))
    asked = config.n_segments
    k = asked if isinstance(asked, int) else max(AUTO_SEGMENTS)
    lights = {
        "adequacy": adequacy(len(frame), len(features), k),
        "freshness": freshness(frame),
    }
    return Checked(cleaned, counted, plan, lights, goals.bases(shop))
