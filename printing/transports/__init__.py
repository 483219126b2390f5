"""Transports: one file in this folder carries bytes to one kind of device.

An address is `scheme:target`; the scheme is the file's name. A file offers `check(target)`,
`reach(target)` and `send(target, payload, name)`. What went wrong is told apart by the one thing that
matters afterwards: did a byte leave this machine?
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import dataclass
from typing import Protocol, cast

from desktop.errors import UserError
from desktop.i18n import N_

_IPV4 = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3}){3})(?::([0-9]{1,5}))?")


class NothingSent(UserError):
    """Not one byte left: trying again cannot print twice."""


class MaybePrinted(UserError):
    """`sent` bytes left and then something broke: only a look at the paper can tell."""

    def __init__(self, text: str, sent: int, **values: object) -> None:
        super().__init__(text, "", **values)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Sent:
    """`sent` bytes left; `confirmed` when it is certain that they arrived for good (a file on disk)."""

    sent: int
    confirmed: bool = False


class Transport(Protocol):
    def check(self, target: str) -> None: ...

    def reach(self, target: str) -> None: ...

    def send(self, target: str, payload: bytes, name: str) -> Sent: ...


@dataclass(frozen=True, slots=True)
class Address:
    """Where a printer is: `tcp:192.168.0.40:9100` or `file:/some/folder/`."""

    scheme: str
    target: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.target}"


def names() -> tuple[str, ...]:
    """The schemes of this installation, listed from the folder, also in a frozen program."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def parse_address(text: str) -> Address:
    """The address in `text`; four plain numbers, as a printer's own page has them, are those of a network
    printer. Raises UserError when no transport understands it."""
    if plain := _IPV4.fullmatch(text.strip()):
        text = f"tcp:{plain[1]}:{plain[2] or 9100}"
    scheme, _, target = text.strip().partition(":")
    scheme = scheme.lower()
    if scheme not in names() or not target:
        raise UserError(
            N_("“{address}” is no printer address. Write tcp:HOST:PORT or file:PATH."),
            field="address", address=text,
        )  # fmt: skip
    _load(scheme).check(target)
    return Address(scheme, target)


def reach(address: Address) -> None:
    """Whether the device would take something now; nothing is sent. Raises NothingSent. Waits like
    `send`."""
    _load(address.scheme).reach(address.target)


def send(address: Address, payload: bytes, name: str = "print") -> Sent:
    """Carries `payload` to the device and waits until it left. `name` names a file in a folder.

    Raises NothingSent or MaybePrinted. Waits for the network or the disk, some seconds at most between
    two signs of progress: never call it on the GUI thread.
    """
    return _load(address.scheme).send(address.target, payload, name)


def _load(scheme: str) -> Transport:
    return cast(Transport, importlib.import_module(f"{__name__}.{scheme}"))
