"""Every screen that `python -m tests.pictures` shows, on a small screen and in every language: nothing is
cut, everything has a name for those who do not see it and a way for those who have no mouse, and what is
closed says why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from desktop.i18n import LANGUAGES, set_language
from tests.pictures import scenes
from tests.pictures.camera import Camera
from tests.pictures.first_run import Beginning
from tests.pictures.midday import Midday
from tests.pictures.states import STATES
from tests.ui.closed import unexplained
from ui import app, theme
from ui.choices import Tick
from ui.counter_texts import FitLabel
from ui.line_list import LineRow
from ui.nav import NavButton
from ui.path_bar import PathBar
from ui.widgets import BigButton, ElidedLabel

CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QPlainTextEdit, QAbstractItemView, LineRow)
# Messages and windows of their own are sized for their words.
NAMES = [name for name in scenes.DAY if name not in {"messages", "crash"}]


class Auditor(Camera):
    """Looks at each screen instead of keeping a picture; `wrong` says what and where."""

    still_s = 0.03

    def keep(self, name: str) -> None:
        shown = [w for w in self.window.findChildren(QWidget) if w.isVisible()]
        self.seen.add(name)
        for widget in shown:
            for fault in (*cut(widget), *unreachable(widget)):
                self.wrong.add(f"{name}: {fault}")
        for fault in unexplained(*(w for w in QApplication.topLevelWidgets() if w.isVisible())):
            self.wrong.add(f"{name}: {fault}")

    def start(self) -> None:
        self.seen: set[str] = set()
        self.wrong: set[str] = set()


def cut(widget: QWidget) -> Iterator[str]:
    """Words that do not fit into their widget."""
    text = widget.text() if hasattr(widget, "text") else ""
    if isinstance(widget, QLabel) and not isinstance(widget, ElidedLabel) and text:
        if widget.wordWrap():
            fits = widget.height() >= widget.heightForWidth(widget.width())
        else:
            fits = widget.width() >= widget.sizeHint().width()
        if not fits:
            yield f"the label “{text}” is cut"
    elif isinstance(widget, BigButton):
        room = widget.width() - 2 * theme.MARGIN
        if wide(widget._verb_font(room), text) > room:
            yield f"the verb “{text}” is cut"
    elif isinstance(widget, QPushButton) and wide(widget.font(), text) > widget.width() - 8:
        yield f"the button “{text}” is cut"
    elif isinstance(widget, NavButton) and widget.toolTip():
        yield f"the stage “{text}” is cut"
    elif isinstance(widget, FitLabel) and "…" in shown_by(widget):
        yield f"“{text}” is cut"
    elif isinstance(widget, Tick) and widget.height() < widget.heightForWidth(widget.width()):
        yield f"the tick “{text}” is cut"
    elif isinstance(widget, PathBar):
        yield from overlapping(widget)


def overlapping(path: PathBar) -> Iterator[str]:
    boxes = [QRect(c.left, c.lane, c.width, 1) for c in path.captions()]
    for i, box in enumerate(boxes):
        name = path._texts[i][0]
        if any(box.intersects(other) for other in boxes[i + 1 :]):
            yield f"“{name}” lies over another stage"
        if not path.rect().contains(QRect(box.left(), 0, box.width(), 1)):
            yield f"“{name}” leaves the path"
        if wide(theme.font(theme.SMALL), name) > box.width():
            yield f"“{name}” is cut on the path"


def shown_by(label: FitLabel) -> str:
    flags = int(label._side)
    return label._shown(flags | int(Qt.TextFlag.TextWordWrap)) if label._rows > 1 else ""


def wide(font, text: str) -> int:
    return QFontMetrics(font).horizontalAdvance(text)


def unreachable(widget: QWidget) -> Iterator[str]:
    """Controls that the keyboard does not reach or a reader cannot name."""
    if not isinstance(widget, CONTROLS) or not widget.isEnabled():
        return
    if isinstance(widget, LineRow) and not widget._open:
        return
    # The heads of a table that cannot be pressed are read with their cells.
    if isinstance(widget, QHeaderView) and not widget.sectionsClickable():
        return
    # Of buttons that exclude each other Tab reaches the chosen one, and arrows the others.
    grouped = isinstance(widget, QAbstractButton) and widget.group() is not None
    spoken = widget.accessibleName() or (widget.text() if hasattr(widget, "text") else "")
    if not spoken:
        yield f"a {type(widget).__name__} has no name"
    if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not grouped:
        yield f"Tab does not reach “{spoken}”"


@pytest.fixture(scope="module")
def day(tmp_path_factory) -> Iterator[Midday]:
    with ExitStack() as closing:
        yield Midday(closing, tmp_path_factory.mktemp("day"))
    set_language("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_and_everything_is_within_reach(qapp, day, tmp_path, language):
    day.set(language=language, theme="light")
    window = app.build(day.store, day.work, None, day.printing)
    window.resize(1024, 768)
    window.show()
    auditor = Auditor(window, tmp_path)
    auditor.start()
    try:
        auditor.perform(scenes.script(scenes.Set(auditor, day), NAMES))
    finally:
        window.close()
        window.deleteLater()
        qapp.processEvents()
    assert len(auditor.seen) > 50
    documented = {state.taken for state in STATES if state.scene in NAMES}
    assert documented <= auditor.seen
    assert window.width() == 1024
    assert sorted(auditor.wrong) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_run_is_whole_too(qapp, tmp_path, language):
    with ExitStack() as closing:
        closing.callback(set_language, "en")
        beginning = Beginning(closing, tmp_path / "store", (language, "light"))
        beginning.window.resize(1024, 768)
        beginning.window.show()
        auditor = Auditor(beginning.window, tmp_path)
        auditor.start()
        auditor.perform(beginning.script(auditor))
    assert len(auditor.seen) > 12
    assert sorted(auditor.wrong) == []
