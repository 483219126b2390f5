"""The few widgets that every screen is made of. They take translated texts."""

from __future__ import annotations

from typing import TypeVar

from PySide6 import QtGui
from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtGui import (
    QAccessible,
    QFont,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.closed import close

L = TypeVar("L", bound=QBoxLayout)
FLASH_MS = {"ok": 1500, "attention": 3500, "stop": 5000}
_VERB_SIZES = (theme.TITLE, 24, 20, theme.LEAD, 16, theme.TEXT)
_FLASH_ICONS = {"ok": "check", "attention": "attention", "stop": "stop"}


class Label(QLabel):
    """One line of plain text in a role (see theme.qss): small, heading, text, strong, lead, title …

    Never reads mark-up: names come from outside.
    """

    def __init__(
        self, text: str = "", role: str = "text", tone: str = "", parent: QWidget | None = None
    ):
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setProperty("tone", tone)
        self.setText(text)

    def set_tone(self, tone: str) -> None:
        theme.set_property(self, "tone", tone)


class WrappedLabel(Label):
    """Text that breaks into lines and never makes its window wider."""

    def __init__(
        self, text: str = "", role: str = "text", tone: str = "", parent: QWidget | None = None
    ):
        super().__init__(text, role, tone, parent)
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())


class ElidedLabel(Label):
    """One line that ends in … where it does not fit; the whole text is its tool tip."""

    def __init__(
        self, text: str = "", role: str = "text", tone: str = "", parent: QWidget | None = None
    ):
        super().__init__(text, role, tone, parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(40)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def setText(self, text: str) -> None:
        super().setText(text)
        self._tell_all()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell_all()

    def _tell_all(self) -> None:
        self.setToolTip(self.text() if self._is_cut() else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_cut():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width()
        )
        role = self.foregroundRole()
        self.style().drawItemText(
            painter, self.contentsRect(), int(self.alignment()), self.palette(), True, shown, role
        )

    def _is_cut(self) -> bool:
        return self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()


class Chip(Label):
    """A word in a coloured lozenge: the only coloured shape of a list row."""

    def __init__(self, text: str = "", tone: str = "dim", parent: QWidget | None = None):
        super().__init__(text, "", tone, parent)
        self.setProperty("kind", "chip")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str, tone: str) -> None:
        """Changes word and colour; hidden without a word."""
        self.setText(text)
        self.set_tone(tone)
        self.setVisible(bool(text))


