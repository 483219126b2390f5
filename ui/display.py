"""Whether a window can be shown on this machine."""

from __future__ import annotations

import os
import sys

from desktop.errors import UserError
from desktop.i18n import N_


def has_display() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return bool(shown) or bool(os.environ.get("QT_QPA_PLATFORM"))


def qt_version() -> str:
    """The version of the window's library. Raises UserError when no window can open here."""
    try:
        from PySide6.QtCore import qVersion  # noqa: PLC0415
        from PySide6.QtWidgets import QApplication  # noqa: F401, PLC0415
    except ImportError as error:
        raise UserError(
            N_(
                "No window can open here ({reason}). Install what is named; the commands work without."
            ),
            reason=str(error),
        ) from None
    if not has_display():
        raise UserError(N_("There is no display here, so no window; the commands work without."))
    return qVersion()
