"""A camera before a window: it waits until nothing moves and takes what a person sees, menus included."""

from __future__ import annotations

import json
import time
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from ui.demo_hands import Hands, Script
from ui.window import Window


class Camera(Hands):
    """Hands that also take pictures of the whole screen. What has not changed for `still_s` stands still:
    the frame re-reads what was announced after a quarter of a second."""

    still_s = 0.3

    def __init__(self, window: Window, folder: Path) -> None:
        super().__init__(window, folder)
        self.folder = folder

    def take(self, name: str) -> Script:
        """A picture of `name`, once all is read and nothing moves any more."""
        yield from self.rest(name)
        self.keep(name)

    def keep(self, name: str) -> None:
        """What becomes of a picture: a file."""
        self._last.save(str(self.folder / f"{name}.png"))

    def rest(self, name: str) -> Script:
        """Until all is read and nothing moves any more."""
        self._last, self._since = QImage(), 0.0
        yield f"{name} to stand still", self._is_still

    def _is_still(self) -> bool:
        now = self._screen()
        desk = self.window.desk
        if now != self._last or not (desk is None or desk.tasks.idle):
            self._last, self._since = now, time.monotonic()
        return time.monotonic() - self._since >= self.still_s

    def _screen(self) -> QImage:
        """The window, and what lies over it."""
        picture = self.window.grab().toImage()
        painter = QPainter(picture)
        origin = self.window.mapToGlobal(QPoint())
        for other in QApplication.topLevelWidgets():
            if other is not self.window and other.isVisible() and _is_drawn(other):
                painter.drawPixmap(other.mapToGlobal(QPoint()) - origin, other.grab())
        painter.end()
        return picture


def _is_drawn(widget: QWidget) -> bool:
    return widget.width() > 1 and widget.height() > 1


def screen_of(width: int, height: int, folder: Path) -> str:
    """The platform to start Qt with: no display, but a screen of this size, so that menus find room."""
    screen = {"name": "screen", "x": 0, "y": 0, "width": width, "height": height, "dpr": 1}
    file = folder / "screen.json"
    file.write_text(json.dumps({"screens": [screen]}))
    return f"offscreen:configfile={file}"
