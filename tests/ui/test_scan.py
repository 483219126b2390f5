"""A scanner is told from a typist, wherever the focus is. Keys go to the window, as real ones do."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QDeadlineTimer, QElapsedTimer, QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ui.scan import GAP_MS, ScanListener

KEY = "352603123ABC78000195550010000012341000012346"
ENTER, TAB = Qt.Key.Key_Return, Qt.Key.Key_Tab


class Counter(QWidget):
    """A window with one of everything that can have the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.line, self.taker, self.text = QLineEdit(), QLineEdit(), QPlainTextEdit()
        self.taker.setProperty("takes_scans", True)
        self.button, self.choice = QPushButton("Pack"), QComboBox()
        self.button.setAutoDefault(True)
        self.presses = self.sent = 0
        self.button.clicked.connect(self._pressed)
        self.taker.returnPressed.connect(self._sent)
        body = QVBoxLayout(self)
        for widget in (self.line, self.taker, self.text, self.button, self.choice):
            body.addWidget(widget)

    def _pressed(self) -> None:
        self.presses += 1

    def _sent(self) -> None:
        self.sent += 1


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def counter(qtbot):
    made = Counter()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def listener(qapp, clock):
    made = ScanListener(clock=clock)
    made.codes, made.again, made.letters = [], [], []
    made.scanned.connect(made.codes.append)
    made.repeated.connect(made.again.append)
    made.typed.connect(made.letters.append)
    made.listen()
    yield made
    made.stop()


