"""Reads what a printer would have printed: ZPL as a picture, ESC/POS as lines, and the bars on any picture.

The ZPL reader knows only the commands that Balcão sends and fails on any other, so that a text which
became a command cannot hide. It draws bars and QR codes with encoders that are not Balcão's and decodes
with zxing-cpp.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import reportlab
import segno
from PIL import Image, ImageDraw, ImageFont
from reportlab.graphics.barcode.code128 import Code128
from reportlab.pdfbase.pdfmetrics import stringWidth

# Font 0 is a condensed bold face; a bold face that is not condensed is wider in every letter.
_WIDER_FACE = "Helvetica-Bold"


@dataclass
class Label:
    """One ^XA…^XZ: its texts as drawn and everything's rectangle (left, top, right, bottom) in dots."""

    width: int = 0
    length: int = 0
    copies: int = 0
    texts: list[str] = field(default_factory=list)
    bars: list[str] = field(default_factory=list)
    qrs: list[str] = field(default_factory=list)
    rectangles: list[tuple[float, float, float, float]] = field(default_factory=list)
    picture: Image.Image | None = None

    @property
    def words(self) -> str:
        return "\n".join(self.texts)


_TOKEN = re.compile(rb"\^([A-Z][A-Z0-9])([^^~]*)|(.)", re.DOTALL)


def read_zpl(payload: bytes, draw: bool = True) -> list[Label]:
    """The labels in `payload`. Fails on `~`, on an unknown command and on bytes between commands."""
    labels: list[Label] = []
    reader: _Reader | None = None
    for match in _TOKEN.finditer(payload):
        stray = match[3]
        if stray is not None:
            assert stray == b"\n", f"a stray byte {stray!r}"
            continue
        name, value = match[1].decode(), match[2].decode("utf-8")
        if name == "XA":
            assert reader is None, "^XA inside a label"
            reader = _Reader(draw)
        else:
            assert reader is not None, f"^{name} outside a label"
            reader.take(name, value)
        if name == "XZ":
            labels.append(reader.label)
            reader = None
    assert reader is None, "a label without ^XZ"
    return labels


