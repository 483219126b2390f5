"""Draws the program's icon in the sizes that desktops ask for, from `resources/program/balcao.svg`.

python resources/packaging/make_icons.py
"""

import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parent / "program"
SIZES = (16, 24, 32, 48, 64, 128, 256)
ICO = HERE / "balcao.ico"


def draw(px: int) -> Path:
    image = QImage(px, px, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(PROGRAM / "balcao.svg")).render(painter)
    painter.end()
    path = PROGRAM / f"balcao-{px}.png"
    image.save(str(path))
    return path


app = QGuiApplication([])
drawn = [Image.open(draw(px)) for px in SIZES]
drawn[-1].save(ICO, sizes=[(px, px) for px in SIZES], append_images=drawn[:-1])