def pause(ms: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def send(widget: QWidget, what: str, end: Qt.Key | None = ENTER, gap_ms: int = 0) -> None:
    """Keys with `gap_ms` between one and the next."""
    window = widget.window().windowHandle()
    for n, character in enumerate(what):
        if n and gap_ms:
            pause(gap_ms)
        QTest.keyClick(window, character)
    if end is not None:
        if gap_ms:
            pause(gap_ms)
        QTest.keyClick(window, end)


def settle(listener) -> None:
    """Until nothing is held back any more."""
    until = QDeadlineTimer(5000)
    while listener._held:
        assert not until.hasExpired()
        pause(5)


@pytest.mark.parametrize("end", [ENTER, Qt.Key.Key_Enter, TAB])
def test_a_burst_is_a_code(counter, listener, end):
    counter.button.setFocus()
    send(counter, KEY, end)
    assert listener.codes == [KEY]
    assert QApplication.focusWidget() is counter.button


@pytest.mark.parametrize("gap_ms", [0, 10, 25])
def test_a_slow_scanner_has_all_the_time_it_needs(counter, listener, gap_ms):
    counter.button.setFocus()
    took = QElapsedTimer()
    took.start()
    send(counter, KEY, gap_ms=gap_ms)
    assert listener.codes == [KEY]
    assert took.elapsed() >= 43 * gap_ms


def test_upper_case_comes_with_shift_and_stays_one_code(counter, listener):
    counter.button.setFocus()
    window = counter.windowHandle()
    for character in "NFE-ab12":
        if character.isupper():
            QTest.keyPress(window, Qt.Key.Key_Shift)
            QTest.keyClick(window, character, Qt.KeyboardModifier.ShiftModifier)
            QTest.keyRelease(window, Qt.Key.Key_Shift)
        else:
            QTest.keyClick(window, character)
    QTest.keyClick(window, ENTER)
    assert listener.codes == ["NFE-ab12"]


def test_a_burst_does_not_press_the_button_under_the_focus(counter, listener):
    counter.button.setFocus()
    send(counter, "B-07 1234")
    settle(listener)
    assert listener.codes == ["B-07 1234"]
    assert counter.presses == 0 and not counter.button.isDown()


def test_enter_and_space_alone_still_press_a_button(counter, listener, qtbot):
    counter.button.setFocus()
    send(counter, " ", None)
    assert counter.presses == 1 and not counter.button.isDown()
    assert listener.codes == []


def test_a_burst_in_a_field_leaves_its_text_alone(counter, listener):
    for field in (counter.line, counter.text):
        field.setFocus()
        field.setText("Ana") if field is counter.line else field.setPlainText("Ana")
        send(counter, f"{KEY}{len(listener.codes)}")
        settle(listener)
    assert counter.line.text() == "Ana" and counter.text.toPlainText() == "Ana"
    assert listener.codes == [f"{KEY}0", f"{KEY}1"]


def test_a_field_that_takes_scans_gets_the_code_in_place_of_its_text(counter, listener):
    counter.taker.setFocus()
    counter.taker.setText("what was misread")
    send(counter, KEY)
    settle(listener)
    assert counter.taker.text() == KEY
    assert counter.sent == 1
    assert listener.codes == []


def test_slow_typing_arrives_whole_and_is_no_code(counter, listener):
    counter.line.setFocus()
    send(counter, "Maria 12", gap_ms=GAP_MS + 40)
    settle(listener)
    assert counter.line.text() == "Maria 12"
    assert listener.codes == []


def test_fast_typing_without_an_end_arrives_whole(counter, listener):
    counter.line.setFocus()
    send(counter, "Conceicao", None)
    settle(listener)
    assert counter.line.text() == "Conceicao"


def test_a_short_burst_is_typing(counter, listener):
    counter.taker.setFocus()
    send(counter, "123")
    assert counter.taker.text() == "123" and counter.sent == 1
    counter.line.setFocus()
    send(counter, "123")
    assert counter.line.text() == "123"
    assert listener.codes == []


def test_editing_keys_work_between_letters(counter, listener):
    counter.line.setFocus()
    send(counter, "Anna", None)
    QTest.keyClick(counter.windowHandle(), Qt.Key.Key_Backspace)
    send(counter, "e", None)
    settle(listener)
    assert counter.line.text() == "Anne"


def test_a_wider_gap_reads_a_slower_scanner(counter, listener):
    counter.button.setFocus()
    send(counter, "12345678", gap_ms=70)
    settle(listener)
    assert listener.codes == []
    listener.gap_ms = 100
    send(counter, "12345678", gap_ms=70)
    assert listener.codes == ["12345678"]


def test_a_second_end_belongs_to_the_code(counter, listener, clock):
    counter.taker.setFocus()
    counter.taker.setProperty("takes_scans", False)
    send(counter, "12345678")
    clock.now += 0.010
    QTest.keyClick(counter.windowHandle(), ENTER)
    assert counter.sent == 0
    clock.now += 0.200
    QTest.keyClick(counter.windowHandle(), ENTER)
    assert counter.sent == 1
    assert listener.codes == ["12345678"]


def test_the_same_code_within_a_second_is_ignored(counter, listener, clock):
    counter.button.setFocus()
    send(counter, "12345678")
    clock.now += 0.9
    send(counter, "12345678")
    assert (listener.codes, listener.again) == (["12345678"], ["12345678"])
    clock.now += 0.5
    send(counter, "12345678")
    assert listener.codes == ["12345678"], "the second one counts from the last time it was read"
    clock.now += 1.1
    send(counter, "12345678")
    assert listener.codes == ["12345678"] * 2


def test_another_code_at_once_is_taken(counter, listener):
    counter.button.setFocus()
    send(counter, "12345678")
    send(counter, "87654321")
    assert listener.codes == ["12345678", "87654321"]


def test_a_letter_where_nothing_takes_text_is_for_the_search(counter, listener):
    counter.button.setFocus()
    send(counter, "ma", None, gap_ms=GAP_MS + 30)
    settle(listener)
    assert listener.letters == ["m", "a"]
    assert counter.presses == 0


def test_letters_choose_in_a_list_that_has_the_focus(counter, listener):
    counter.choice.addItems(["Alpha", "Beta"])
    counter.choice.setFocus()
    send(counter, "B", None)
    settle(listener)
    assert counter.choice.currentText() == "Beta"
    assert listener.letters == []


def test_an_open_dialog_keeps_its_letters(counter, listener, qtbot):
    dialog = QDialog(counter)
    qtbot.addWidget(dialog)
    line = QLineEdit(dialog)
    dialog.open()
    qtbot.waitExposed(dialog)
    line.setFocus()
    send(dialog, "abc", None)
    settle(listener)
    assert line.text() == "abc" and listener.letters == []


def test_control_keys_are_shortcuts_and_not_codes(counter, listener):
    counter.line.setFocus()
    counter.line.setText("Ana")
    QTest.keyClick(counter.windowHandle(), "a", Qt.KeyboardModifier.ControlModifier)
    assert counter.line.selectedText() == "Ana"


def test_other_windows_keys_do_not_mix(counter, listener, qtbot):
    other = QLineEdit()
    qtbot.addWidget(other)
    other.show()
    qtbot.waitExposed(other)
    counter.line.setFocus()
    QTest.keyClick(counter.windowHandle(), "1")
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    other.setFocus()
    send(other, "2345")
    assert listener.codes == ["2345"]