class _Reader:
    def __init__(self, draw: bool) -> None:
        self.label = Label()
        self.draw = draw
        self.pen: ImageDraw.ImageDraw | None = None
        self.forget()

    def forget(self) -> None:
        """What a field said ends with it."""
        self.x = self.y = 0
        self.size = self.block = 0
        self.align = "L"
        self.kind = ""
        self.hex = self.reverse = False
        self.module = getattr(self, "module", 2)
        self.height = 0

    def take(self, name: str, value: str) -> None:
        getattr(self, f"do_{name[:2].lower()}")(value.rstrip("\n") if name != "FD" else value)

    def do_ci(self, value: str) -> None:
        assert value == "28"

    def do_lh(self, value: str) -> None:
        assert value == "0,0"

    def do_pw(self, value: str) -> None:
        self.label.width = int(value)

    def do_ll(self, value: str) -> None:
        self.label.length = int(value)
        if self.draw:
            size = (self.label.width, self.label.length)
            self.label.picture = Image.new("L", size, 255)
            self.pen = ImageDraw.Draw(self.label.picture)

    def do_fo(self, value: str) -> None:
        self.forget()
        self.x, self.y = map(int, value.split(","))

    def do_a0(self, value: str) -> None:
        turn, height, width = value.split(",")
        assert (turn, height) == ("N", width)
        self.kind, self.size = "text", int(height)

    def do_fb(self, value: str) -> None:
        width, lines, _gap, self.align = value.split(",")
        assert lines == "1"
        self.block = int(width)

    def do_fr(self, value: str) -> None:
        self.reverse = True

    def do_fh(self, value: str) -> None:
        assert value == ""
        self.hex = True

    def do_gb(self, value: str) -> None:
        width, height, strong = map(int, value.split(","))
        box = (self.x, self.y, self.x + width, self.y + height)
        self.label.rectangles.append(box)
        if self.pen:
            full = 2 * strong >= min(width, height)
            edge = (box[0], box[1], box[2] - 1, box[3] - 1)
            self.pen.rectangle(edge, fill=0 if full else None, outline=0, width=strong)

    def do_by(self, value: str) -> None:
        self.module = int(value)

    def do_bc(self, value: str) -> None:
        turn, height, *rest = value.split(",")
        assert (turn, rest) == ("N", ["N", "N", "N", "N"])
        self.kind, self.height = "bars", int(height)

    def do_bq(self, value: str) -> None:
        turn, model, module = value.split(",")
        assert (turn, model) == ("N", "2")
        self.kind, self.module = "qr", int(module)

    def do_fd(self, value: str) -> None:
        if self.hex:
            value = re.sub("_([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), value)
        {"text": self.text, "bars": self.bars, "qr": self.qr}[self.kind](value)

    def do_fs(self, value: str) -> None:
        assert value == "", f"{value!r} after a field"

    def do_pq(self, value: str) -> None:
        self.label.copies = int(value)

    def do_xz(self, value: str) -> None:
        assert value == ""

    def text(self, value: str) -> None:
        self.label.texts.append(value)
        width = stringWidth(value, _WIDER_FACE, self.size)
        room = self.block - width
        left = self.x + {"L": 0, "C": room / 2, "R": room}[self.align]
        self.label.rectangles.append((left, self.y, left + width, self.y + self.size))
        if self.pen and self.label.picture and width >= 1:
            glyphs = _written(value, self.size, int(width))
            at = (int(left), self.y)
            if self.reverse:
                self.label.picture.paste(255, at, glyphs)
            else:
                self.label.picture.paste(0, at, glyphs)

    def bars(self, value: str) -> None:
        data = _bar_data(value)
        self.label.bars.append(data)
        bars = Code128(data, barWidth=self.module, barHeight=self.height, quiet=False)
        bars.validate(), bars.encode(), bars.decompose(), bars.computeSize()
        x = self.x
        for index, letter in enumerate(bars.decomposed):
            thick = (ord(letter.lower()) - ord("a") + 1) * self.module
            if letter.islower() is False and self.pen:
                self.pen.rectangle((x, self.y, x + thick - 1, self.y + self.height - 1), fill=0)
            x += thick
            assert index < 1000
        quiet = 10 * self.module
        self.label.rectangles.append((self.x - quiet, self.y, x + quiet, self.y + self.height))

    def qr(self, value: str) -> None:
        assert value[:3] == "MA,"
        self.label.qrs.append(value[3:])
        code = segno.make_qr(value[3:], error="m", boost_error=False)
        # ^BQ draws ten dots below ^FO.
        top = self.y + 10
        side = len(code.matrix) * self.module
        self.label.rectangles.append((self.x, top, self.x + side, top + side))
        for down, row in enumerate(code.matrix):
            for across, dark in enumerate(row):
                if dark and self.pen:
                    left, up = self.x + across * self.module, top + down * self.module
                    self.pen.rectangle(
                        (left, up, left + self.module - 1, up + self.module - 1), fill=0
                    )


def _bar_data(value: str) -> str:
    """What ^BC makes of its set changes and escapes."""
    assert value[:2] in {">:", ">;"}, value
    data, code_set = "", value[1]
    for found in re.finditer(r">(.)|([^>])", value[2:]):
        mark, char = found[1], found[2]
        if mark in {"5", "6"}:
            code_set = ";" if mark == "5" else ":"
            continue
        char = {"<": "^", "0": ">", "=": "~"}[mark] if mark else char
        assert code_set == ":" or char.isdigit(), "a letter in set C"
        data += char
    return data


@lru_cache(maxsize=64)
def _face(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(Path(reportlab.__file__).parent / "fonts" / "VeraBd.ttf", size)


def _written(text: str, size: int, width: int) -> Image.Image:
    """The words in a bold face, squeezed to `width`."""
    face = _face(int(size * 0.85))
    natural = max(1, int(face.getlength(text)))
    mask = Image.new("L", (natural, size), 0)
    ImageDraw.Draw(mask).text((0, int(size * 0.78)), text, fill=255, font=face, anchor="ls")
    return mask.resize((max(1, width), size), Image.Resampling.LANCZOS)


def decode(picture: Image.Image) -> list[tuple[str, str]]:
    """(format, text) of every symbol that a scanner finds on the picture, in no order."""
    import zxingcpp

    found = zxingcpp.read_barcodes(picture)
    return sorted((str(code.format).split(".")[-1], code.text) for code in found)


def pdf_pictures(payload: bytes, dpi: int = 200) -> list[Image.Image]:
    import pypdfium2

    document = pypdfium2.PdfDocument(payload)
    try:
        return [page.render(scale=dpi / 72).to_pil().convert("L") for page in document]
    finally:
        document.close()


def pdf_words(payload: bytes) -> list[str]:
    """The text of each page."""
    import pypdfium2

    document = pypdfium2.PdfDocument(payload)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
