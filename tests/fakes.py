"""A platform that does what a test tells it, and the values that tests of the core share.

`FakeConnector` keeps the truth of a platform in memory, with an effects ledger; what goes wrong is
scripted per call. Nothing sleeps: a call can be held at a gate until the test opens it.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from desktop.connectors import (
    Done,
    How,
    Outcome,
    Pulled,
    Push,
    RemoteOrder,
    Repeat,
    Told,
    Unreadable,
    Word,
)
from desktop.errors import PlatformError
from desktop.journey import Step
from desktop.order import (
    Address,
    Buyer,
    CancelState,
    Kind,
    Line,
    Order,
    Payment,
    PaymentKind,
    Person,
    Role,
    Status,
)
from desktop.store import Store, orders, setup

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
ANA = Person("Ana", Role.MANAGER)
SHOP = "loja"
DEADLINE_S = 20.0

WORDS = (
    Word("pending", Status.AWAITING_PAYMENT),
    Word("ready", Status.AWAITING_CREATION),
    Word("handling", Status.ACCEPTED),
    Word("invoiced", Status.INVOICED),
    Word("shipped", Status.SHIPPED),
    Word("delivered", Status.DELIVERED),
    Word("on-its-way", None, creates=False),
    Word("canceled", Status.CANCELLED, creates=False),
)


def an_order(number: str = "1047", **changes: Any) -> Order:
    """A paid delivery order of two lines."""
    base = Order(
        SHOP, f"r{number}", number, Kind.DELIVERY, Status.AWAITING_CREATION, "BRL", 38970,
        (
            Line(1, "CAF-500", "Café torrado 500 g", Decimal(2), 3490, 6980, "7891000315507"),
            Line(2, "QJO-KG", "Queijo da Canastra", Decimal("1.250"), 25592, 31990, unit="kg"),
        ),
        Payment(PaymentKind.ONLINE, "Pix", 38970, NOW - timedelta(hours=1)), NOW - timedelta(hours=2),
        Buyer("João Conceição", "123.456.789-09", "+55 11 98765-4321", "joao@example.com"),
        Address("João Conceição", "Rua das Flores", "10", city="São Paulo", country="BRA"),
        channel="Magalu", due_at=NOW + timedelta(days=1),
    )  # fmt: skip
    return replace(base, **changes)


def remote(
    order: Order,
    word: str = "ready",
    digest: str = "",
    cancel: CancelState | None = None,
    raw: bytes = b"{}",
) -> RemoteOrder:
    """What the platform says of `order`; the digest follows the word unless one is given."""
    return RemoteOrder(order, word, word, digest or f"{order.remote_id}/{word}", cancel, "", raw)


@cache
def _empty_database() -> bytes:
    with TemporaryDirectory() as folder:
        Store(Path(folder)).close()
        return (Path(folder) / Store.FILE).read_bytes()


def new_store(folder: Path) -> Store:
    """An empty store; its tables are made once for all tests."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / Store.FILE
    if not file.exists():
        file.write_bytes(_empty_database())
    return Store(folder)


def open_store(
    folder: Path, *new: Order, words: Iterable[Word] = WORDS, connector: str = "vtex"
) -> Store:
    """A store with the connection “loja” and `new` orders."""
    store = new_store(folder)
    rows = [setup.MapRow(w.word, w.status, True, w.creates) for w in words]
    store.do(lambda s: setup.add_connection(s, setup.Connection(SHOP, connector, {}), rows))
    if new:
        store.do(lambda s: orders.add(s, [(one, "") for one in new], NOW))
    return store


def wait_until(holds: Callable[[], bool], what: str = "what the test waits for") -> None:
    """Waits for a condition that other threads bring about; fails after DEADLINE_S."""
    until = time.monotonic() + DEADLINE_S
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < until, f"{what} did not come within {DEADLINE_S} s"
        pause.wait(0.005)


class Clock:
    """The time of a test; `advance` moves it."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass(frozen=True)
class Call:
    """One call of the connector: its name, the order's remote id and the step, where there is one."""

    name: str
    remote_id: str = ""
    step: Step | None = None
    extra: Any = None


