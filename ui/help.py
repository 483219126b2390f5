"""Help: the keys and the steps, from the tables that the program itself reads."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.i18n import tr as _
from desktop.journey import STEPS
from ui import actions, theme
from ui.widgets import Card, Label, SmallButton, WrappedLabel, row


class HelpDialog(QDialog):
    """Closed by Esc; holds no state."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(actions.text("help"))
        self.resize(820, 620)
        inside = QWidget()
        inside.setProperty("kind", "page")
        parts = QVBoxLayout(inside)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(12)
        for part in (_habits(), _keys(), _steps()):
            parts.addWidget(part)
        parts.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        close = SmallButton(_("Close"), "Esc")
        close.clicked.connect(self.close)
        body = QVBoxLayout(self)
        body.setContentsMargins(*[theme.MARGIN] * 4)
        body.setSpacing(12)
        body.addWidget(Label(actions.text("help"), "title"))
        body.addWidget(area, 1)
        body.addLayout(row(1, close))


def _habits() -> QWidget:
    card = Card()
    for sentence in (
        _("Scan anything at any time: no field has to be chosen first."),
        _("Type a letter anywhere to search. Esc goes back one level."),
        _("The big button is always the next step of the order."),
    ):
        card.body.addWidget(WrappedLabel(sentence))
    return card


def _keys() -> QWidget:
    rows = [(action.key, _(action.text)) for action in actions.ACTIONS.values()]
    return _table(_("Keys"), rows)


def _steps() -> QWidget:
    rows = []
    for rule in STEPS.values():
        who = ", ".join(_(role.label) for role in sorted(rule.roles))
        to = f"→ {_(rule.to.label)}" if rule.to is not None else ""
        rows.append((_(rule.label), f"{to}   ({who})".strip()))
    return _table(_("Steps of an order"), rows)


def _table(head: str, rows: list[tuple[str, str]]) -> QWidget:
    card = Card()
    card.body.addWidget(Label(head, "lead-strong"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    for n, (left, right) in enumerate(rows):
        grid.addWidget(Label(left, "strong"), n, 0)
        grid.addWidget(WrappedLabel(right), n, 1)
    card.body.addLayout(grid)
    return card
