"""Pictures of every screen, in the middle of a store's day and on its first morning.

    python -m tests.pictures --out DIR [--language pt_BR] [--theme dark] [--size 1024x768] [SCENE …]
    python -m tests.pictures --docs

All languages, themes and sizes, and all scenes, where none is named. Each look gets a folder of its own.
`--docs` takes those of the documentation instead, and writes the page that names them.
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
from tests.pictures import scenes, states
from tests.pictures.camera import Camera, screen_of
from tests.pictures.first_run import Beginning
from tests.pictures.midday import Midday
from ui import app, demo

THEMES, SIZES = ("light", "dark", "contrast"), ("1366x768", "1024x768")
FRESH, FIRST_RUN = "fresh", "first_run"
ALL = (*scenes.DAY, FRESH, FIRST_RUN)


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
        if asked.docs:
            _document(day, first, folder / "docs")
            return 0
        for look in product(asked.language, asked.theme, asked.size):
            where = Path(asked.out) / "-".join(look)
            _take_all(day, first, folder / "-".join(look), where, look, asked.scenes)
            print(where, flush=True)
    return 0


def _document(day: Midday, first: Store, folder: Path) -> None:
    """The pictures of the documentation and their page."""
    for theme in dict.fromkeys(state.theme for state in states.STATES):
        wanted = [state for state in states.STATES if state.theme == theme]
        look, taken = (states.LANGUAGE, theme, states.SIZE), folder / theme
        _take_all(day, first, folder, taken, look, [state.scene for state in wanted])
        for state in wanted:
            states.shrink(taken / f"{state.taken}.png", states.PICTURES / state.file)
    states.PAGE.write_text(states.page(), encoding="utf-8")
    print(states.PAGE, flush=True)


def _take_all(
    day: Midday, first: Store, folder: Path, where: Path, look: tuple[str, ...], names: list[str]
) -> None:
    """The scenes of these names in one look; `folder` is for stores that they need."""
    _take(day, where, look, [name for name in scenes.DAY if name in names])
    if FRESH in names:
        _take_fresh(first, where, look)
    if FIRST_RUN in names:
        _take_first_run(folder, where, look)


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


def _take_first_run(folder: Path, where: Path, look: tuple[str, ...]) -> None:
    """The assistant in one look."""
    language, theme, size = look
    with ExitStack() as closing:
        beginning = Beginning(closing, folder, (language, theme))
        beginning.window.resize(*map(int, size.split("x")))
        beginning.window.show()
        camera = Camera(beginning.window, where)
        camera.perform(beginning.script(camera))


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
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--out")
    place.add_argument("--docs", action="store_true")
    for name, choices in (("language", tuple(LANGUAGES)), ("theme", THEMES), ("size", SIZES)):
        parser.add_argument(f"--{name}", choices=choices, action="append")
    parser.add_argument("scenes", nargs="*", metavar="SCENE", help=", ".join(ALL))
    asked = parser.parse_args()
    asked.language = asked.language or list(LANGUAGES)
    asked.theme, asked.size = asked.theme or THEMES, asked.size or SIZES
    asked.scenes = asked.scenes or list(ALL)
    return asked


if __name__ == "__main__":
    sys.exit(main())
