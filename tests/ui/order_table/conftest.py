"""The list over a source of rows."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QWidget

from tests.ui.order_table.acts import Strict
from ui.order_table import OrderTable


@pytest.fixture
def table(desk, qtbot):
    window = QWidget()
    made = OrderTable(desk, window)
    QAbstractItemModelTester(made.model, Strict, made.model)
    window.resize(590, 606)
    made.setGeometry(0, 0, 590, 606)
    qtbot.addWidget(window)
    window.show()
    yield made
    window.close()
