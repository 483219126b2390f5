"""Orders to print, and readers of what a printer would have printed: ZPL as a picture, ESC/POS as lines, the
bars on any picture.

The ZPL reader knows only the commands that Balcão sends and fails on any other, so that a text which
became a command cannot hide. It draws bars and QR codes with encoders that are not Balcão's and decodes
with zxing-cpp.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import reportlab
import segno
from PIL import Image, ImageDraw, ImageFont
from reportlab.graphics.barcode.code128 import Code128
from reportlab.pdfbase.pdfmetrics import stringWidth

from desktop.order import (
    Address,
    Buyer,
    Invoice,
    Kind,
    Line,
    Order,
    Package,
    Payment,
    PaymentKind,
    Status,
)
from printing import documents
from printing.document import Document
from printing.documents import About

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
        for prepare in (bars.validate, bars.encode, bars.decompose):
            prepare()
        x = self.x
        # Bars are capital letters, gaps small ones; A is one module wide.
        for letter in bars.decomposed:
            thick = (ord(letter.lower()) - ord("a") + 1) * self.module
            if letter.isupper() and self.pen:
                self.pen.rectangle((x, self.y, x + thick - 1, self.y + self.height - 1), fill=0)
            x += thick
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


@dataclass
class Slip:
    """What came between two cuts."""

    lines: list[str] = field(default_factory=list)
    bars: list[str] = field(default_factory=list)
    qrs: list[str] = field(default_factory=list)
    widest: int = 0
    inverse: list[str] = field(default_factory=list)


# Length of each command that Balcão sends, without variable data.
_ESCPOS = {
    b"\x1b@": 2, b"\x1c.": 2, b"\x1bt": 3, b"\x1ba": 3, b"\x1bE": 3, b"\x1bd": 3, b"\x1d!": 3,
    b"\x1dB": 3, b"\x1dh": 3, b"\x1dw": 3, b"\x1dH": 3, b"\x1dV": 3,
}  # fmt: skip


def read_escpos(payload: bytes, code_page: str, slot: int) -> list[Slip]:
    """The slips in `payload`. Fails on any command that Balcão does not send and on a code page other
    than `slot`."""
    slips, slip, text, times, inverse = [], Slip(), b"", 1, False
    at = 0
    while at < len(payload):
        command = payload[at : at + 2]
        if payload[at] >= 0x20:
            text += payload[at : at + 1]
            at += 1
        elif payload[at] == 0x0A:
            words = text.decode(code_page)
            slip.lines.append(words)
            slip.widest = max(slip.widest, len(words) * times)
            if inverse:
                slip.inverse.append(words)
            text, at = b"", at + 1
        elif text:
            raise AssertionError(f"a command {command!r} inside the words {text!r}")
        elif command == b"\x1dk":
            assert payload[at + 2] == 73, "bar codes are Code 128 in their long form"
            length = payload[at + 3]
            slip.bars.append(_escpos_bars(payload[at + 4 : at + 4 + length]))
            at += 4 + length
        elif command == b"\x1d(":
            length = payload[at + 3] + 256 * payload[at + 4]
            body = payload[at + 5 : at + 5 + length]
            if body[:2] == b"1P":
                slip.qrs.append(body[3:].decode())
            at += 5 + length
        else:
            value = payload[at + 2]
            if command == b"\x1bt":
                assert value == slot
            if command == b"\x1d!":
                times = (value >> 4) + 1
                assert value & 15 == value >> 4
            if command == b"\x1dB":
                inverse = bool(value)
            at += _ESCPOS[command]
            if command == b"\x1dV":
                slips.append(slip)
                slip = Slip()
    assert not text, "words without an end of line"
    return slips


def _escpos_bars(data: bytes) -> str:
    """What GS k makes of {B and {C."""
    words, code_set, at = "", "", 0
    while at < len(data):
        if data[at : at + 1] == b"{":
            mark = chr(data[at + 1])
            at += 2
            if mark != "{":
                code_set = mark
                continue
            words += "{"
        elif code_set == "C":
            words += f"{data[at]:02d}"
            at += 1
        else:
            assert code_set == "B"
            words += chr(data[at])
            at += 1
    return words


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


# --- orders to print ------------------------------------------------------------------------------------

AT = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
LONG_NAME = "Maria Aparecida dos Santos Albuquerque Figueiredo de Vasconcelos"
ABOUT = About("Loja Ipê Amarelo", ("Rua das Flores, 100 - Centro, São Paulo - SP, 01310-100",))


def line(number: int = 1, **changes: Any) -> Line:
    values: dict[str, Any] = {
        "sku": f"SKU-{1000 + number}", "name": "Camiseta Básica Algodão Orgânico Manga Longa Azul GG",
        "quantity": Decimal(1), "unit_price": 8990, "total": 8990, "ean": "7891234567895",
    }  # fmt: skip
    return Line(number, **(values | changes))


def order(**changes: Any) -> Order:
    values: dict[str, Any] = {
        "connection": "vtex", "remote_id": "1513370000112-01", "number": "1513370000112-01",
        "kind": Kind.DELIVERY, "status": Status.PACKED, "currency": "BRL", "total": 8990,
        "lines": (line(),), "placed_at": AT, "due_at": AT, "channel": "Mercado Livre",
        "payment": Payment(PaymentKind.ONLINE, "Cartão de crédito", 8990, AT),
        "buyer": Buyer(LONG_NAME, "12345678909"),
        "address": Address(
            LONG_NAME, "Avenida Presidente Juscelino Kubitschek de Oliveira", "12345",
            "Bloco B, Apartamento 1203", "Vila Nova Conceição", "São José dos Campos", "SP",
            "12245670", "BRA", "Próximo à padaria São João",
        ),
        "packages": (
            Package(1, 1250, carrier="Correios", service="SEDEX", tracking="QB473124829BR"),
            Package(2, 830, carrier="Transportadora Expressa São Paulo"),
        ),
        "invoice": Invoice("123456", "1"),
    }  # fmt: skip
    return Order(**(values | changes))


def draw(kind: str, *orders: Order, about: About = ABOUT) -> Document:
    return documents.load(kind).draw(orders or (order(),), about)
