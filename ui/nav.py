"""The rows of the sidebar: a dot, a word, what is late, a count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.i18n import tr_n
from ui import theme

WORD_AT, END, LOWEST = 32, 10, 40


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the sidebar: `name` is a view or a page, `label` translated, `token` its dot's colour."""

    name: str
    label: str
    token: str
    count: int = 0
    late: int = 0
    counted: bool = True


class NavList(QWidget):
    """Rows below each other, kept by name: a count that changes moves nothing.

    `chosen(name)` hands out the entry's `name` as it was given.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, NavButton] = {}
        self._marked = ""
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        for name in set(self._buttons) - {entry.name for entry in entries}:
            button = self._buttons.pop(name)
            button.hide()
            button.deleteLater()
        for n, entry in enumerate(entries):
            if entry.name not in self._buttons:
                self._add(n, entry)
            self._buttons[entry.name].show_entry(entry)

    def _add(self, n: int, entry: Entry) -> None:
        button = NavButton(entry)
        button.setChecked(entry.name == self._marked)
        button.clicked.connect(lambda: self.chosen.emit(button.entry.name))
        self._buttons[entry.name] = button
        self._body.insertWidget(n, button)

    def wanted_width(self) -> int:
        """Where the longest word fits beside a count of three figures."""
        metrics = theme.metrics(theme.TEXT, theme.STRONG)
        words = [button.entry.label for button in self._buttons.values()]
        widest = max((metrics.horizontalAdvance(word) for word in words), default=0)
        return WORD_AT + widest + 10 + metrics.horizontalAdvance("000") + END

    def mark(self, name: str) -> None:
        """Marks one entry, also when it comes later; no other stays marked."""
        self._marked = name
        for known, button in self._buttons.items():
            button.setChecked(known == name)

    def button(self, name: str) -> NavButton:
        return self._buttons[name]


class NavButton(QAbstractButton):
    """Dot, word, badge of what is late, count; numbers stand below each other."""

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        # On a low screen the rows stand closer together before they have to be scrolled.
        self.setMinimumHeight(LOWEST)
        self.setMaximumHeight(theme.ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_entry(entry)

    def show_entry(self, entry: Entry) -> None:
        self.entry = entry
        self.setText(entry.label)
        name = f"{entry.label}: {entry.count}" if entry.counted else entry.label
        if entry.late:
            name += ", " + tr_n("{n} late", "{n} late", entry.late)
        self.setAccessibleName(name)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WORD_AT + 80, theme.ROW)

    def nextCheckState(self) -> None:
        """What is marked follows what is shown, not what is pressed."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter)
        right = self._draw_count(painter, self.width() - END)
        right = self._draw_late(painter, right)
        self._draw_word(painter, right)

    def _draw_ground(self, painter: QPainter) -> None:
        area = self.rect().adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.underMouse():
            painter.setPen(theme.color("accent_edge" if self.isChecked() else "background"))
            painter.setBrush(theme.color("accent_soft" if self.isChecked() else "background"))
            painter.drawRoundedRect(area, 8, 8)
            painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked():
            painter.setBrush(theme.color("accent"))
            painter.drawRoundedRect(QRect(1, 8, 4, self.height() - 16), 2, 2)
        painter.setBrush(theme.color(self.entry.token))
        painter.drawEllipse(QRect(14, self.height() // 2 - 5, 10, 10))
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 8, 8)

    def _draw_count(self, painter: QPainter, right: int) -> int:
        if not self.entry.counted:
            return right
        font = theme.font(theme.TEXT, theme.STRONG)
        wide = QFontMetrics(font).horizontalAdvance(f"{self.entry.count}")
        painter.setFont(font)
        painter.setPen(theme.color("ink" if self.entry.count else "dim"))
        area = QRect(right - wide, 0, wide, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, f"{self.entry.count}")
        return right - wide - 6

    def _draw_late(self, painter: QPainter, right: int) -> int:
        if not self.entry.late:
            return right
        font = theme.font(theme.SMALL - 1, theme.STRONG)
        words = f"{self.entry.late}!"
        wide = QFontMetrics(font).horizontalAdvance(words) + 14
        area = QRect(right - wide, self.height() // 2 - 10, wide, 20)
        painter.setPen(theme.color("stop_edge"))
        painter.setBrush(theme.color("stop_soft"))
        painter.drawRoundedRect(area, 10, 10)
        painter.setFont(font)
        painter.setPen(theme.color("stop"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
        return area.left() - 4

    def _draw_word(self, painter: QPainter, right: int) -> None:
        area = QRect(WORD_AT, 0, right - WORD_AT, self.height())
        font = self._word_font(area.width())
        painter.setFont(font)
        painter.setPen(theme.color("ink"))
        shown = QFontMetrics(font).elidedText(
            self.entry.label, Qt.TextElideMode.ElideRight, area.width()
        )
        self.setToolTip(self.entry.label if shown != self.entry.label else "")
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)

    def _word_font(self, room: int) -> QFont:
        """A word that is too long beside its numbers stands smaller before it is cut."""
        weight = theme.STRONG if self.isChecked() else theme.REGULAR
        large, small = theme.font(theme.TEXT, weight), theme.font(theme.SMALL, weight)
        fits = QFontMetrics(large).horizontalAdvance(self.entry.label) < room
        return large if fits else small
