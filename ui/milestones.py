"""How far a start has come, in the log: `--verbose` shows it, and the benchmarks of the start read it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

log = logging.getLogger(__name__)

# How long a first list has the processor for itself once its rows are known.
PAINT_MS = 50
PAINTED = "the window is painted"
LISTED = "the list is painted"


class Milestone(QObject):
    """Logs `words` once, when `widget` has been painted while `ready()` held, and emits `reached()`."""

    reached = Signal()

    def __init__(
        self, widget: QWidget, words: str, ready: Callable[[], bool] = lambda: True
    ) -> None:
        super().__init__(widget)
        self._words, self._ready = words, ready
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and self._ready():
            watched.removeEventFilter(self)
            # What stands on the widget is painted after it, before the next turn of the loop.
            QTimer.singleShot(0, self._tell)
        return False

    def _tell(self) -> None:
        log.info(self._words)
        self.reached.emit()
        self.deleteLater()
