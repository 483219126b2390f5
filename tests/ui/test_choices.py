"""What is chosen: lists that drop down and boxes to tick."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ui import theme
from ui.choices import Choice, Tick

LONG = "Conferi o código ou o documento de quem retira este pedido no balcão da loja"


@pytest.fixture
def shown(qtbot):
    def show(widget, wide=300, high=48):
        qtbot.addWidget(widget)
        widget.resize(wide, high)
        widget.show()
        qtbot.waitExposed(widget)
        widget.activateWindow()
        qtbot.waitUntil(widget.isActiveWindow)
        widget.clearFocus()
        return widget

    return show


@pytest.fixture
def choice(shown):
    box = Choice()
    for n in range(3):
        box.addItem(f"Awaiting the payment of number {n}", str(n))
    return shown(box)


def inks(widget, area: QRect) -> set[str]:
    picture = widget.grab(area).toImage()
    return {
        picture.pixelColor(x, y).name().upper()
        for x in range(picture.width())
        for y in range(picture.height())
    }


@pytest.mark.parametrize("look", theme.THEMES)
def test_a_choice_has_an_arrow_in_the_colour_of_its_text(choice, qapp, look):
    theme.apply(qapp, look)
    right = QRect(choice.width() - 30, 8, 24, 32)
    assert theme.THEMES[look].ink.upper() in inks(choice, right)


def test_a_choice_that_is_too_long_ends_in_dots_before_the_arrow(choice, shown):
    shown(choice, 130)
    between = QRect(choice.width() - 34, 8, 6, 32)
    assert inks(choice, between) == {theme.LIGHT.card}


def test_the_wheel_changes_no_choice(choice):
    choice.setFocus()
    at = QPointF(choice.rect().center())
    event = QWheelEvent(
        at, choice.mapToGlobal(at), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(choice, event)
    assert choice.currentIndex() == 0 and not event.isAccepted()


def test_a_choice_opens_with_a_key_in_rows_for_a_finger(choice, qtbot):
    choice.setAccessibleName("Kind of account")
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_F4)
    qtbot.waitUntil(choice.view().isVisible)
    assert choice.view().accessibleName() == "Kind of account"
    assert choice.view().sizeHintForRow(0) >= 36
    QTest.keyClick(choice.view(), Qt.Key.Key_Down)
    QTest.keyClick(choice.view(), Qt.Key.Key_Return)
    assert choice.currentData() == "1"


def test_a_tick_is_ticked_on_its_words_and_by_the_space_bar(shown):
    tick = shown(Tick("Code or document checked"))
    QTest.mouseClick(tick, Qt.MouseButton.LeftButton, pos=QPoint(tick.width() - 60, 24))
    assert tick.isChecked()
    QTest.keyClick(tick, Qt.Key.Key_Space)
    assert not tick.isChecked()


@pytest.mark.parametrize("look", theme.THEMES)
def test_a_tick_shows_what_it_is_in_every_theme(shown, qapp, look):
    theme.apply(qapp, look)
    tick = shown(Tick("Back to stock"))
    box = QRect(4, 13, 22, 22)
    off = tick.grab(box).toImage()
    tick.setChecked(True)
    on = tick.grab(box).toImage()
    assert off.pixelColor(11, 4) == QColor(theme.THEMES[look].card)
    assert on.pixelColor(11, 4) == QColor(theme.THEMES[look].accent)
    # Under the mouse its edge is the accent already.
    edges = (theme.THEMES[look].control, theme.THEMES[look].accent)
    assert off.pixelColor(0, 11).name().upper() in edges


def test_the_focus_of_a_tick_is_a_ring_around_its_box(shown, qtbot):
    tick = shown(Tick("Back to stock"))
    before = tick.grab().toImage()
    tick.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(tick.hasFocus)
    after = tick.grab().toImage()
    assert before.pixelColor(2, 24) != after.pixelColor(2, 24) == QColor(theme.LIGHT.accent)


def test_the_words_of_a_tick_break_instead_of_making_it_wider(shown):
    tick = Tick(LONG, strong=True)
    assert tick.minimumSizeHint().width() < 200
    assert tick.heightForWidth(220) > tick.heightForWidth(900) == theme.ROW
    shown(tick, 220, tick.heightForWidth(220))
    assert tick.width() == 220
