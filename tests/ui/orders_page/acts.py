"""What tests of the orders page do and look at."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtWidgets import QLabel, QLineEdit

from desktop.order import Line
from desktop.store import orders
from ui.line_list import LineRow


def now_is(desk, order_id):
    with desk.store.read() as session:
        return orders.get(session, order_id)


def texts(widget):
    """What can be read in it."""
    shown = [*widget.findChildren(QLabel), *widget.findChildren(LineRow)]
    return " ".join(one.text() for one in shown if not one.isHidden())


def field(panel, name):
    return next(
        f
        for f in panel.sheet.findChildren(QLineEdit)
        if f.accessibleName() == name and f.isVisible()
    )


def line(number, sku, quantity):
    return Line(number, sku, f"Café {sku}", Decimal(quantity), 100, 100 * quantity)
