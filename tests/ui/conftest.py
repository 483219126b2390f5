"""A desk with a temporary store for tests of the window. Keys go to the window, as a keyboard's do."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop.fiscal.access_key import check_digit
from desktop.order import Hold, Kind, Order, Person, Role, Status
from desktop.store import Session, Store, orders
from desktop.work import Work
from tests.fakes import new_store
from tests.unit.orders import order
from ui import theme
from ui.bridge import Bridge
from ui.desk import Desk
from ui.messages import Message, Messages
from ui.sounds import Sounds
from ui.tasks import Tasks

NOW = datetime(2026, 3, 14, 14, 0, tzinfo=UTC)
ANA = Person("Ana Souza", Role.MANAGER)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen screen says this of every window."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


@pytest.fixture(autouse=True)
def collected_here() -> Iterator[None]:
    """As in the program: no other thread may collect a cycle that holds a widget.

    What was there before is set aside, so that each test pays for its own objects only.
    """
    gc.disable()
    gc.freeze()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    """Every test starts in the light theme."""
    if theme.tokens() is not theme.LIGHT or not qapp.styleSheet():
        theme.apply(qapp, "light")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = new_store(tmp_path)
    yield opened
    opened.close()


class Heard:
    """What the messages said and the sounds played, in order."""

    def __init__(self) -> None:
        self.sounds: list[str] = []
        self.messages: list[Message] = []

    def play(self, file: Path) -> None:
        self.sounds.append(file.stem)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def desk(store: Store, heard: Heard, qapp: QApplication) -> Iterator[Desk]:
    """Somebody at a window over an empty store, at 14:00 UTC on 14 March 2026; `heard` listens."""
    messages = Messages(Sounds(heard.play))
    messages.shown_by(heard.messages.append)
    bridge, tasks = Bridge(), Tasks()
    bridge.on_error = tasks.on_error = messages.error
    bridge.attach(store)
    yield Desk(
        store, Work(store, lambda: NOW), bridge, tasks, messages, person=ANA, now=lambda: NOW
    )
    tasks.close()
    bridge.close()


def some_orders(count: int = 0) -> list[Order]:
    """One order in each open stage, a late one, a held one; with `count`, that many more to prepare."""
    stages = [
        order(Status.AWAITING_PAYMENT),
        order(Status.AWAITING_CREATION),
        order(Status.ACCEPTED, due_at=NOW - timedelta(minutes=22)),
        order(Status.IN_PREPARATION, due_at=NOW + timedelta(minutes=47)),
        order(Status.INVOICED),
        order(Status.PACKED),
        order(Status.READY_FOR_PICKUP, Kind.PICKUP, shelf="B-07"),
        order(Status.SHIPPED),
        order(Status.DELIVERED),
        order(Status.ACCEPTED, hold=Hold(NOW, "Ana Souza", "endereço não confere")),
    ]
    stages += [order(Status.ACCEPTED) for _ in range(count)]
    return [_told_apart(one, n) for n, one in enumerate(stages)]


def _told_apart(one: Order, n: int) -> Order:
    """With its own numbers and its own invoice, for no two orders may share an access key."""
    one = replace(one, number=str(1047 + n), remote_id=f"R{n}", pickup_code=str(9000 + n))
    if one.invoice is None:
        return one
    body = f"3526031234567800019555001{1234 + n:09d}1{n:08d}"
    key = body + str(check_digit(body))
    return replace(one, invoice=replace(one.invoice, number=str(1234 + n), key=key))


def put(store: Store, new: Sequence[Order]) -> list[Order]:
    """Orders as if a platform had sent them."""
    return store.do(lambda s: _added(s, new))


def _added(session: Session, new: Sequence[Order]) -> list[Order]:
    added = orders.add(session, [(one, one.remote_id) for one in new], NOW)
    session.changed.update(one.id for one in added)
    return added


@pytest.fixture
def filled(desk: Desk) -> list[Order]:
    """The orders of `some_orders` in the desk's store."""
    return put(desk.store, some_orders())


Keys = Callable[..., None]


@pytest.fixture
def keys() -> Keys:
    """`keys(widget, "text", Qt.Key.Key_Return)` types into the widget's window, as a keyboard does."""

    def type_into(widget: QWidget, *what: str | Qt.Key) -> None:
        window = widget.window().windowHandle()
        for one in what:
            if isinstance(one, str):
                for character in one:
                    QTest.keyClick(window, character)
            else:
                QTest.keyClick(window, one)

    return type_into
