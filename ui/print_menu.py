"""The papers of an order, in a menu: print, and print again on purpose."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtWidgets import QMenu, QWidget

from desktop.i18n import tr as _
from desktop.i18n import tr_error
from desktop.order import Order
from ui.closed import entry
from ui.desk import Desk


class PrintMenu(QMenu):
    """Filled when it opens; `order` is whose papers they are. A paper that cannot be printed says why."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self.order: Order | None = None
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        from printing import documents  # noqa: PLC0415

        self.clear()
        found = [self.order] if self.order is not None else []
        for name in documents.names():
            title = _(documents.load(name).title)
            refusal = self._desk.printing.refusal(name, found)
            action = entry(self, title, tr_error(refusal) if refusal is not None else "")
            action.triggered.connect(partial(self.print, name, title))

    def print(self, document: str, title: str, *_checked: object) -> None:
        """Prints a document; one that was printed before is asked about."""
        self._ask(self._desk.printing.print, document, title)

    def _ask(self, way: Any, document: str, title: str) -> None:
        assert self.order is not None
        who, order_id = self._desk.person.name, self.order.id
        self._desk.tasks.run(
            lambda: way([order_id], document, who), partial(self._asked, document, title)
        )

    def _asked(self, document: str, title: str, tickets: list[Any]) -> None:
        if any(ticket.prints for ticket in tickets):
            self._desk.messages.ok(_("“{title}” goes to the printer.", title=title))
            return
        self._desk.messages.attention(_("“{title}” was printed before.", title=title))
        self._offer_again(document, title)

    def _offer_again(self, document: str, title: str) -> None:
        again = QMenu(self.parentWidget())
        action = again.addAction(_("Print “{title}” again, marked as a reprint", title=title))
        action.triggered.connect(lambda: self._ask(self._desk.printing.reprint, document, title))
        again.aboutToHide.connect(again.deleteLater)
        again.popup(self.pos())
