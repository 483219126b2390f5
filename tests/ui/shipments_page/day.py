"""A day of departures, and what the page shows of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from PySide6.QtCore import Qt

from desktop.local_day import today
from desktop.order import Collected, Hold, Kind, Order, Package, Status
from tests.ui.conftest import NOW
from tests.unit.orders import order
from ui.shipments.slots import Slot

S = Status
DAY = today(NOW)
ENTER, ESC = Qt.Key.Key_Return, Qt.Key.Key_Escape


def left(n: int, hour: int, carrier: str = "Correios", packages: int = 1, **changes) -> Order:
    at = DAY.hours[hour] + timedelta(minutes=n % 60)
    boxes = tuple(
        Package(k + 1, 500, carrier=carrier, tracking=f"QB{n:06d}{k}BR", shipped_at=at)
        for k in range(packages)
    )
    known = {"number": str(n), "remote_id": f"r{n}", "invoice": None, "packages": boxes}
    return replace(order(S.SHIPPED), **(known | changes))


def here(n: int, status: Status = S.PACKED, due_min: int | None = None, **changes) -> Order:
    due = None if due_min is None else NOW + timedelta(minutes=due_min)
    known = {"number": str(n), "remote_id": f"r{n}", "invoice": None, "due_at": due}
    return replace(order(status), **(known | changes))


def a_day() -> list[Order]:
    collected = Collected(DAY.hours[10], "João")
    gone = [*(left(100 + n, 9 + n % 3) for n in range(7)), left(120, 13, "Jadlog", packages=3)]
    gone += [left(121, 13, "", packages=1)]
    gone += [here(130, S.PICKED_UP, kind=Kind.PICKUP, collected=collected)]
    return [
        *gone, here(1, due_min=90), here(2, due_min=-70), here(3), here(4, due_min=-5),
        here(5, S.ACCEPTED, due_min=-400), here(6, S.INVOICED), here(7, hold=Hold(NOW, "Ana", "?")),
    ]  # fmt: skip


def settled(page, qtbot) -> None:
    """All that was asked has been read and shown."""
    qtbot.waitUntil(lambda: page._desk.tasks.idle and not page._pace.isActive())


def open_(page, qtbot, slot: Slot) -> list[str]:
    """The titles of the rows behind a number."""
    page.open(slot)
    qtbot.waitUntil(lambda: page.sight.slot == slot)
    settled(page, qtbot)
    return titles(page)


def titles(page) -> list[str]:
    model = page.list.model()
    return [model.index(n, 0).data() for n in range(model.rowCount())]