class Sign(QWidget):
    """An icon of `resources/icons` in the colour of a token, also after a change of theme."""

    def __init__(self, name: str, token: str, px: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._token = name, token
        self.setFixedSize(px, px)

    def show_sign(self, name: str, token: str) -> None:
        self._name, self._token = name, token
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        drawn = theme.pixmap(self._name, self._token, self.width(), self.devicePixelRatioF())
        QPainter(self).drawPixmap(0, 0, drawn)


class Card(QFrame):
    """A white sheet with a thin line around it; `body` is its layout."""

    def __init__(
        self, kind: str = "card", margin: int = theme.MARGIN, parent: QWidget | None = None
    ):
        super().__init__(parent)
        self.setProperty("kind", kind)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(theme.GAP)


class Rule(QFrame):
    """A thin line across."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setProperty("kind", "line")


class SmallButton(QPushButton):
    """A button of 48 px with its key behind the word: Print  F9."""

    def __init__(self, text: str, key: str = "", kind: str = "", parent: QWidget | None = None):
        super().__init__(f"{text}  {key}" if key else text, parent)
        self.setProperty("kind", kind)
        self.setAccessibleName(text)
        self.setAutoDefault(False)
        if key:
            self.setAccessibleDescription(key)


class BigButton(QPushButton):
    """The one next step: the verb at the left, a hint and the key at the right.

    56 px high, 84 at the counter. Where it is closed the hint says why. The verb is `text()`; one too long
    for the button stands smaller.
    """

    def __init__(self, verb: str = "", hint: str = "", tone: str = "accent", counter: bool = False,
                 parent: QWidget | None = None):  # fmt: skip
        super().__init__(parent)
        self._hint = ""
        self._px = theme.TITLE if counter else theme.LEAD + 2
        self._hint_px = theme.LEAD - 1 if counter else theme.TEXT
        self.setProperty("kind", "big")
        self.setProperty("counter", counter)
        self.setAutoDefault(False)
        self.setFixedHeight(theme.COUNTER_BUTTON if counter else theme.NEXT_BUTTON)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_step(verb, hint, tone)

    def show_step(self, verb: str, hint: str = "", tone: str = "accent", closed: str = "") -> None:
        """`closed` is the sentence why it cannot be pressed now; empty opens it."""
        self.setText(verb)
        self._hint = closed or hint
        self.setAccessibleName(verb)
        close(self, closed, hint)
        theme.set_property(self, "tone", tone)
        self.update()

    @property
    def hint(self) -> str:
        return self._hint

    def sizeHint(self) -> QSize:
        verb, hint = self._metrics()
        wide = verb.horizontalAdvance(self.text()) + hint.horizontalAdvance(self._hint)
        return QSize(wide + 40 + 24, self.height())

    def minimumSizeHint(self) -> QSize:
        verb, _ = self._metrics()
        return QSize(min(verb.horizontalAdvance(self.text()), 240) + 40, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        self._draw_texts(painter, self.rect().adjusted(theme.MARGIN, 0, -theme.MARGIN, 0))

    def _draw_texts(self, painter: QPainter, area: QRect) -> None:
        _verb, hint = self._metrics()
        font = self._verb_font(area.width())
        verb = QFontMetrics(font)
        wide = min(verb.horizontalAdvance(self.text()) + 2, area.width())
        shown = verb.elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        painter.setFont(font)
        painter.setPen(theme.color("accent_ink" if self.isEnabled() else "dim"))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        rest = area.adjusted(wide + 20, 0, 0, 0)
        if rest.width() < 40:
            return
        # Of a closed button the reason is what has to be read.
        painter.setFont(theme.font(self._hint_px))
        painter.setPen(theme.color("accent_ink" if self.isEnabled() else "ink"))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        if hint.horizontalAdvance(self._hint) > rest.width():
            painter.setFont(theme.font(theme.SMALL))
            flags |= Qt.TextFlag.TextWordWrap
        # The key stays beside the last word.
        painter.drawText(rest, int(flags), self._hint.replace(" · ", "\u00a0·\u00a0"))

    def _verb_font(self, room: int) -> QFont:
        sizes = [px for px in _VERB_SIZES if px <= self._px]
        fonts = [theme.font(px, theme.STRONG) for px in sizes]
        fitting = (f for f in fonts if QFontMetrics(f).horizontalAdvance(self.text()) <= room)
        return next(fitting, fonts[-1])

    def _metrics(self) -> tuple[QFontMetrics, QFontMetrics]:
        return (
            theme.metrics(self._px, theme.STRONG),
            theme.metrics(self._hint_px),
        )


class Banner(QFrame):
    """A sentence across the page: what is the matter, then what that means. Hidden without words."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.setProperty("kind", "banner")
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.RichText)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self._words.setSizePolicy(policy)
        body = QVBoxLayout(self)
        body.setContentsMargins(14, 6, 14, 6)
        body.addWidget(self._words)
        self.lead = self.rest = ""
        self.say("")

    def say(self, lead: str, rest: str = "", tone: str = "calm") -> None:
        self.lead, self.rest = lead, rest
        self._words.setText(f"<b>{_plain(lead)}</b> {_plain(rest)}")
        self._words.setProperty("tone", "accent" if tone == "calm" else tone)
        theme.set_property(self, "tone", tone)
        self._words.style().unpolish(self._words)
        self._words.style().polish(self._words)
        self.setAccessibleName(f"{lead} {rest}".strip())
        self.setVisible(bool(lead))


class Flash(QFrame):
    """The result of the last act in a band that lies over `place_of`: icon, sentence, colour.

    It goes by itself, or when it is touched; nothing moves for it.
    """

    def __init__(self, place_of: QWidget) -> None:
        super().__init__(place_of.parentWidget())
        self._place_of = place_of
        self.setProperty("kind", "flash")
        self._sign, self._words = Sign("check", "accent_ink", 28), WrappedLabel(role="lead-strong")
        body = QHBoxLayout(self)
        body.setContentsMargins(16, 8, 16, 8)
        body.setSpacing(12)
        body.addWidget(self._sign)
        body.addWidget(self._words, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, tone: str, text: str) -> None:
        """Shows `text` for as long as its tone (ok, attention, stop) needs to be read."""
        theme.set_property(self, "tone", tone)
        self._sign.show_sign(_FLASH_ICONS[tone], "accent_ink")
        self._words.setText(text)
        self.setAccessibleName(text)
        self.place()
        self.show()
        self.raise_()
        self._announce(tone, text)
        self._timer.start(FLASH_MS[tone])

    def text(self) -> str:
        return self._words.text()

    def place(self) -> None:
        """Over its place, higher where the sentence needs more lines."""
        over = self._place_of.geometry()
        over.setHeight(max(over.height(), self.heightForWidth(over.width())))
        self.setGeometry(over)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.hide()

    def _announce(self, tone: str, text: str) -> None:
        """Readers speak it without moving the focus. Qt before 6.8 has no such event."""
        if not hasattr(QtGui, "QAccessibleAnnouncementEvent"):
            return
        event = QtGui.QAccessibleAnnouncementEvent(self, text)
        if tone != "ok":
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)


def row(*parts: QWidget | int, spacing: int = theme.GAP) -> QHBoxLayout:
    """Widgets side by side; a number is a stretch."""
    return _filled(QHBoxLayout(), parts, spacing)


def column(*parts: QWidget | int, spacing: int = theme.GAP) -> QVBoxLayout:
    """Widgets below each other; a number is a stretch."""
    return _filled(QVBoxLayout(), parts, spacing)


def _filled(layout: L, parts: tuple[QWidget | int, ...], spacing: int) -> L:
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for part in parts:
        if isinstance(part, int):
            layout.addStretch(part)
        else:
            layout.addWidget(part)
    return layout


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
