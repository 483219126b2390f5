"""The orders page: the list at the left, the order at the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from desktop.scan import classify
from desktop.store import orders
from desktop.store.queries import View
from ui import actions
from ui.desk import Desk
from ui.milestones import LISTED, PAINT_MS, Milestone
from ui.order_table import OrderTable

if TYPE_CHECKING:
    from desktop.order import Order
    from ui.pages.order import OrderPanel

LIST_SHARE, ORDER_SHARE = 54, 46
LIST_MIN_PX, ORDER_MIN_PX = 300, 400
GAP_PX = 12


class OrdersPage(QWidget):
    """Up and down go through the list, also from the scan line; Enter or F4 takes the next step.

    `answered()` tells that the list shows what was asked.
    """

    answered = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setProperty("kind", "page")
        self.table, self._side = OrderTable(desk), QWidget()
        self._panel: OrderPanel | None = None
        self.table.setMinimumWidth(LIST_MIN_PX)
        self._side.setMinimumWidth(ORDER_MIN_PX)
        QVBoxLayout(self._side).setContentsMargins(0, 0, 0, 0)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(GAP_PX)
        across.addWidget(self.table, LIST_SHARE)
        across.addWidget(self._side, ORDER_SHARE)
        self.table.answered.connect(self.answered)
        once = Qt.ConnectionType.SingleShotConnection
        self.answered.connect(lambda: QTimer.singleShot(PAINT_MS, self, self._show_order), once)
        self.table.current_changed.connect(self._current_changed)
        self.table.activated.connect(lambda _order_id: self.next())
        Milestone(self.table.view.viewport(), LISTED, lambda: bool(self.table.model.ids))
        self._bind()

    @property
    def title(self) -> str:
        return actions.text("orders")

    @property
    def panel(self) -> OrderPanel:
        """The order, made when it is first needed: at a start the list is painted before it."""
        if self._panel is None:
            from ui.pages.order import OrderPanel  # noqa: PLC0415

            self._panel = OrderPanel(self._desk, self._side)
            layout = self._side.layout()
            assert layout is not None
            layout.addWidget(self._panel)
            self._panel.open_order(self.table.current_id)
        return self._panel

    @property
    def order(self) -> Order | None:
        """The order that is open."""
        sight = self._panel.sight if self._panel is not None else None
        return sight.order if sight is not None else None

    @property
    def work_place(self) -> QWidget:
        """The list: where the clerk is once a step is confirmed."""
        return self.table.view

    def _show_order(self) -> None:
        self.panel.show()

    def _current_changed(self, order_id: int) -> None:
        if self._panel is not None:
            self._panel.open_order(order_id)

    @property
    def view(self) -> str:
        """The view that is shown, by its name."""
        return self.table.question.view.value

    def refresh(self) -> None:
        """Reads list and order again."""
        self.table.refresh()
        if self._panel is not None:
            self._panel.refresh()

    def show_view(self, view: str) -> None:
        """Shows the orders of a stage."""
        if self._panel is not None:
            self._panel.leave_sheet()
        self.table.show_view(View(view))

    def search(self, text: str) -> None:
        """Shows what matches, letter by letter."""
        self.table.search(text)

    def open_order(self, order_id: int) -> None:
        """Shows one order, wherever it stands."""
        self.table.select(order_id)

    def next(self) -> None:
        """The next step of the order that is shown."""
        self.panel.next()

    def back(self) -> bool:
        """One level back: what is being asked, then a search."""
        if self.panel.leave_sheet():
            return True
        if self.table.question.typed:
            self.table.search("")
            return True
        return False

    def scanned(self, text: str) -> bool:
        """What was read or typed: a key or a product for the open order, else the code of an order.

        Typed words that are no code go to the first order that the search found.
        """
        if self.panel.scanned(text):
            return True
        found = self._by_code(text)
        if found:
            self.table.search("")
            self.table.select(found)
            return True
        return self._enter_search(text)

    def _by_code(self, text: str) -> int:
        """The newest order of a number, remote id, tracking, access key or pickup code; 0 for none."""
        codes = dict.fromkeys((text, classify(text).value))
        with self._desk.store.read() as session:
            found = [
                order_id for code in codes for _kind, order_id in orders.by_code(session, code)
            ]
        return found[0] if found else 0

    def _enter_search(self, text: str) -> bool:
        """Enter on what the search has found already: on to its first order."""
        question = self.table.question
        if question.typed != text.strip() or not question.is_search:
            return False
        if self.table.is_settled and self.table.model.ids:
            self.table.select(self.table.model.ids[0])
            self.table.view.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            # The words in the list say already that nothing matches.
            self._desk.messages.sounds.play("attention")
        return False

    # --- keys --------------------------------------------------------------------------------------

    def _bind(self) -> None:
        actions.bind(self, "hold", self._hold)
        actions.bind(self, "print", self._show_print)
        actions.bind(self, "more", self._show_more)
        self._arrows = [self._arrow("above", -1), self._arrow("below", 1)]
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_changed)

    def _hold(self) -> None:
        self.panel.hold()

    def _show_print(self) -> None:
        self.panel.show_print()

    def _show_more(self) -> None:
        self.panel.show_more()

    def _arrow(self, name: str, rows: int) -> QAction:
        action = actions.bind(self, name, lambda: self.table.step(rows))
        action.setAutoRepeat(True)
        action.setEnabled(False)
        return action

    def _focus_changed(self, _before: Any, now: QWidget | None) -> None:
        """Arrows belong to the list only while the scan line has the focus: fields need their own."""
        from_line = now is not None and now.property("kind") == "scan"
        for action in self._arrows:
            action.setEnabled(from_line)
