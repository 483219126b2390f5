"""The measure of the start: an empty window with an empty table, which says when it is painted."""

import signal
import sys

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView


class Empty(QMainWindow):
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        QTimer.singleShot(0, lambda: print("painted", file=sys.stderr, flush=True))


signal.signal(signal.SIGINT, signal.SIG_DFL)
app = QApplication(sys.argv)
window = Empty()
window.resize(1366, 768)
window.setCentralWidget(QTableView())
window.show()
app.exec()
