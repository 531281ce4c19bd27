"""Public holidays of the shop's country, as whole numbers of days since 1970."""

from __future__ import annotations

from datetime import date, timedelta

from segtools.features.catalogue import Window
from segtools.schema import ConfigError
from segtools.timezones import DAY

_FIRST = date(1970, 1, 1)
DAYS_BEFORE = 7


def public_holidays(country: str, first: int, last: int) -> list[int]:
    """List the public holidays of a country between two days, both included.

    Parameters
    ----------
    country : str
        ISO 3166 code, such as ``DE``.
    first, last : int
        Days since 1970.

    Raises
    ------
    ConfigError
        If the country is unknown.

    Examples
    --------
    >>> public_holidays("DE", 19722, 19730)  # 2023-12-31 to 2024-01-08
    [19723]
    """
    # Half a second that only runs with a country should pay.
    from holidays import country_holidays

    days = (_FIRST + timedelta(days=first), _FIRST + timedelta(days=last))
    years = range(days[0].year, days[1].year + 1)
    try:
        found = country_holidays(country.strip().upper(), years=years)
    except NotImplementedError:
        raise ConfigError(
            f"country must be the code of a country with known public holidays, but "
            f"{country!r} is none. Use one such as 'DE' or 'US', or leave it out."
        ) from None
    return sorted((d - _FIRST).days for d in found if days[0] <= d <= days[1])


def days_before(country: str, window: Window) -> list[int]:
    """List the local days of a window that lie 1 to 7 days before a holiday.

    Parameters
    ----------
    country : str
        ISO 3166 code; without it there are no holidays.
    window : Window
        A holiday after its origin counts: calendars are known in advance.

    Examples
    --------
    >>> new_year = Window(19724 * 86_400, 30)  # 2024-01-02
    >>> days_before("DE", new_year)[:2], days_before("", new_year)
    ([19709, 19710], [])
    """
    if not country:
        return []
    # A day more on either side: local days are not those of UTC.
    first, last = window.start // DAY - 1, window.origin // DAY + 1
    near = public_holidays(country, first, last + DAYS_BEFORE)
    days = {h - back for h in near for back in range(1, DAYS_BEFORE + 1)}
    return sorted(d for d in days if first <= d <= last)
