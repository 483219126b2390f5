"""Garbage is collected on the GUI thread alone.

A cycle may hold a widget; collected in another thread, it would end the widget there and the program with
it. So Python's own collection is off, and a timer does its work: in small pieces, for the window waits
meanwhile. What the start has made (imports above all) stays to the end and is looked through no more.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 100
STARTED_MS = 1500
GROWN = 1.25  # Python's own measure of when a look through everything is worth it


class Collector(QObject):
    """Off goes the automatic collection for as long as this lives; made and closed on the GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_on = gc.isenabled()
        gc.disable()
        self._old = 0
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.collect)
        QTimer.singleShot(STARTED_MS, self, self._started)

    def _started(self) -> None:
        gc.freeze()
        self._timer.start()

    def collect(self) -> None:
        """Collects the generations that are due by Python's own limits."""
        limits = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [n for n, (count, limit) in enumerate(limits) if limit and count > limit]
        if not due:
            return
        if due[-1] < 2 or len(gc.get_objects(2)) <= GROWN * self._old:
            gc.collect(min(due[-1], 1))
        else:
            gc.collect(2)
            self._old = len(gc.get_objects(2))

    def close(self) -> None:
        self._timer.stop()
        if self._was_on:
            gc.enable()
