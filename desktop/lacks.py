"""What keeps a connection from working, told apart by what a person does next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop.connectors.http import KeyUnknown, NotTrusted
from desktop.errors import BalcaoError, PlatformAway, PlatformDenied, PlatformRefused
from desktop.i18n import N_


class Lack(StrEnum):
    KEY = "key"
    RIGHT = "right"
    CLOCK = "clock"
    CERTIFICATE = "certificate"
    NETWORK = "network"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Advice:
    """`lack` in a word or two, and what to do; the error's own sentence stands between."""

    lack: Lack
    word: str
    todo: str


_ADVICE = (
    Advice(
        Lack.KEY, N_("Wrong key"),
        N_("Copy it anew from the platform, whole and without spaces. Then test again."),
    ),
    Advice(
        Lack.RIGHT, N_("A right is missing"),
        N_("Whoever administers the account on the platform can add it. Then test again."),
    ),
    Advice(
        Lack.CLOCK, N_("Wrong clock"),
        N_("Switch on automatic date and time in this computer's settings. Then test again."),
    ),
    Advice(
        Lack.CERTIFICATE, N_("No safe connection"),
        N_("No key was sent. Often a virus scanner or a proxy of the network stands between."),
    ),
    Advice(
        Lack.NETWORK, N_("No answer"),
        N_("Test again, or save it anyway: it connects by itself as soon as it can."),
    ),
    Advice(
        Lack.REFUSED, N_("Refused"),
        N_("Check what is typed. If it is right, show this sentence to the platform's support."),
    ),
)  # fmt: skip
ADVICE = {advice.lack: advice for advice in _ADVICE}


def lack(error: BalcaoError) -> Lack:
    """What the error of a connector's `check` says."""
    if isinstance(error, KeyUnknown):
        return Lack.KEY
    if isinstance(error, PlatformDenied):
        return Lack.RIGHT
    if isinstance(error, NotTrusted):
        return Lack.CERTIFICATE
    if isinstance(error, PlatformAway):
        return Lack.NETWORK
    is_clock = isinstance(error, PlatformRefused) and error.code == "clock"
    return Lack.CLOCK if is_clock else Lack.REFUSED
