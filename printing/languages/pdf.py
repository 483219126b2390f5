"""PDF for page printers and files; reportlab draws it, with its own embedded Vera faces for the accents.

Bars in a PDF are for laser printers and the screen: a label printer must be spoken to in its own
language, because a PDF brought down to 203 dpi no longer scans.
"""

from __future__ import annotations

import importlib
from functools import lru_cache
from io import BytesIO
from typing import Any

from desktop.errors import UserError
from desktop.i18n import N_
from printing import code128, qr
from printing.document import Align, Bars, Box, Document, Pages, Placed, Qr, Rule, Text
from printing.profiles import Profile
from printing.text import ASCII, LEADING, Measure, drawable, fit

suffix = ".pdf"

_POINTS = 72 / 25.4
_FINEST_MM = 0.19
_WIDEST_MM = 0.5
# Where Vera's letters stand on the line, for each millimetre of size.
_BASELINE = 0.8


def encode(document: Document, profile: Profile, copies: int = 1) -> bytes:
    """All pages in one file; the same document gives the same bytes. Raises UserError for a roll."""
    if not isinstance(document, Pages):
        raise UserError(N_("A page printer cannot print “{title}”."), title=document.title)
    out = BytesIO()
    canvas = _reportlab("pdfgen.canvas").Canvas(
        out, (document.width * _POINTS, document.height * _POINTS), invariant=1
    )
    canvas.setTitle(document.title)
    canvas.setProducer("Balcão")
    for page in document.pages * copies:
        # Blocks speak of millimetres from the upper left; PDF's origin is the lower left.
        canvas.translate(0, document.height * _POINTS)
        canvas.scale(_POINTS, _POINTS)
        for place in page:
            _draw(canvas, place)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Any, place: Placed) -> None:
    block = place.block
    if isinstance(block, Text):
        _text(canvas, place, block)
    elif isinstance(block, Bars):
        _bars(canvas, place, block)
    elif isinstance(block, Qr):
        _qr(canvas, place, block)
    elif isinstance(block, Rule):
        canvas.rect(place.x, -place.y - block.thickness, place.width, block.thickness, 0, 1)
    else:
        _box(canvas, place, block)


def _box(canvas: Any, place: Placed, block: Box) -> None:
    half = block.thickness / 2
    canvas.setLineWidth(block.thickness)
    canvas.rect(
        place.x + half,
        -place.y - place.height + half,
        place.width - block.thickness,
        place.height - block.thickness,
    )


def _text(canvas: Any, place: Placed, block: Text) -> None:
    face = _faces()[block.bold]
    words = drawable(block.text, _characters(face))
    inside = block.size * 0.3 if block.inverse else 0.0
    size, lines = fit(
        words, block.size, place.width - 2 * inside, place.height, _measure(face), "…"
    )
    if block.inverse:
        canvas.rect(place.x, -place.y - place.height, place.width, place.height, 0, 1)
        canvas.setFillGray(1)
    top = place.y
    if block.middle or block.inverse:
        top += (place.height - size * (1 + LEADING * (len(lines) - 1))) / 2
    canvas.setFont(face, size)
    left, right = place.x + inside, place.x + place.width - inside
    for number, line in enumerate(lines):
        y = -(top + size * (_BASELINE + LEADING * number))
        if block.align is Align.CENTER:
            canvas.drawCentredString((left + right) / 2, y, line)
        elif block.align is Align.RIGHT:
            canvas.drawRightString(right, y, line)
        else:
            canvas.drawString(left, y, line)
    canvas.setFillGray(0)


def _bars(canvas: Any, place: Placed, block: Bars) -> None:
    if not code128.encodable(block.data):
        return
    modules = code128.modules(code128.runs(block.data))
    module = min(_WIDEST_MM, place.width / (modules + 2 * code128.QUIET_MODULES))
    if module < _FINEST_MM:
        return
    bars = _reportlab("graphics.barcode.code128").Code128(
        block.data, barWidth=module, barHeight=place.height, quiet=False
    )
    bars.drawOn(canvas, place.x + (place.width - bars.width) / 2, -place.y - place.height)


def _qr(canvas: Any, place: Placed, block: Qr) -> None:
    data = qr.content(block.data)
    if not qr.modules(data):
        return
    code = importlib.import_module("segno").make_qr(data, error="m", boost_error=False)
    rows = [bytes(row) for row in code.matrix]
    side = min(place.width, place.height, block.size)
    module = side / len(rows)
    left = place.x + (place.width - side) / 2
    top = place.y + (place.height - side) / 2
    path = canvas.beginPath()
    for down, row in enumerate(rows):
        for start, length in _dark(row):
            path.rect(left + start * module, -(top + (down + 1) * module), length * module, module)
    canvas.drawPath(path, 0, 1)


def _dark(row: bytes) -> list[tuple[int, int]]:
    """Runs of dark modules as (start, length): joined, so that no hair lines show between them."""
    runs, start = [], None
    for index, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = index
        elif not dark and start is not None:
            runs.append((start, index - start))
            start = None
    return runs


@lru_cache(maxsize=1)
def _faces() -> tuple[str, str]:
    """The names of the normal and the bold face, registered once."""
    metrics, fonts = _reportlab("pdfbase.pdfmetrics"), _reportlab("pdfbase.ttfonts")
    metrics.registerFont(fonts.TTFont("Vera", "Vera.ttf"))
    metrics.registerFont(fonts.TTFont("VeraBd", "VeraBd.ttf"))
    return "Vera", "VeraBd"


@lru_cache(maxsize=2)
def _characters(face: str) -> frozenset[str]:
    glyphs = _reportlab("pdfbase.pdfmetrics").getFont(face).face.charToGlyph
    return ASCII | frozenset(char for char in map(chr, glyphs) if char.isprintable())


@lru_cache(maxsize=2)
def _measure(face: str) -> Measure:
    width = _reportlab("pdfbase.pdfmetrics").stringWidth
    return lambda text: float(width(text, face, 1))


def _reportlab(name: str) -> Any:
    """Imported on first use: a terminal that prints labels only never loads it."""
    return importlib.import_module(f"reportlab.{name}")
