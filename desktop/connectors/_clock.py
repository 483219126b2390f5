"""This computer's clock against the platform's."""

from __future__ import annotations

from desktop.errors import PlatformRefused
from desktop.i18n import N_

_MAX_SKEW_S = 300


def check_clock(skew_s: float | None) -> None:
    """Raises what `clock_warning` gives."""
    if warning := clock_warning(skew_s):
        raise warning


def clock_warning(skew_s: float | None) -> PlatformRefused | None:
    """That the clock is so far off that documents would bear a wrong date; None when it is not."""
    if skew_s is None or abs(skew_s) <= _MAX_SKEW_S:
        return None
    return PlatformRefused(
        N_("This computer's clock is {minutes} minutes off. Set it right, or invoices get a "
           "wrong date."),
        status=200, code="clock", minutes=round(abs(skew_s) / 60),
    )  # fmt: skip
