"""The bottom line: how fresh everything is, what waits, the printers, and help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import actions
from ui.widgets import ElidedLabel, Label, SmallButton

if TYPE_CHECKING:
    from desktop.standing import Part

MOST = 6


class StatusLine(QWidget):
    """Parts in their tones with a dot between; `help_wanted` when help is pressed."""

    help_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = [ElidedLabel(role="small") for _n in range(MOST)]
        self._dots = [Label("·", "small") for _n in range(MOST - 1)]
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        for word, dot in zip(self._words, [None, *self._dots], strict=True):
            if dot is not None:
                line.addWidget(dot)
                dot.hide()
            line.addWidget(word)
            word.hide()
        line.addStretch(1)
        help_ = SmallButton(actions.text("help"), kind="small")
        help_.setText(f"{actions.key('help')} {actions.text('help')}")
        help_.clicked.connect(self.help_wanted)
        line.addWidget(help_)

    def show_parts(self, parts: Sequence[Part]) -> None:
        shown = list(parts[:MOST])
        for n, word in enumerate(self._words):
            is_there = n < len(shown)
            if is_there and word.text() != shown[n].text:
                word.setText(shown[n].text)
            if is_there:
                word.set_tone("dim" if shown[n].tone == "calm" else shown[n].tone)
            word.setVisible(is_there)
            if n:
                self._dots[n - 1].setVisible(is_there)
        self.setAccessibleName(self.text())

    def text(self) -> str:
        return " · ".join(word.text() for word in self._words if not word.isHidden())
