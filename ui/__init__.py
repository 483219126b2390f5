"""The window: the only room that imports Qt.

Qt's binding puts an import of its own in Python's place, which reads the source of every module imported
from then on: for a switch of its style that nothing here uses, and for a tenth of a start's time. So Qt
comes first, and Python's own import comes back.
"""

import builtins
from contextlib import suppress

_import = builtins.__import__
with suppress(ImportError):  # `display.qt_version` says what is missing
    import PySide6.QtCore  # noqa: F401
builtins.__import__ = _import
