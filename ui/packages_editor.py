"""The boxes that packing asks for: the weight and the size of each package."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from desktop.errors import UserError
from desktop.i18n import N_, weight
from desktop.i18n import tr as _
from desktop.order import Order
from ui import theme
from ui.widgets import Label, SmallButton, WrappedLabel, column, row


class PackagesEditor(QWidget):
    """One line for each package: grams, and millimetres where the carrier asks for them."""

    submitted = Signal()
    names = frozenset({"packages"})

    def __init__(self, order: Order) -> None:
        super().__init__()
        self._order, self._asked_about = order, 0
        self._rows: list[list[QLineEdit]] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.GAP)
        self._wrong = WrappedLabel(tone="stop")
        self._wrong.hide()
        self._more = SmallButton(_("One more package"), kind="quiet")
        self._more.clicked.connect(self.add)
        self._less = SmallButton(_("One less"), kind="quiet")
        self._less.clicked.connect(self.remove)
        about = _("By its lines the order weighs about {weight}.", weight=weight(order.weight_g))
        whole = column(spacing=theme.GAP)
        whole.addLayout(self._grid)
        whole.addWidget(self._wrong)
        whole.addLayout(row(self._more, self._less, 1))
        if order.weight_g:
            whole.addWidget(WrappedLabel(about, "small"))
        whole.addWidget(WrappedLabel(_("Leave empty what nobody measures."), "small"))
        self.setLayout(whole)
        for place, head in enumerate((_("Package"), _("Grams"), _("Length × width × height, mm"))):
            self._grid.addWidget(Label(head, "small"), 0, place, 1, 3 if place == 2 else 1)
        for place in range(1, 5):
            self._grid.setColumnStretch(place, 1)
        self.add()

    def add(self) -> None:
        """One more package."""
        n = len(self._rows) + 1
        names = (_("Grams"), _("Length"), _("Width"), _("Height"))
        fields = [self._field(_("Package {n}", n=n) + f": {name}") for name in names]
        self._grid.addWidget(Label(str(n), "strong"), n, 0, Qt.AlignmentFlag.AlignCenter)
        for place, field in enumerate(fields, 1):
            self._grid.addWidget(field, n, place)
        self._rows.append(fields)
        self._less.setVisible(len(self._rows) > 1)
        # Tab goes on as one reads: the boxes, then the buttons below them.
        for before, after in pairwise([*fields, self._more, self._less]):
            self.setTabOrder(before, after)
        # Once it is laid out and shown.
        QTimer.singleShot(0, fields[0], fields[0].setFocus)

    def remove(self) -> None:
        """Takes the last package away."""
        n = len(self._rows)
        for place in range(5):
            item = self._grid.itemAtPosition(n, place)
            if item is not None and (widget := item.widget()) is not None:
                self._grid.removeWidget(widget)
                widget.deleteLater()
        self._rows.pop()
        self._less.setVisible(len(self._rows) > 1)

    def values(self) -> dict[str, str]:
        """`packages` as the step reads it; nothing for one package that nobody measured."""
        texts = [[field.text() for field in fields] for fields in self._rows]
        if len(texts) == 1 and not any(texts[0]):
            return {}
        return {"packages": "; ".join(_package_text(row) for row in texts)}

    def show_error(self, error: UserError) -> None:
        self._wrong.setText(_(error.text, **error.values))
        self._wrong.show()
        place = error.values.get("n", 1)
        row = place - 1 if isinstance(place, int) and 0 < place <= len(self._rows) else 0
        wrong = next((f for f in self._rows[row] if not _is_whole(f.text())), self._rows[row][0])
        wrong.setFocus()
        wrong.selectAll()

    def doubt(self) -> UserError | None:
        """A question, once for each total, where what is typed is far from what the items weigh."""
        typed = [field.text().strip() for field, *_sides in self._rows]
        grams = [int(text or 0) for text in typed if _is_whole(text)]
        total, known = sum(grams), self._order.weight_g
        if not total or not known or len(grams) < len(typed) or total == self._asked_about:
            return None
        # Neither a package nobody weighed nor a line without a weight can be far off.
        too_light = all(grams) and total * 5 < known
        too_heavy = all(line.unit_weight_g for line in self._order.lines) and total > known * 10
        if not too_light and not too_heavy:
            return None
        self._asked_about = total
        return UserError(
            N_(
                "The items weigh about {known}; {typed} is typed. "
                "Press Enter again if that is right."
            ),
            field="packages",
            known=weight(known),
            typed=weight(total),
        )

    def focus_first(self) -> None:
        self._rows[0][0].setFocus()

    def _field(self, name: str) -> QLineEdit:
        field = QLineEdit()
        # Nothing that is typed is swallowed: without its mark, 2,5 would be 25. The step refuses it.
        field.setMaxLength(12)
        field.setAccessibleName(name)
        field.setMinimumWidth(48)
        field.returnPressed.connect(self.submitted)
        field.textEdited.connect(self._wrong.hide)
        return field


def _is_whole(text: str) -> bool:
    text = text.strip()
    return not text or (text.isascii() and text.isdigit())


def _package_text(texts: Sequence[str]) -> str:
    """One package as the step reads it. In a box a semicolon parts no packages: it is a wrong mark."""
    weight, *sides = (text.replace(";", ",").strip() or "0" for text in texts)
    return f"{weight} {'x'.join(sides)}" if any(side != "0" for side in sides) else weight
