"""What tests of the list wait for and look at."""

from __future__ import annotations

from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester

Strict = QAbstractItemModelTester.FailureReportingMode.Fatal


def settle(qtbot, table):
    qtbot.waitUntil(lambda: table.is_settled and table._desk.tasks.idle)


def paint(table):
    image = QImage(table.view.viewport().size(), QImage.Format.Format_RGB32)
    table.view.viewport().render(image)
    return image
