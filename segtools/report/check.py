"""Check configuration and data without a kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from segtools import goals
from segtools.config import RunConfig
from segtools.destinations.registry import check_destinations
from segtools.features.build import collect, features_at, supported, variables
from segtools.features.legs import plan_contest
from segtools.features.plan import Plan
from segtools.features.shop import Shop
from segtools.features.waves import refuse_campaigns
from segtools.prepare.clean import Cleaned, clean
from segtools.prepare.coverage import matches_sentence
from segtools.prepare.decisions import suspects_sentence
from segtools.prepare.fingerprint import fingerprint
from segtools.prepare.lights import both_lights
from segtools.prepare.save import describe_sources
from segtools.profiles.actions.rule_book import load_rule_book
from segtools.report.execution.start import settle_as_of
from segtools.report.extensions import check_extensions, load_extensions
from segtools.sources import connect, open_source
from segtools.timezones import epoch, instant
from segtools.wording import listed


@dataclass
class Checked:
    """What a check found: the account of rows, the base and the lights."""

    cleaned: Cleaned
    counted: dict[str, Any]
    plan: Plan
    lights: dict[str, Any]
    bases: list[dict[str, Any]]
    about: dict[str, Any]

    @property
    def light(self) -> str:
        """The worse of the two lights."""
        order = ("green", "amber", "red")
        return max((v["light"] for v in self.lights.values()), key=order.index)

    def sentences(self) -> list[str]:
        """Say in words what was found: sources, bases, the plan and the lights."""
        about = self.about
        return [
            suspects_sentence(about["suspects"]),
            matches_sentence(about["matches"]),
            *(r["sentence"] for r in about["sources"]),
            *(_supported(r) for r in self.bases),
            self.plan.sentence,
            *(
                f"{name.capitalize()}: {light['light']}. {light['sentence']}"
                for name, light in self.lights.items()
            ),
        ]

    def record(self) -> dict[str, Any]:
        """Give everything as one JSON-like object."""
        return {
            "light": self.light,
            "tables": self.cleaned.accounts,
            "rules": self.cleaned.rules,
            "changes": self.cleaned.changes,
            "lights": self.lights,
            "bases": self.bases,
            **self.about,
            **self.counted,
            **self.plan.record(),
        }


def _supported(row: dict[str, Any]) -> str:
    lacks = listed(row["missing"])
    if not row["supported"]:
        return f"Basis {row['basis']}: needs {lacks}."
    part = f"supported, but for what needs {lacks}" if lacks else "supported"
    return f"Basis {row['basis']}: {part}."


def check(config: RunConfig) -> Checked:
    """Read, cut, clean and count, as stage 02 would.

    Raises
    ------
    ConfigError, DataError
        With the first thing that would stop a run.
    """
    load_extensions(config)
    load_rule_book(config.rule_book)
    check_destinations(config)
    con = connect(memory_limit=config.memory_limit)
    opened = open_source(config, con)
    config = settle_as_of(config, opened, fingerprint(opened.tables))
    origin = epoch(instant(str(config.as_of), str(config.timezone)))
    cleaned = clean(opened, con, config, origin)
    shop = Shop.of(cleaned.tables, config)
    counted = goals.survey(shop)
    goals.refuse_base(counted, config)
    refuse_campaigns(cleaned.tables, config.goal)
    plan = plan_contest(shop, config, origin, counted["first"])
    check_extensions(shop, config)
    features, _ = supported(shop, config.bases)
    features = variables(features, config.variables, shop, config.protected_reasons)
    frame = collect(features_at(shop, plan.window(), features, with_customers=True))
    days = plan.history_days(counted["first"])
    lights = both_lights(frame, len(features), config, days)
    about = describe_sources(cleaned, config, origin, len(frame))
    return Checked(cleaned, counted, plan, lights, goals.bases(shop), about)
