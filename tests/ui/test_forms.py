"""One form from declared fields."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLineEdit, QPlainTextEdit

from desktop.errors import UserError
from desktop.fields import Field, FieldKind, parse_all
from desktop.journey import STEPS, fields_of
from ui.forms import Form

FIELDS = (
    Field("name", "Name", required=True),
    Field("token", "Token", secret=True),
    Field("why", "Why", FieldKind.LONG_TEXT),
    Field("count", "Count", FieldKind.WHOLE),
    Field("sum", "Sum", FieldKind.MONEY),
    Field("on", "Date", FieldKind.DATE),
    Field("stock", "Back to stock", FieldKind.YES_NO, default="yes"),
    Field("how", "How", FieldKind.CHOICE, choices={"a": "Alpha", "b": "Beta"}),
    Field("lines", "Lines", FieldKind.NUMBERS),
    Field("boxes", "Boxes", FieldKind.PACKAGES),
)
TYPED = {
    "name": "José", "token": "s3cret", "why": "two\nlines", "count": 7, "sum": 123456,
    "on": datetime(2026, 3, 14, 12, tzinfo=UTC), "stock": False, "how": "b", "lines": (1, 3),
    "boxes": ((1200, (300, 200, 100)), (800, (0, 0, 0))),
}  # fmt: skip


@pytest.fixture
def make(qtbot):
    def form(fields=FIELDS, values=None, **more):
        made = Form(fields, values, **more)
        qtbot.addWidget(made)
        made.show()
        qtbot.waitExposed(made)
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        return made

    return form


def test_typed_values_come_back_the_same(make):
    assert parse_all(FIELDS, make(values=TYPED).values()) == TYPED


def test_money_follows_the_currencys_decimals(make):
    field = (Field("sum", "Sum", FieldKind.MONEY),)
    assert parse_all(field, make(field, {"sum": 5000}, decimals=0).values(), 0) == {"sum": 5000}
    assert make(field, {"sum": 5000}).values() == {"sum": "50.00"}


def test_an_empty_form_gives_defaults_and_leaves_the_rest_out(make):
    assert make().values() == {"stock": "yes"}


@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_its_form(make, step):
    form = make(fields_of(step))
    for field in fields_of(step):
        editor = form.field_widget(field.name)
        assert editor.accessibleName()
        assert editor.sizeHint().height() >= 44


def test_kinds_have_their_editors(make):
    form = make()
    assert isinstance(form.field_widget("name"), QLineEdit)
    assert isinstance(form.field_widget("why"), QPlainTextEdit)
    assert isinstance(form.field_widget("stock"), QCheckBox)
    assert isinstance(form.field_widget("how"), QComboBox)
    assert form.field_widget("token").echoMode() is QLineEdit.EchoMode.Password


def test_an_optional_choice_may_stay_empty(make):
    assert "how" not in make().values()
    needed = (Field("how", "How", FieldKind.CHOICE, required=True, choices={"a": "Alpha"}),)
    assert make(needed).values() == {"how": "a"}


def test_enter_in_a_line_submits_and_in_a_text_does_not(make, qtbot, keys):
    form = make()
    form.field_widget("name").setFocus()
    with qtbot.waitSignal(form.submitted):
        keys(form, Qt.Key.Key_Return)
    form.field_widget("why").setFocus()
    with qtbot.assertNotEmitted(form.submitted):
        keys(form, "a", Qt.Key.Key_Return, "b")
    assert form.values()["why"] == "a\nb"
    with qtbot.waitSignal(form.submitted):
        QTest.keyClick(form.windowHandle(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_tab_goes_through_in_reading_order(make, keys):
    form = make()
    form.field_widget("name").setFocus()
    seen = []
    for _ in FIELDS:
        seen.append(QApplication.focusWidget())
        keys(form, Qt.Key.Key_Tab)
    assert seen == [form.field_widget(field.name) for field in FIELDS]


def test_an_error_stands_under_its_field_which_gets_the_focus(make):
    form = make(values={"name": "José", "count": "many"})
    form.show_error(UserError("“{value}” is no number.", field="count", value="many"))
    editor = form.field_widget("count")
    assert QApplication.focusWidget() is editor
    assert editor.selectedText() == "many"
    assert editor.property("wrong") == "true"
    words = [
        label.text()
        for label in editor.parentWidget().findChildren(type(form._rows["count"]._wrong))
    ]
    assert "“many” is no number." in words


def test_an_error_goes_when_something_is_typed(make, qtbot, keys):
    form = make()
    form.show_error(UserError("Wrong.", field="name"))
    with qtbot.waitSignal(form.changed):
        keys(form, "a")
    assert form.field_widget("name").property("wrong") == "false"


def test_an_error_of_no_field_here_is_shown_at_the_first(make):
    form = make()
    form.show_error(UserError("Not now.", field="elsewhere"))
    assert QApplication.focusWidget() is form.field_widget("name")


def test_the_first_empty_needed_field_gets_the_focus(make):
    fields = (Field("a", "A"), Field("b", "B", required=True))
    form = make(fields)
    form.focus_first()
    assert QApplication.focusWidget() is form.field_widget("b")
    form.set_values({"b": "x"})
    form.focus_first()
    assert QApplication.focusWidget() is form.field_widget("a")


def test_a_file_may_be_dropped(make, qtbot, tmp_path):
    form = make((Field("xml", "XML file"),))
    file = tmp_path / "nota.xml"
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    rest = (
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    line = form.field_widget("xml")
    QApplication.sendEvent(line, QDragEnterEvent(QPoint(5, 5), *rest))
    with qtbot.waitSignal(form.changed):
        QApplication.sendEvent(line, QDropEvent(QPointF(5, 5), *rest))
    assert form.values() == {"xml": str(file)}
