"""The bottom line: how fresh everything is, what waits, the printers, and help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui import actions
from ui.widgets import ElidedLabel, Label, SmallButton

if TYPE_CHECKING:
    from desktop.standing import Part

MOST = 6
# Room that the help button and each dot between two parts take.
HELP_PX, DOT_PX = 110, 24


class StatusLine(QWidget):
    """Parts in their tones with a dot between; `help_wanted` when help is pressed."""

    help_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[Part, ...] = ()
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
        self._parts = tuple(parts)
        shown = self._fitting(parts)
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.show_parts(self._parts)

    def _fitting(self, parts: Sequence[Part]) -> list[Part]:
        """Where all do not fit, the calm ones at the end (printers that are ready) are left out."""
        shown, room = list(parts[:MOST]), self.width() - HELP_PX
        metrics = self.fontMetrics()
        while (
            len(shown) > 2 and sum(metrics.horizontalAdvance(p.text) + DOT_PX for p in shown) > room
        ):
            calm = [n for n, part in enumerate(shown) if n > 1 and part.tone == "calm"]
            shown.pop(calm[-1] if calm else -1)
        return shown

    def text(self) -> str:
        return " · ".join(word.text() for word in self._words if not word.isHidden())
