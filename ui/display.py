"""Whether a window can be shown on this machine.

Qt ends the whole process where the display that the environment names does not answer, so it is asked first:
on Linux only, for elsewhere there is one.
"""

from __future__ import annotations

import os
import sys

from desktop.errors import BalcaoError, UserError
from desktop.i18n import N_

_NONE = N_("There is no display here, so no window; the commands work without.")
_SILENT = N_(
    "The display “{name}” does not answer, so no window can open. Start Balcão at the computer's own screen, "
    "or set {variable} to a display that is there; the commands work without."
)
GONE = N_(
    "The display went away while Balcão was open. What was saved is still there; start Balcão again when the "
    "display is back."
)


class NoDisplay(BalcaoError):
    """No window can be shown, or none any more."""


def check() -> None:
    """Raises NoDisplay where a window would not open."""
    if not sys.platform.startswith("linux"):
        return
    platform = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    if platform and not platform.startswith(("xcb", "wayland")):
        return
    found = [
        (variable, name)
        for variable in ("WAYLAND_DISPLAY", "DISPLAY")
        if (name := os.environ.get(variable, ""))
    ]
    if not found:
        raise NoDisplay(_NONE)
    if not any(_ANSWERS[variable](name) for variable, name in found):
        variable, name = found[-1]
        raise NoDisplay(_SILENT, variable=variable, name=name)


def has_display() -> bool:
    try:
        check()
    except NoDisplay:
        return False
    return True


def _x_answers(name: str) -> bool:
    """Asks as Qt will, with the key to the display where it needs one.

    A line that was answered stays: a server whose last guest leaves begins anew, and turns away whoever comes
    just then, which would be Qt.
    """
    import ctypes  # noqa: PLC0415

    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # Qt says which library it misses.
    xcb.xcb_connect.restype = ctypes.c_void_p
    line = ctypes.c_void_p(xcb.xcb_connect(os.fsencode(name), None))
    if xcb.xcb_connection_has_error(line) == 0:
        return True
    xcb.xcb_disconnect(line)
    return False


def _wayland_answers(name: str) -> bool:
    import socket  # noqa: PLC0415

    place = os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), name)
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1)
        try:
            line.connect(place)
        except OSError:
            return False
    return True


_ANSWERS = {"DISPLAY": _x_answers, "WAYLAND_DISPLAY": _wayland_answers}


def qt_version() -> str:
    """The version of the window's library. Raises UserError where a part of it is missing, and NoDisplay."""
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
    check()
    return qVersion()
