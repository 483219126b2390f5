"""A field to sign in with finger, pen or mouse."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.i18n import tr as _
from ui import theme

PICTURE = QSize(600, 200)
_PEN_PX = 2.5
# A touch on the pad is no signature; this much line is.
_LEAST_PX = 30.0


class SignaturePad(QWidget):
    """Touch arrives as mouse events, as Qt makes them of it.

    Signals: `changed()` after each stroke and when it was cleared.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strokes: list[list[QPointF]] = []
        self.setMinimumHeight(96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(_("Signature"))

    def sizeHint(self) -> QSize:
        return QSize(320, 160)

    @property
    def is_signed(self) -> bool:
        return sum(_length(stroke) for stroke in self._strokes) >= _LEAST_PX

    @property
    def has_ink(self) -> bool:
        return bool(self._strokes)

    def clear(self) -> None:
        self._strokes.clear()
        self.update()
        self.changed.emit()

    def png(self) -> bytes:
        """The signature in black on white, 600×200 pixels at most; empty when nobody signed."""
        if not self.is_signed:
            return b""
        image = QImage(PICTURE, QImage.Format.Format_Grayscale8)
        image.fill(QColor("white"))
        scale = min(PICTURE.width() / self.width(), PICTURE.height() / self.height())
        painter = QPainter(image)
        painter.scale(scale, scale)
        self._draw_strokes(painter, QColor("black"))
        painter.end()
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]
        return bytes(buffer.data().data())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is signed grows and shrinks with the pad, so that nothing of it is lost."""
        super().resizeEvent(event)
        old, new = event.oldSize(), event.size()
        if not self._strokes or old.isEmpty() or new.isEmpty():
            return
        factor = min(new.width() / old.width(), new.height() / old.height())
        self._strokes = [[point * factor for point in stroke] for stroke in self._strokes]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._strokes.append([event.position()])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._strokes and event.buttons() & Qt.MouseButton.LeftButton:
            self._strokes[-1].append(self._inside(event.position()))
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.changed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(theme.color("background"))
        painter.setPen(QPen(theme.color("control"), 1.5, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        if not self._strokes:
            painter.setPen(theme.color("dim"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, _("Sign here"))
        self._draw_strokes(painter, theme.color("ink"))

    def _draw_strokes(self, painter: QPainter, ink: QColor) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(
            QPen(ink, _PEN_PX, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap,
                 Qt.PenJoinStyle.RoundJoin)
        )  # fmt: skip
        for stroke in self._strokes:
            path = QPainterPath(stroke[0])
            for point in stroke[1:] or stroke:
                path.lineTo(point)
            painter.drawPath(path)

    def _inside(self, at: QPointF) -> QPointF:
        return QPointF(
            min(max(at.x(), 2.0), self.width() - 2.0), min(max(at.y(), 2.0), self.height() - 2.0)
        )


def _length(stroke: list[QPointF]) -> float:
    return sum(abs(b.x() - a.x()) + abs(b.y() - a.y()) for a, b in pairwise(stroke))