Script = Outcome | Exception | Callable[[Push], Outcome]


@dataclass
class FakeConnector:
    """`words_of` is the platform's truth by remote id. `pages` are what `pull` hands out, one a call (an
    exception is raised); afterwards every pull is an empty page. `script` holds outcomes for the
    next pushes of a step; without one a push takes effect and is Done."""

    title = "Fake"
    recheck_s = 0.0
    fields = ()
    words = WORDS
    tells: Mapping[Step, Told] = field(
        default_factory=lambda: {step: Told(How.NATIVE, Repeat.COMPARE) for step in Step}
    )
    pages: list[Pulled | Exception] = field(default_factory=list)
    script: dict[Step, list[Script]] = field(default_factory=lambda: defaultdict(list))
    reads: list[Exception] = field(default_factory=list)
    acks: list[Exception] = field(default_factory=list)
    truth: dict[str, RemoteOrder] = field(default_factory=dict)
    warns: PlatformError | None = None
    on_acknowledge: Callable[[Any], None] = lambda _receipt: None

    def __post_init__(self) -> None:
        self.calls: list[Call] = []
        self.effects: list[tuple[str, Step, str]] = []
        self.closed = False
        self.most_at_once = 0
        self._inside = 0
        self._lock = threading.Lock()
        self.gate = threading.Event()
        self.gate.set()

    # --- what a test does

    @contextmanager
    def held(self) -> Iterator[None]:
        """Pushes and pulls wait inside their call until the block ends."""
        self.gate.clear()
        try:
            yield
        finally:
            self.gate.set()

    def named(self, name: str) -> list[Call]:
        with self._lock:
            return [call for call in self.calls if call.name == name]

    def take_effect(self, push: Push) -> None:
        with self._lock:
            self.effects.append((push.order.remote_id, push.step, push.key))

    def duplicates(self) -> list[tuple[str, Step]]:
        seen = [(remote_id, step) for remote_id, step, _ in self.effects]
        return [one for one in set(seen) if seen.count(one) > 1]

    # --- what the core calls

    def check(self) -> None:
        self._enter(Call("check"))

    def warning(self) -> PlatformError | None:
        return self.warns

    def pull(self, cursor: str) -> Pulled:
        with self._inside_of(Call("pull", extra=cursor)):
            page = self.pages.pop(0) if self.pages else Pulled(cursor=cursor)
            if isinstance(page, Exception):
                raise page
            return page

    def acknowledge(self, receipt: Any) -> None:
        self._enter(Call("acknowledge", extra=receipt))
        self.on_acknowledge(receipt)
        if self.acks:
            raise self.acks.pop(0)

    def read(self, remote_id: str) -> tuple[RemoteOrder, ...]:
        self._enter(Call("read", remote_id))
        if self.reads:
            raise self.reads.pop(0)
        found = self.truth.get(remote_id)
        return (found,) if found else ()

    def push(self, push: Push) -> Outcome:
        with self._inside_of(Call("push", push.order.remote_id, push.step, push.data)):
            waiting = self.script[push.step]
            scripted = waiting.pop(0) if waiting else None
            if isinstance(scripted, Exception):
                raise scripted
            if callable(scripted):
                return scripted(push)
            if scripted is not None:
                return scripted
            self.take_effect(push)
            return Done()

    def confirms(self, push: Push, remote: RemoteOrder) -> bool:
        return any(effect[2] == push.key for effect in self.effects)

    def close(self) -> None:
        self.closed = True

    def _enter(self, call: Call) -> None:
        with self._lock:
            self.calls.append(call)

    @contextmanager
    def _inside_of(self, call: Call) -> Iterator[None]:
        self._enter(call)
        with self._lock:
            self._inside += 1
            self.most_at_once = max(self.most_at_once, self._inside)
        try:
            assert self.gate.wait(DEADLINE_S), "the test never opened the gate"
            yield
        finally:
            with self._lock:
                self._inside -= 1


def page(*found: RemoteOrder, bad: Iterable[Unreadable] = (), **more: Any) -> Pulled:
    return Pulled(tuple(found), tuple(bad), **more)
