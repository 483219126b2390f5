"""Help in place: the page one stands on first, then everything. All of it is read from the tables that the
program itself works by: keys from `actions`, steps from the journey, reasons from what is closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.i18n import N_, tr_error
from desktop.i18n import tr as _
from desktop.journey import STEPS, Journey, Step, may, next_step
from desktop.journey.starts import starts
from desktop.order import Order, Role, Status
from desktop.store import setup
from ui import actions, theme
from ui.closed import shown, why
from ui.desk import Desk
from ui.widgets import BigButton, Card, Label, SmallButton, WrappedLabel, column, row

WIDE, HIGH, AROUND = 820, 680, 48
_FEW = 5
_ABOUT = {
    "orders": N_("The list at the left, the order at the right. The big button is its next step."),
    "pickup": N_("Scan, and read the band: in colour and words it says whether the goods may go."),
    "shipments": N_(
        "What left, what is ready and has not left, what is late. Any number opens its orders."
    ),
    "repair": N_(
        "What the platform refused or left open, and papers that may not have come out: each with its "
        "ways out."
    ),
    "settings": N_("One section at a time. Nothing changes before it is saved."),
}
_HABITS = (
    N_("Scan anything at any time: no field has to be chosen first."),
    N_("Type a letter anywhere to search. Esc goes back one level."),
)


class HelpDialog(QDialog):
    """For the page called `name`; without one, or before the store is open, only what holds everywhere.

    Closed by Esc; holds no state: what it says is as it was when it was opened.
    """

    def __init__(
        self, window: QWidget, name: str = "", page: QWidget | None = None, desk: Desk | None = None
    ) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = getattr(page, "title", "")
        self.setWindowTitle(" · ".join(filter(None, (actions.text("help"), title))))
        self.resize(min(WIDE, window.width() - AROUND), min(HIGH, window.height() - AROUND))
        journey = _journey(desk)
        parts = [_sentences(name), *(_here(page, desk, journey) if page and desk else ())]
        parts += [Label(_("Everywhere").upper(), "heading"), _keys(_("All keys"), actions.ACTIONS)]
        parts.append(_steps(_("All steps of an order"), STEPS, journey))
        self._lay_out(parts)

    def _lay_out(self, parts: Sequence[QWidget]) -> None:
        inside = QWidget()
        inside.setProperty("kind", "page")
        inside.setLayout(column(*parts, 1, spacing=12))
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(self.windowTitle())
        close = SmallButton(_("Close"), "Esc")
        close.clicked.connect(self.close)
        body = QVBoxLayout(self)
        body.setContentsMargins(*[theme.MARGIN] * 4)
        body.setSpacing(12)
        body.addWidget(WrappedLabel(self.windowTitle(), "title"))
        body.addWidget(area, 1)
        body.addLayout(row(1, close))
        # The arrows and Page down read on.
        area.setFocus(Qt.FocusReason.OtherFocusReason)


def _journey(desk: Desk | None) -> Journey:
    if desk is None:
        return Journey()
    with desk.store.read() as session:
        return setup.store_settings(session).journey


def _sentences(name: str) -> QWidget:
    card = Card()
    for text in (*([_ABOUT[name]] if name in _ABOUT else []), *_HABITS):
        card.body.addWidget(WrappedLabel(_(text)))
    return card


# --- the page one stands on -------------------------------------------------------------------------------


def _here(page: QWidget, desk: Desk, journey: Journey) -> Iterable[QWidget]:
    """Its keys, its steps, and what is closed on it beside them."""
    bound = _bound(page)
    if bound:
        yield _keys(_("Keys of this page"), bound, page)
    said: set[str] = set()
    if hasattr(page, "order"):
        steps, order = getattr(page, "steps", tuple(STEPS)), page.order
        if order is not None:
            said = {_reason(order, step, journey, desk.person.role) for step in steps}
            yield _steps_now(order, steps, journey, desk.person.role)
        else:
            yield _steps(_("Steps you can take here"), steps, journey)
    rest = [(_name(button), why(button)) for button in shown(page) if why(button) not in said]
    if rest:
        yield _table(_("Closed on this page, and why"), rest)


def _bound(page: QWidget) -> list[str]:
    """The commands that have their key on this page, in the order of the table."""
    widgets = (page, *page.findChildren(QWidget))
    names = {action.objectName() for widget in widgets for action in widget.actions()}
    names |= {"next"} if hasattr(page, "next") and _big(page) else set()
    return [name for name in actions.ACTIONS if name in names]


def _big(page: QWidget) -> str:
    """The word on the page's big button, where one is to be seen."""
    buttons = (button for button in page.findChildren(BigButton) if button.isVisible())
    return next((button.text() for button in buttons), "")


