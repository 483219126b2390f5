"""What a step asks for: one sheet over the order's panel, built from the step's declared fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from desktop.errors import UserError
from desktop.fields import Field
from desktop.i18n import N_, number
from desktop.i18n import tr as _
from desktop.journey import COMMENT_FIELDS, STEPS, Step
from desktop.journey.steps import StepRule
from desktop.order import Label as PackageLabel
from desktop.order import Line, Order
from ui import theme
from ui.forms import Form
from ui.packages_editor import PackagesEditor
from ui.widgets import BigButton, SmallButton, WrappedLabel, column, row

# A step without fields of its own that is worth a word of explanation.
_ASKS_COMMENT = frozenset({Step.PROBLEM})
_OWN_DRIVER = ("driver", "driver_phone")
_CARRIER = ("carrier", "service", "tracking", "tracking_url")


def asks(step: Step) -> bool:
    """Whether a step needs a sheet; the others run at once."""
    rule = STEPS[step]
    return bool(rule.fields) or rule.confirm or step in _ASKS_COMMENT


class Sheet(QWidget):
    """A title, some parts with `values()`, a way back and one verb.

    Signals: `submitted(dict)` with the values of all visible parts; `closed()` when it is left.
    """

    submitted = Signal(object)
    closed = Signal()

    def __init__(
        self, title: str, verb: str, parts: Sequence[Any], tone: str = "accent",
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._verb, self._tone, self._parts = verb, tone, list(parts)
        self.send = BigButton(verb, _("Enter"), tone)
        self.send.clicked.connect(self.submit)
        back = SmallButton(_("Back"), "Esc")
        back.clicked.connect(self.closed)
        back.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        body = QWidget()
        self._body = column(*self._parts, 1, spacing=12)
        self._body.setContentsMargins(0, 0, theme.GAP, 0)
        body.setLayout(self._body)
        whole = column(WrappedLabel(title, "lead-strong"), scrolled(body), spacing=12)
        whole.addLayout(row(back, self.send))
        self.setLayout(whole)
        for part in self._parts:
            if hasattr(part, "submitted"):
                part.submitted.connect(self.submit)

    def values(self) -> dict[str, str]:
        """What was typed, by field name."""
        found: dict[str, str] = {}
        for part in self._visible():
            found |= part.values()
        return found

    def submit(self) -> None:
        if not self.send.isEnabled():
            return
        doubts = (part.doubt() for part in self._visible() if hasattr(part, "doubt"))
        if doubt := next(filter(None, doubts), None):
            self.show_error(doubt)
            return
        self.submitted.emit(self.values())

    def show_saving(self) -> None:
        self.send.show_step(_("Saving…"), closed=_("A moment"))

    def show_error(self, error: UserError) -> None:
        """The sentence at the field it is about, or at the first one."""
        self.send.show_step(self._verb, _("Enter"), self._tone)
        forms = [part for part in self._visible() if hasattr(part, "show_error")]
        named = [part for part in forms if error.field in part.names]
        for part in (named or forms)[:1]:
            part.show_error(error)

    def focus_first(self) -> None:
        for part in self._visible():
            if hasattr(part, "focus_first"):
                # Once the sheet is laid out and shown.
                QTimer.singleShot(0, self, part.focus_first)
                return

    def _visible(self) -> list[Any]:
        return [p for p in self._parts if hasattr(p, "values") and not p.isHidden()]


class StepForm(Sheet):
    """The sheet of a step: its fields, a comment where somebody wants one, and for what cannot be undone
    the end of the order's number, typed."""

    def __init__(
        self, order: Order, step: Step, values: Mapping[str, Any] | None = None,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        rule, values = STEPS[step], dict(values or {})
        self.order, self.step = order, step
        self._confirmation = _ending(order.number)
        title = _("{step} · {number}", step=_(rule.label), number=order.number)
        tone = "stop" if step in {Step.CANCEL, Step.TAKE_BACK} else "accent"
        parts: list[Any] = _parts_of(order, rule, _known(order, step) | values)
        self._again = _confirm_form(self._confirmation)
        parts += [self._again] if rule.confirm else []
        super().__init__(title, _(rule.label), [*parts, _Comment(step)], tone, parent)

    def submit(self) -> None:
        typed = self._again.values().get("again", "").upper()
        if not STEPS[self.step].confirm or typed == self._confirmation:
            super().submit()
            return
        text = N_("Type {code} to confirm: this cannot be undone.")
        self.show_error(UserError(text, field="again", code=self._confirmation))

    def values(self) -> dict[str, str]:
        """What the step takes: the confirmation is not of it."""
        return {name: value for name, value in super().values().items() if name != "again"}


class MissingForm(Sheet):
    """How much of a line is here, and why the rest is not."""

    def __init__(self, line: Line, parent: QWidget | None = None) -> None:
        self.line = line
        have = line.picked if line.picked is not None else Decimal(0)
        fields = (
            Field("quantity", N_("How many are here"), required=True),
            Field("short_reason", N_("Why the rest is missing"), required=True),
        )
        form = _NamedForm(fields, {"quantity": number(have), "short_reason": line.short_reason})
        title = _("{name}: {n} ordered", name=line.name, n=number(line.quantity))
        super().__init__(title, _("Note what is missing"), [form], "attention", parent)

    def quantity(self) -> Decimal:
        """Raises UserError when it is no number."""
        text = self.values().get("quantity", "")
        try:
            return Decimal(text.replace(",", "."))
        except InvalidOperation:
            raise UserError(N_("“{value}” is no quantity."), field="quantity", value=text) from None


class _NamedForm(Form):
    """A form that knows the names of its fields."""

    @property
    def names(self) -> set[str]:
        return {field.name for field in self.fields}


class _Comment(QWidget):
    """Any step may carry a comment; it opens on demand."""

    submitted = Signal()

    def __init__(self, step: Step) -> None:
        super().__init__()
        self._form = _NamedForm(COMMENT_FIELDS)
        self._form.submitted.connect(self.submitted)
        self._open = SmallButton(_("Add a comment…"), kind="quiet")
        self._open.clicked.connect(self._show)
        whole = column()
        whole.addLayout(row(self._open, 1))
        whole.addWidget(self._form)
        self.setLayout(whole)
        self._form.setVisible(step in _ASKS_COMMENT)
        self._open.setVisible(step not in _ASKS_COMMENT)

    def focus_first(self) -> None:
        self._show()

    @property
    def names(self) -> set[str]:
        return set() if self._form.isHidden() else self._form.names

    def values(self) -> dict[str, str]:
        given = {} if self._form.isHidden() else self._form.values()
        return given if given.get("comment") else {}

    def _show(self) -> None:
        self._open.hide()
        self._form.show()
        self._form.focus_first()


class CarrierOrDriver(QWidget):
    """Who takes the packages: a carrier with its tracking code, or the store's own driver."""

    submitted = Signal()

    def __init__(self, fields: Sequence[Field], values: Mapping[str, Any]) -> None:
        super().__init__()
        by_name = {field.name: field for field in fields}
        self._forms = [
            _NamedForm(tuple(by_name[name] for name in names), values)
            for names in (_CARRIER, _OWN_DRIVER)
        ]
        self._ways = [
            SmallButton(_("A carrier"), kind="half"),
            SmallButton(_("Our own driver"), kind="half"),
        ]
        group = QButtonGroup(self)
        for place, way in enumerate(self._ways):
            way.setCheckable(True)
            # Halves of what is there: their wishes must not widen the form.
            way.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            group.addButton(way, place)
        group.idToggled.connect(lambda place, on: self._forms[place].setVisible(on))
        ways = column(spacing=12)
        ways.addLayout(row(*self._ways))
        for form in self._forms:
            form.hide()
            form.submitted.connect(self.submitted)
            ways.addWidget(form)
        self.setLayout(ways)
        self._ways[bool(values.get("driver"))].setChecked(True)

    def choose_driver(self) -> None:
        self._ways[1].setChecked(True)

    @property
    def names(self) -> set[str]:
        return self._shown().names

    def values(self) -> dict[str, str]:
        return self._shown().values()

    def show_error(self, error: UserError) -> None:
        form = self._shown()
        if error.field == "carrier" and form is self._forms[1]:
            error = UserError(N_("Who drives? Name your own driver."), field="driver")
        form.show_error(error)

    def focus_first(self) -> None:
        self._shown().focus_first()

    def _shown(self) -> _NamedForm:
        return self._forms[self._ways[1].isChecked()]


def _parts_of(order: Order, rule: StepRule, values: Mapping[str, Any]) -> list[QWidget]:
    if rule.step is Step.PACK:
        return [PackagesEditor(order)]
    if rule.step is not Step.SHIP:
        # A signature is drawn at the counter, not typed.
        asked = tuple(field for field in rule.fields if field.name != "signature")
        return [_NamedForm(asked, values)] if asked else []
    left = [package for package in order.packages if package.shipped_at is None]
    apart = set(_CARRIER + _OWN_DRIVER)
    if order.packages and all(package.label is not PackageLabel.NONE for package in left):
        apart.add("label_elsewhere")
    if len(left) < 2:
        apart.add("packages")
    rest = tuple(field for field in rule.fields if field.name not in apart)
    return [CarrierOrDriver(rule.fields, values), *([_NamedForm(rest, values)] if rest else [])]


def _known(order: Order, step: Step) -> dict[str, Any]:
    """What the order says already of what the step asks."""
    if step is Step.SHIP and order.packages:
        package = order.packages[0]
        return {name: getattr(package, name) for name in _CARRIER}
    if step is Step.READY:
        return {"shelf": order.shelf}
    if step is Step.HAND_OVER:
        return {"collected_by": order.buyer.name}
    return {}


def _confirm_form(code: str) -> _NamedForm:
    hint = N_("This cannot be undone.")
    label = _("Type {code} to confirm", code=code)
    return _NamedForm((Field("again", label, required=True, hint=hint),))


def _ending(order_number: str) -> str:
    """The last four letters or digits of a number: enough to be sure, short enough to type."""
    return "".join(c for c in order_number if c.isalnum())[-4:].upper()


def scrolled(body: QWidget) -> QScrollArea:
    """`body` in an area that scrolls up and down, on the ground of the card around it."""
    area = QScrollArea()
    area.setWidget(body)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    # The card's ground shines through: a scroll area paints its own otherwise.
    body.setAutoFillBackground(False)
    area.viewport().setAutoFillBackground(False)
    return area
