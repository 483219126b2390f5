"""Connectors: one file in this folder speaks one platform's API.

A connector declares what differs (its fields, its words, how each step is told) and answers four calls.
It keeps no state that matters: cursor, mapping and outbox live in the store. All calls may come from a
connection's own threads, several at a time, and wait for the network; never call one on the GUI thread.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol, cast

from desktop.errors import PlatformError, UserError, WrongUsage
from desktop.fields import Field
from desktop.i18n import N_
from desktop.journey import Step
from desktop.order import CancelState, Order, Status


class How(StrEnum):
    """How a platform can be told of a step: its own call, a note on its timeline, together with another
    step, or not at all."""

    NATIVE = "native"
    NOTE = "note"
    WITH = "with"
    NONE = "none"


class Repeat(StrEnum):
    """What may follow a push whose outcome is unknown: send again, read back and compare first, or ask a
    person because the effect cannot be compared."""

    SAFE = "safe"
    COMPARE = "compare"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Told:
    """How one step reaches the platform; `along` names the step whose call carries it when WITH."""

    how: How
    repeat: Repeat = Repeat.COMPARE
    along: Step | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A row of the default mapping (DE-PARA): the platform's `word`, our status, and whether an order
    first seen in it is created here."""

    word: str
    status: Status | None
    creates: bool = True


@dataclass(frozen=True, slots=True)
class RemoteOrder:
    """One order group as the platform has it now.

    `word` is the key of the mapping, `verbatim` the platform's own status word; they differ where the
    platform hides a stage in other data. `facts` is an Order whose status means nothing and whose
    connection is the connector's. `digest` changes whenever the platform's answer does; `raw` is that
    answer, kept only when the order cannot be taken in.
    """

    facts: Order
    word: str
    verbatim: str
    digest: str
    cancel: CancelState | None = None
    cancel_reason: str = ""
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An answer that is no order: parked with its raw text and the reason, never half-stored."""

    remote_id: str
    reason: UserError
    raw: bytes


@dataclass(frozen=True, slots=True)
class Pulled:
    """One page of changes. `receipt` goes back through `acknowledge` once the page is committed here;
    `cursor` is stored in that same transaction. `more` says that another page is likely waiting."""

    orders: tuple[RemoteOrder, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    cursor: str = ""
    receipt: Any = None
    more: bool = False


@dataclass(frozen=True, slots=True)
class Push:
    """One intention to tell: `key` is its own for ever, `data` what the step was given (JSON values),
    `order` the order as it is here now. `xml` is the text of its invoice's file when that is what is
    told, and there is one."""

    key: str
    step: Step
    data: Mapping[str, Any]
    order: Order
    xml: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """The platform has it. `note` may say how (for example: it had it already)."""

    note: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """Nothing took effect; try again, not before `after_s` seconds when the platform named a time.
    `key_refused`: it did not know the key, so other pushes have no better chance now."""

    reason: UserError
    after_s: float | None = None
    key_refused: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform said no; `field` is the step's field to mend, when one is at fault."""

    reason: UserError
    field: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer: it may have taken effect. Read back and compare before anything is sent again."""

    reason: UserError


Outcome = Done | Retry | Refused | Unknown


class Connector(Protocol):
    """What one platform's file offers; its constructor takes the values of `fields` by name, the
    connection's name, and optionally a transport for tests.

    `recheck_s` is for a platform that does not tell of every change: an order that is open here is read
    again once nothing was heard of it for so long; 0 where `pull` brings them all.
    """

    title: ClassVar[str]
    recheck_s: ClassVar[float]
    fields: ClassVar[tuple[Field, ...]]
    words: ClassVar[tuple[Word, ...]]
    tells: ClassVar[Mapping[Step, Told]]

    def check(self) -> None:
        """Raises PlatformError with what is missing (wrong key, a right, the feed); quick."""

    def warning(self) -> PlatformError | None:
        """What the calls so far have shown to be wrong though they work: this computer's clock. Asks
        nobody."""

    def pull(self, cursor: str) -> Pulled:
        """The next page of changes, up to 100 orders. Raises PlatformError when none can be had."""

    def acknowledge(self, receipt: Any) -> None:
        """Tells the platform that a page is safe here. Losing this only brings the page again."""

    def read(self, remote_id: str) -> tuple[RemoteOrder, ...]:
        """The order's groups as they are now. Raises PlatformError, or UserError when unreadable."""

    def push(self, push: Push) -> Outcome:
        """Sends one intention and says what became of it; raises nothing of the network."""

    def confirms(self, push: Push, remote: RemoteOrder) -> bool:
        """Whether `remote` shows the effect of `push` already (never for Repeat.ASK)."""

    def close(self) -> None:
        """Ends its threads and connections."""


def names() -> tuple[str, ...]:
    """The connectors of this installation, listed from the folder, also in a frozen program."""
    helpers = {"http"}
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if name not in helpers and name[0] != "_"))


def load(name: str) -> type[Connector]:
    """The connector class of `name`; its module is imported on first use.

    Raises WrongUsage when there is none of that name.
    """
    if name not in names():
        known = ", ".join(names())
        raise WrongUsage(
            N_("There is no connector “{name}”. There are: {known}."), name=name, known=known
        )
    module = importlib.import_module(f"{__name__}.{name}")
    return cast(type[Connector], module.CONNECTOR)


def make(name: str, connection: str, values: Mapping[str, str]) -> Connector:
    """A connector for the configured account `connection`."""
    build = cast(Callable[..., Connector], load(name))
    return build(connection=connection, **values)


__all__ = [
    "Connector", "Done", "How", "Outcome", "Pulled", "Push", "Refused", "RemoteOrder", "Repeat", "Retry",
    "Told", "Unknown", "Unreadable", "Word", "load", "make", "names",
]  # fmt: skip