def _name(button: Any) -> str:
    return str(button.accessibleName() or button.text())


def _steps_now(order: Order, steps: Iterable[Step], journey: Journey, role: Role) -> QWidget:
    """What can be done with `order` now, its next step first; then what cannot, and why."""
    mine = [step for step in steps if _is_of(order, step, journey)]
    first = next_step(order, journey)
    mine.sort(key=lambda s: (may(order, s, journey, role) is not None, s is not first))
    card = Card()
    title = _("Order {number}: {status}", number=order.number, status=_(order.status.label))
    card.body.addWidget(WrappedLabel(title, "lead-strong"))
    grid = _grid(card)
    for step in mine:
        reason = _reason(order, step, journey, role)
        words = (reason, "attention") if reason else (_("Can be done now."), "ok")
        _add_step(grid, step, journey, words)
    return card


def _is_of(order: Order, step: Step, journey: Journey) -> bool:
    rule = STEPS[step]
    return rule.kind in {None, order.kind} and rule.to not in journey.off


def _reason(order: Order, step: Step, journey: Journey, role: Role) -> str:
    refusal = may(order, step, journey, role)
    return tr_error(refusal) if refusal is not None else ""


# --- tables -----------------------------------------------------------------------------------------------


def _keys(head: str, names: Iterable[str], page: QWidget | None = None) -> QWidget:
    """Keys and words; on a page the word of its big button."""
    words = {"next": _big(page)} if page is not None else {}
    rows = [(actions.key(name), words.get(name) or actions.text(name)) for name in names]
    return _table(head, rows)


def _steps(head: str, steps: Iterable[Step], journey: Journey) -> QWidget:
    card = Card()
    card.body.addWidget(Label(head, "lead-strong"))
    grid = _grid(card)
    for step in steps:
        if STEPS[step].to not in journey.off:
            _add_step(grid, step, journey)
    return card


def _table(head: str, rows: Iterable[tuple[str, str]]) -> QWidget:
    card = Card()
    card.body.addWidget(Label(head, "lead-strong"))
    grid = _grid(card)
    for n, (left, right) in enumerate(rows):
        grid.addWidget(Label(left, "strong"), n, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(WrappedLabel(right), n, 1)
    return card


def _grid(card: Card) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(24)
    grid.setVerticalSpacing(theme.GAP)
    grid.setColumnStretch(1, 1)
    card.body.addLayout(grid)
    return grid


def _add_step(
    grid: QGridLayout, step: Step, journey: Journey, now: tuple[str, str] | None = None
) -> None:
    """A step's verb; beside it whether it can be done `now` (words and tone), and what it is."""
    rule, n = STEPS[step], grid.rowCount()
    about = column(WrappedLabel(_way(step, journey)), spacing=0)
    if now is not None:
        about.insertWidget(0, WrappedLabel(now[0], "text", now[1]))
    who = [_(role.label) for role in Role if role in rule.roles]
    asked = ", ".join(_(field.label) for field in rule.fields)
    more = [_("Who: {roles}", roles=", ".join(who))]
    more += [_("Asks for: {fields}", fields=asked)] if asked else []
    about.addWidget(WrappedLabel(" · ".join(more), "small"))
    grid.addWidget(Label(_(rule.label), "strong"), n, 0, Qt.AlignmentFlag.AlignTop)
    grid.addLayout(about, n, 1)


def _way(step: Step, journey: Journey) -> str:
    """From where to where: Accepted → In preparation."""
    to = STEPS[step].to
    way = _span(starts(step, journey))
    return f"{way} → {_(to.label)}" if to is not None else way


def _span(statuses: Sequence[Status]) -> str:
    words = [_(status.label) for status in statuses]
    return f"{words[0]} … {words[-1]}" if len(words) > _FEW else " / ".join(words)
