"""One window on a data folder: a second start asks the first one's window to come forward.

The lock in the folder says who is first. Here the two talk: through a local socket of the user's own, named
after the folder. QtNetwork is imported when it is needed: not before the list stands.
"""

from __future__ import annotations

import ctypes
import hashlib
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalSocket

log = logging.getLogger(__name__)

PATIENCE_MS = 2_000
_ASK_AGAIN_MS = 50
_SHOW, _COMING = b"show\n", b"coming\n"
_LONGEST = 64


def socket_name(folder: Path) -> str:
    """The same for every way to write the folder's path, and another for each user."""
    whose = str(os.getuid()) if sys.platform != "win32" else os.environ.get("USERNAME", "")
    place = os.path.normcase(os.path.realpath(folder))
    return f"balcao-{hashlib.sha256(f'{whose} {place}'.encode()).hexdigest()[:24]}"


def ask(folder: Path, patience_ms: int = PATIENCE_MS) -> bool:
    """Asks whoever has the folder to come forward; whether it does. A first start that is not so far yet is
    asked again; waits so long at most."""
    from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415

    _let_it_come()
    deadline = QDeadlineTimer(patience_ms)
    while not deadline.hasExpired():
        socket = QLocalSocket()
        socket.connectToServer(socket_name(folder))
        if socket.waitForConnected(deadline.remainingTime()):
            return _comes(socket, deadline)
        QThread.msleep(_ASK_AGAIN_MS)
    return False


def _comes(socket: QLocalSocket, deadline: QDeadlineTimer) -> bool:
    socket.write(_SHOW)
    while not socket.canReadLine():
        if not socket.waitForReadyRead(deadline.remainingTime()):
            return False
    return bytes(socket.readLine(_LONGEST).data()) == _COMING


def _let_it_come() -> None:
    """Windows lets only the program in front, which a fresh start is, give its place away."""
    if sys.platform == "win32":
        anybody = -1
        ctypes.windll.user32.AllowSetForegroundWindow(anybody)


class FirstWindow(QObject):
    """Hears other starts on the same folder; only who holds its lock may have one. `wanted()` for each.

    Where no socket can be had, nobody is heard, and a second start says its sentence.
    """

    wanted = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        from PySide6.QtNetwork import QLocalServer  # noqa: PLC0415

        super().__init__(parent)
        name = socket_name(folder)
        # Left by one who was killed: with the lock in hand, the name is ours.
        QLocalServer.removeServer(name)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._meet)
        if not self._server.listen(name):
            log.info("no other start will be heard: %s", self._server.errorString())

    def close(self) -> None:
        self._server.close()

    def _meet(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.setReadBufferSize(_LONGEST)
        socket.disconnected.connect(socket.deleteLater)
        socket.readyRead.connect(lambda: self._hear(socket))

    def _hear(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            return
        if bytes(socket.readLine(_LONGEST).data()) == _SHOW:
            log.info("another start asks for the window")
            self.wanted.emit()
            socket.write(_COMING)
            socket.flush()
        socket.disconnectFromServer()
