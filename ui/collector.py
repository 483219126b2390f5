"""Garbage is collected on the GUI thread alone.

A cycle may hold a widget; collected in another thread, it would end the widget there and the program with
it. So Python's own collection is off, and a timer does its work.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1000


class Collector(QObject):
    """Off goes the automatic collection for as long as this lives; made and closed on the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_on = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        """Collects the generations that are due by Python's own limits."""
        limits = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [n for n, (count, limit) in enumerate(limits) if limit and count > limit]
        if due:
            gc.collect(due[-1])

    def close(self) -> None:
        self._timer.stop()
        if self._was_on:
            gc.enable()
