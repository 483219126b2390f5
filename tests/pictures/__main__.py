"""Pictures of every screen, in the middle of a store's day and on its first morning.

    python -m tests.pictures --out DIR [--language pt_BR] [--theme dark] [--size 1024x768] [SCENE …]

All languages, themes and sizes, and all scenes, where none is named. Each look gets a folder of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from itertools import product
from pathlib import Path

from PySide6.QtCore import qInstallMessageHandler

from desktop.i18n import LANGUAGES
from desktop.store import Store, setup
from desktop.work import Work
from tests.pictures import scenes
from tests.pictures.camera import Camera, screen_of
from tests.pictures.midday import Midday
from ui import app, demo

THEMES, SIZES = ("light", "dark", "contrast"), ("1366x768", "1024x768")
FRESH = "fresh"


def main() -> int:
    asked = _asked()
    qInstallMessageHandler(demo._tell_qt)
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="balcao-")))
        os.environ["QT_QPA_PLATFORM"] = screen_of(1366, 768, folder)
        # A cursor that blinks never stands still.
        app.application().setCursorFlashTime(0)
        day = Midday(closing, folder / "day")
        first = Store(folder / FRESH)
        closing.callback(first.close)
        for look in product(asked.language, asked.theme, asked.size):
            where = Path(asked.out) / "-".join(look)
            _take(day, where, look, [name for name in asked.scenes if name != FRESH])
            if FRESH in asked.scenes:
                _take_fresh(first, where, look)
            print(where, flush=True)
    return 0


def _take(day: Midday, where: Path, look: tuple[str, ...], names: list[str]) -> None:
    """The scenes of the day in one look."""
    camera = _camera(day.store, day.work, where, look, day.printing)
    camera.perform(scenes.script(scenes.Set(camera, day), names))
    camera.window.close()


def _take_fresh(store: Store, where: Path, look: tuple[str, ...]) -> None:
    """The first morning in one look."""
    camera = _camera(store, Work(store), where, look, None)
    camera.perform(scenes.fresh(camera))
    camera.window.close()


def _camera(
    store: Store, work: Work, where: Path, look: tuple[str, ...], printing: object
) -> Camera:
    language, theme, size = look
    store.do(lambda s: setup.save_settings(
        s, replace(setup.store_settings(s), language=language, theme=theme)))  # fmt: skip
    window = app.build(store, work, None, printing)
    window.resize(*map(int, size.split("x")))
    window.show()
    return Camera(window, where)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("--out", required=True)
    for name, choices in (("language", tuple(LANGUAGES)), ("theme", THEMES), ("size", SIZES)):
        parser.add_argument(f"--{name}", choices=choices, action="append")
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=", ".join((*scenes.DAY, FRESH)))
    asked = parser.parse_args()
    asked.language = asked.language or list(LANGUAGES)
    asked.theme, asked.size = asked.theme or THEMES, asked.size or SIZES
    asked.scenes = asked.scenes or [*scenes.DAY, FRESH]
    return asked


if __name__ == "__main__":
    sys.exit(main())
