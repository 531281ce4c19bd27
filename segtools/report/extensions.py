"""Run the files in which an analyst registers features and schemes of their own."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from segtools.config import RunConfig
from segtools.features.catalogue import Window
from segtools.features.leakage import check_leakage
from segtools.features.shop import Shop
from segtools.schema import ConfigError
from segtools.segmentation.tiers import enter_tiers
from segtools.timezones import epoch, instant


def load_extensions(config: RunConfig) -> None:
    """Run the Python files that register an analyst's own features and schemes.

    Own cut points (``tiers``) enter the contest, too.

    Raises
    ------
    ConfigError
        If a file is missing or fails.
    """
    enter_tiers(config.tiers)
    for number, text in enumerate(config.extensions):
        path = Path(text)
        if not path.is_file():
            raise ConfigError(
                f"extensions must be Python files, but there is no {path}. "
                "Check the path; it is relative to the configuration."
            )
        spec = importlib.util.spec_from_file_location(f"segtools_ext_{number}", path)
        if spec is None or spec.loader is None:
            raise ConfigError(
                f"extensions must be Python files, but {path.name} is none. "
                "Give it the suffix .py."
            )
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except ConfigError:
            raise
        except Exception as error:
            raise ConfigError(
                f"extensions must run, but {path.name} fails with "
                f"{type(error).__name__}: {error}. Mend the file."
            ) from None


def check_extensions(shop: Shop, config: RunConfig) -> None:
    """Refuse own features that see what they must not; costs nothing without any.

    Parameters
    ----------
    shop : Shop
        Kept tables.
    config : RunConfig
        With ``as_of``.

    Raises
    ------
    ConfigError
        As `check_leakage` says.
    """
    origin = epoch(instant(str(config.as_of), str(config.timezone)))
    check_leakage(None, shop, Window(origin, config.window_days))
