"""What is closed says why; and the check that says so can fail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.i18n import set_language, tr, tr_error
from printing import documents
from tests.ui.closed import unexplained
from ui.closed import close, entry, shown, why
from ui.widgets import BigButton, SmallButton

UI = Path(__file__).resolve().parents[2] / "ui"
REASON = "The list is empty."


@pytest.fixture
def place(qtbot):
    widget = QWidget()
    QVBoxLayout(widget)
    qtbot.addWidget(widget)
    return widget


def put(place, control):
    place.layout().addWidget(control)
    place.show()
    control.show()
    return control


def test_a_closed_button_says_why_until_it_is_opened(place):
    button = put(place, SmallButton("Export", "F10"))
    close(button, REASON, "F10")
    assert not button.isEnabled()
    assert why(button) == button.toolTip() == button.accessibleDescription() == REASON
    close(button, "", "F10")
    assert button.isEnabled() and why(button) == ""
    assert button.toolTip() == button.accessibleDescription() == "F10"


def test_the_big_button_says_why_by_the_same_means(place):
    button = put(place, BigButton())
    button.show_step("Pack", "F4", closed=REASON)
    assert why(button) == REASON == button.hint
    assert list(unexplained(place)) == []
    button.show_step("Pack", "F4")
    assert why(button) == "" and button.isEnabled()


def test_a_closed_entry_says_why_behind_its_word(place):
    menu = QMenu(place)
    entry(menu, "Cut & paste")
    closed = entry(menu, "Refund", REASON)
    assert [a.text() for a in menu.actions()] == ["Cut && paste", f"Refund  —  {REASON}"]
    assert closed.toolTip() == REASON and menu.toolTipsVisible() and not closed.isEnabled()


REASONS = (
    "No printer is set up for “{title}”. Add one in the settings.",
    "“{title}” is for orders that are picked up; order {number} is delivered.",
    "Order {number} was cancelled: “{title}” is not printed.",
)


@pytest.mark.parametrize("code", ["en", "pt_BR", "es"])
def test_why_a_paper_cannot_be_printed_is_read_whole_at_1024(place, code):
    set_language(code)
    try:
        for title in (documents.load(name).title for name in documents.names()):
            for text in REASONS:
                whole = tr_error(UserError(text, title=title, number="v1234567890123"))
                menu = QMenu(place)
                assert entry(menu, tr(title), whole).text().endswith(whole)
                assert menu.sizeHint().width() <= 1024
    finally:
        set_language("en")


def test_what_is_closed_is_listed_from_top_to_bottom(place):
    first, hidden, last = (put(place, SmallButton(text)) for text in ("a", "b", "c"))
    put(place, SmallButton("open"))
    for button in (first, hidden, last):
        close(button, REASON)
    hidden.hide()
    assert list(shown(place)) == [first, last]


@pytest.mark.parametrize("control", [QPushButton, QLineEdit, QComboBox])
def test_what_is_closed_without_a_word_is_found(place, control):
    put(place, control()).setEnabled(False)
    assert len(list(unexplained(place))) == 1


def test_a_part_that_is_closed_as_a_whole_is_found_once(place):
    part = QWidget()
    QVBoxLayout(part)
    for text in ("a", "b"):
        part.layout().addWidget(SmallButton(text))
    put(place, part).setEnabled(False)
    assert len(list(unexplained(place))) == 1
    close(part, REASON)
    assert list(unexplained(place)) == []


def test_a_reason_that_only_the_mouse_finds_is_not_enough(place):
    button = put(place, SmallButton("Export"))
    close(button, REASON)
    button.setAccessibleDescription("F10")
    assert list(unexplained(place)) == ["the closed SmallButton “Export” does not say why"]


def test_an_entry_that_is_closed_without_a_word_is_found(place):
    menu = QMenu(place)
    menu.addAction("Refund").setEnabled(False)
    menu.popup(place.pos())
    assert list(unexplained(menu)) == ["the closed entry “Refund” does not say why"]
    menu.close()


def test_nothing_is_closed_in_any_other_way():
    """So that no screen, also one that no picture shows, closes a control in silence."""
    way = re.compile(r"\.set(Enabled|Disabled)\(")
    places = {
        path.relative_to(UI).as_posix()
        for path in UI.rglob("*.py")
        if way.search(path.read_text(encoding="utf-8"))
    }
    # Besides, keys are turned on and off that no one sees.
    assert places == {"closed.py", "pages/orders.py", "window.py"}
