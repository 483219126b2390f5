"""ZPL II for label printers (Zebra, and others that emulate it).

Command reference: ZPL II Programming Guide. Everything a customer can type passes `_data`; bars and QR
codes are drawn by the printer on its own dots. Nothing is placed outside the label: text is measured by
an upper bound of the printer's font 0.
"""

from __future__ import annotations

from desktop.errors import UserError
from desktop.i18n import N_
from printing import code128, qr
from printing.document import Align, Bars, Box, Document, Pages, Placed, Qr, Rule, Text
from printing.profiles import Profile
from printing.text import ASCII, LEADING, drawable, fit

suffix = ".zpl"

# What makers call 203 and 300 dpi.
_DOTS_PER_MM = {203: 8.0, 300: 300 / 25.4}
_FINEST_MM = 0.16
_WIDEST_MM = 0.5
# ^BQ draws its symbol this many dots below ^FO (the default bar height of ^BY).
_QR_DROP_DOTS = 10
_QR_LARGEST = 10

# Set-change codes of ^BC's data ("Code 128 Invocation Characters").
_START = {"B": ">:", "C": ">;"}
_CHANGE = {"B": ">6", "C": ">5"}
_BAR_DATA = str.maketrans({"^": "><", ">": ">0", "~": ">="})

# ^ and ~ begin commands, _ begins a ^FH escape; a backslash means something inside ^FB only, and has
# hung printers outside.
_ESCAPES = str.maketrans({"^": "_5E", "~": "_7E", "_": "_5F", "\\": "/", "\n": " "})
_QR_ESCAPES = str.maketrans({"^": "_5E", "~": "_7E", "_": "_5F", "\\": "_5C"})


class _Widths(dict[str, int]):
    """Thousandths of the size. A bold face that is not condensed: font 0 is, so this is an upper bound."""

    def __missing__(self, char: str) -> int:
        return 1000


def _widths() -> _Widths:
    groups = {
        280: " ',./Iijl|ÌÍÎÏìíîï·¦",
        340: "!:;()[]`-f´¨¯¸¡",
        400: "*{}ºª°¹²³rt",
        480: '"',
        560: "0123456789Jaceksvxyzàáâãäåçèéêëýÿ$#_£¢¥§«»¤¶",
        620: "?¿FLTZbdghnopquñòóôõöøùúûüßµ+<>=~^±×÷¬ðþ",
        740: "ABCDEHKNPRSUVXY&ÀÁÂÃÄÅÇÈÉÊËÑÙÚÛÜÝÐÞ©®",
        790: "GOQwÒÓÔÕÖØ",
        900: "Mm%æ",
    }
    return _Widths({char: width for width, chars in groups.items() for char in chars})


_WIDTHS = _widths()


def _measure(text: str) -> float:
    return sum(map(_WIDTHS.__getitem__, text)) / 1000


_CHARACTERS = ASCII | frozenset(map(chr, range(0xA1, 0x100))) - {"\xad"}


def encode(document: Document, profile: Profile, copies: int = 1) -> bytes:
    """One ^XA…^XZ for each page; the printer makes the copies (^PQ).

    Raises UserError for a roll, which a label printer cannot print.
    """
    if not isinstance(document, Pages):
        raise UserError(N_("A label printer cannot print “{title}”."), title=document.title)
    dots = _DOTS_PER_MM.get(profile.dpi, profile.dpi / 25.4)
    return "".join(_page(document, page, dots, copies) for page in document.pages).encode()


def _page(document: Pages, page: tuple[Placed, ...], dots: float, copies: int) -> str:
    width, length = int(document.width * dots), int(document.height * dots)
    fields = "".join(_field(place, dots) for place in page)
    # ^CI28: UTF-8. ^LH: an origin left behind by another program would move the label.
    return f"^XA^CI28^PW{width}^LL{length}^LH0,0\n{fields}^PQ{copies}\n^XZ\n"


def _field(place: Placed, dots: float) -> str:
    block = place.block
    if isinstance(block, Text):
        return _text(place, block, dots)
    if isinstance(block, Bars):
        return _bars(place, block, dots)
    if isinstance(block, Qr):
        return _qr(place, block, dots)
    x, y, width, height = _rectangle(place, dots)
    strong = max(1, round(block.thickness * dots))
    if isinstance(block, Rule):
        return f"^FO{x},{y}^GB{width},{strong},{strong}^FS\n"
    assert isinstance(block, Box)
    return f"^FO{x},{y}^GB{width},{height},{strong}^FS\n"


def _rectangle(place: Placed, dots: float) -> tuple[int, int, int, int]:
    return (
        int(place.x * dots),
        int(place.y * dots),
        int(place.width * dots),
        int(place.height * dots),
    )


def _text(place: Placed, block: Text, dots: float) -> str:
    words = drawable(block.text, _CHARACTERS)
    inside = 2 * block.size * 0.3 if block.inverse else 0.0
    size, lines = fit(words, block.size, place.width - inside, place.height, _measure)
    x, y, width, height = _rectangle(place, dots)
    commands = ""
    if block.inverse:
        commands = f"^FO{x},{y}^GB{width},{height},{min(width, height)}^FS\n"
    char = int(size * dots)
    top = y
    if block.middle or block.inverse:
        tall = size * (1 + LEADING * (len(lines) - 1))
        top += int((place.height - tall) / 2 * dots)
    x, width = x + int(inside / 2 * dots), width - int(inside * dots)
    for number, line in enumerate(lines):
        if not line:
            continue
        block_command = _ALIGNED[block.align].format(width=width)
        reverse = "^FR" if block.inverse else ""
        line_y = top + int(number * size * LEADING * dots)
        commands += f"^FO{x},{line_y}^A0N,{char},{char}{block_command}{reverse}^FH{_data(line)}\n"
    return commands


_ALIGNED = {Align.LEFT: "", Align.CENTER: "^FB{width},1,0,C", Align.RIGHT: "^FB{width},1,0,R"}


def _data(text: str) -> str:
    """`text`, already without control characters, as field data that cannot hold a command."""
    return f"^FD{text.translate(_ESCAPES)}^FS"


def _bars(place: Placed, block: Bars, dots: float) -> str:
    if not code128.encodable(block.data):
        return ""
    parts = code128.runs(block.data)
    modules = code128.modules(parts)
    x, y, width, height = _rectangle(place, dots)
    module = min(width // (modules + 2 * code128.QUIET_MODULES), max(2, int(_WIDEST_MM * dots)))
    if module < _FINEST_MM * dots:
        return ""
    data = ""
    for code_set, part in parts:
        data += (_CHANGE if data else _START)[code_set] + part.translate(_BAR_DATA)
    left = x + (width - modules * module) // 2
    return f"^FO{left},{y}^BY{module}^BCN,{height},N,N,N,N^FD{data}^FS\n"


def _qr(place: Placed, block: Qr, dots: float) -> str:
    data = qr.content(block.data)
    modules = qr.modules(data)
    x, y, width, height = _rectangle(place, dots)
    side = min(width, height - _QR_DROP_DOTS, int(block.size * dots))
    module = min(side // modules, _QR_LARGEST) if modules else 0
    if module < 2:
        return ""
    left = x + (width - modules * module) // 2
    top = y + (height - _QR_DROP_DOTS - modules * module) // 2
    return f"^FO{left},{top}^BQN,2,{module}^FH{_qr_data(data)}\n"


def _qr_data(data: str) -> str:
    """M: correction level, A: the printer chooses the character mode. `data` keeps its backslashes."""
    return f"^FDMA,{data.translate(_QR_ESCAPES)}^FS"
