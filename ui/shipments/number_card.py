"""A number that is read from two metres: its word, itself, and what belongs to it. Pressed, it opens."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ui import theme

HEIGHT, PAD = 96, 14


class NumberCard(QAbstractButton):
    """`show_number` fills it. Checked while the list beside shows what is behind it."""

    def __init__(self, word: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(word)
        self.setCheckable(True)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.number, self.caption, self._tone = "", "", "ink"
        self.setAccessibleName(word)

    def show_number(self, n: int, spoken: str, caption: str = "", tone: str = "ink") -> None:
        """`spoken` is the number in words; `tone` colours it while there is something to it."""
        self.number, self.caption = f"{n}", caption
        self._tone = tone if n else "dim"
        name = f"{self.text()}: {spoken}"
        self.setAccessibleName(f"{name}, {caption}" if caption else name)
        self.setToolTip(caption)
        self.update()

    def nextCheckState(self) -> None:
        """What is checked follows what is shown, not what is pressed."""

    def sizeHint(self) -> QSize:
        return QSize(150, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter)
        inner = self.rect().adjusted(PAD, 10, -PAD, -10)
        self._draw(painter, inner, self.text(), theme.SMALL, "ink", Qt.AlignmentFlag.AlignTop)
        self._draw(painter, inner, self.caption, theme.SMALL, "dim", Qt.AlignmentFlag.AlignBottom)
        painter.setFont(theme.font(theme.NAME, theme.COUNTER))
        painter.setPen(theme.color(self._tone))
        area = QRect(inner.left(), self.height() // 2 - 24, inner.width(), 46)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.number or "…")

    def _draw_ground(self, painter: QPainter) -> None:
        area = self.rect().adjusted(1, 1, -1, -1)
        lit = self.isChecked() or self.underMouse()
        edge = "accent" if self.isChecked() else "line"
        painter.setPen(QPen(theme.color(edge), 2 if self.isChecked() else 1))
        painter.setBrush(theme.color("accent_soft" if lit else "card"))
        painter.drawRoundedRect(area, theme.RADIUS, theme.RADIUS)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("accent"), 3))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)

    def _draw(
        self, painter: QPainter, area: QRect, text: str, px: int, token: str, side: Qt.AlignmentFlag
    ) -> None:
        font = theme.font(px)
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.setFont(font)
        painter.setPen(theme.color(token))
        painter.drawText(area, side | Qt.AlignmentFlag.AlignLeft, shown)
