"""Documents: one file in this folder says what stands on one kind of paper.

A file offers `DOCUMENT`, a `Kind`. Adding one touches no other file. Words are in the language that is set
when it is drawn; nothing on the paper depends on the clock, so that drawing the same order again gives the
same digest and the print ledger can tell "again" from "changed".
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import cast

from desktop.errors import WrongUsage
from desktop.i18n import N_
from desktop.local_day import Day
from desktop.order import Kind as OrderKind
from desktop.order import Order
from desktop.store.departures import Way
from printing.document import Document


@dataclass(frozen=True, slots=True)
class Handover:
    """What a manifest is of: the packages that one carrier or own driver took on a day. `carrier` is its
    key, `name` how it is written."""

    day: Day
    way: Way
    carrier: str
    name: str


@dataclass(frozen=True, slots=True)
class About:
    """What a paper shows beside the order: the store's name and address lines, the number of the package
    (0 for all), for a reprint its number (0 for the first print) and the person who asked for it, and of
    which handover a manifest is (None: of all the packages)."""

    store: str = ""
    store_lines: tuple[str, ...] = ()
    package: int = 0
    reprint: int = 0
    who: str = ""
    handover: Handover | None = None


class Per(StrEnum):
    """What has a paper of its own: each package, each order, or all the orders together."""

    PACKAGE = "package"
    ORDER = "order"
    ALL = "all"


Draw = Callable[[Sequence[Order], About], Document]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: `title` is a source string, `prints` names the printers that suit it ("label",
    "receipt" or "page"). `others` says how it is drawn for printers of another sort, if it can be.
    `only` names the one kind of order that it is of (None: of any)."""

    title: str
    prints: str
    per: Per
    draw: Draw
    others: Mapping[str, Draw] = field(default_factory=dict)
    only: OrderKind | None = None

    def suits(self, prints: str) -> bool:
        return prints == self.prints or prints in self.others

    def draw_for(self, prints: str) -> Draw:
        """How it is drawn for such a printer; one that it does not suit may refuse it."""
        return self.others.get(prints, self.draw)


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """The kinds of this installation, listed from the folder, also in a frozen program."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if name[0] != "_"))


def load(kind: str) -> Kind:
    """The kind of that name. Raises WrongUsage when there is none."""
    if kind not in names():
        known = ", ".join(names())
        raise WrongUsage(
            N_("There is no document “{kind}”. There are: {known}."), kind=kind, known=known
        )
    return cast(Kind, importlib.import_module(f"{__name__}.{kind}").DOCUMENT)
