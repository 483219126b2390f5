"""What is chosen: a list that drops down, and a box to tick. Their signs are drawn in token colours."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QListView,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from ui import theme

_ARROW, _ARROW_ROOM, _TEXT_AT = 18, 34, 13
_BOX, _GAP, _RING = 22, 10, 3
# The ring of the focus goes around the box.
_LEFT = _RING + 1
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class Choice(QComboBox):
    """A list that drops down. The wheel scrolls the page around it; it changes no field that happens to
    pass under it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The style sheet reaches the rows of a view of one's own only.
        self.setView(QListView(self))

    def showPopup(self) -> None:
        self.view().setAccessibleName(self.accessibleName())
        super().showPopup()

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        ink = "ink" if self.isEnabled() else "dim"
        room = self.rect().adjusted(_TEXT_AT, 0, -_ARROW_ROOM, 0)
        shown = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.setPen(theme.color(ink))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        at = QPoint(self.width() - _ARROW_ROOM + 6, (self.height() - _ARROW) // 2)
        painter.drawPixmap(at, theme.pixmap("down", ink, _ARROW, self.devicePixelRatioF()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class Tick(QCheckBox):
    """A box to tick whose words break into lines."""

    def __init__(self, text: str = "", strong: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._font = QFont(theme.font(theme.TEXT, theme.STRONG if strong else theme.REGULAR))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        words = QFontMetrics(self._font).horizontalAdvance(self.text())
        return QSize(self._words_at() + words + _RING, theme.ROW)

    def minimumSizeHint(self) -> QSize:
        longest = max(self.text().split(), key=len, default="")
        words = QFontMetrics(self._font).horizontalAdvance(longest)
        return QSize(self._words_at() + words + _RING, theme.ROW)

    def heightForWidth(self, width: int) -> int:
        room = QRect(0, 0, width - self._words_at(), 1000)
        words = QFontMetrics(self._font).boundingRect(room, _WRAP, self.text())
        return max(theme.ROW, words.height() + 2 * theme.GAP)

    def hitButton(self, at: QPoint) -> bool:
        return self.rect().contains(at)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRect(_LEFT, (self.height() - _BOX) // 2, _BOX, _BOX)
        self._draw_box(painter, box)
        painter.setFont(self._font)
        painter.setPen(theme.color("ink" if self.isEnabled() else "dim"))
        words = self.rect().adjusted(self._words_at(), 0, 0, 0)
        painter.drawText(words, _WRAP, self.text())
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), _RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-2, -2, 2, 2), 8, 8)

    def _draw_box(self, painter: QPainter, box: QRect) -> None:
        on = self.isChecked()
        edge = "accent" if on or self.underMouse() else "control"
        painter.setPen(QPen(theme.color(edge if self.isEnabled() else "line"), 2))
        painter.setBrush(theme.color("accent" if on else "card"))
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 5, 5)
        if on:
            sign = theme.pixmap("check", "accent_ink", _BOX - 4, self.devicePixelRatioF())
            painter.drawPixmap(box.topLeft() + QPoint(2, 2), sign)

    def _words_at(self) -> int:
        return _LEFT + _BOX + (_GAP if self.text() else _LEFT)
