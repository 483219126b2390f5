"""ESC/POS for receipt printers; python-escpos knows the commands, this file knows the paper.

Words are written in the model's own code page and never pass through the library (it switches code pages
by itself, to slots that many printers lack). No byte below a space comes from what a customer typed:
such bytes are commands, and DLE commands act even inside other data.
"""

from __future__ import annotations

import importlib
import os
import pickle
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import platformdirs

from desktop.errors import UserError
from desktop.i18n import N_
from printing import code128, qr
from printing.document import (
    Align,
    Bars,
    Blank,
    Document,
    Pair,
    Qr,
    Roll,
    RollBlock,
    Rule,
    Text,
)
from printing.profiles import Profile
from printing.text import ASCII, drawable, wrap

suffix = ".escpos"

_FONT_A_MM = 3.0
_LARGEST = 4
_QR_LARGEST = 12
_DOTS_PER_MM = 8
_KEPT = "ESCPOS_CAPABILITIES_PICKLE_DIR"
_NO_ASIAN = b"\x1c."
# Begin real-time commands (DLE EOT, ENQ, DC4), obeyed wherever they stand in the stream.
_REAL_TIME = (b"\x10\x04", b"\x10\x05", b"\x10\x14")


def encode(document: Document, profile: Profile, copies: int = 1) -> bytes:
    """The slips, each followed by a cut, `copies` times. Raises UserError for cut paper."""
    if not isinstance(document, Roll):
        raise UserError(N_("A receipt printer cannot print “{title}”."), title=document.title)
    slips = [_slip(slip, profile) for slip in document.slips]
    return b"".join(slips) * copies


def _slip(slip: tuple[RollBlock, ...], profile: Profile) -> bytes:
    blocks = [_block(block, profile) for block in slip]
    return _begin(profile) + b"".join(blocks) + _end(profile.cutter)


def _block(block: RollBlock, profile: Profile) -> bytes:
    if isinstance(block, Text):
        return _text(block, profile)
    if isinstance(block, Pair):
        return _pair(block, profile)
    if isinstance(block, Blank):
        label = _drawable(block.label, profile)[: profile.columns - 4]
        return _style() + _line(f"{label} ".ljust(profile.columns, "_"), profile)
    if isinstance(block, Rule):
        return _style() + _line("-" * profile.columns, profile)
    if isinstance(block, Bars):
        return _bars(block, profile)
    return _qr(block, profile)


def _text(block: Text, profile: Profile) -> bytes:
    times = _times(block.size)
    lines = wrap(_drawable(block.text, profile), profile.columns // times, len)
    if block.inverse:
        lines = [
            f" {line} " if len(line) + 2 <= profile.columns // times else line for line in lines
        ]
    style = _style(block.align.value, block.bold, times, block.inverse)
    return style + b"".join(_line(line, profile) for line in lines)


def _pair(block: Pair, profile: Profile) -> bytes:
    times = _times(block.size)
    columns = profile.columns // times
    # Beside the widest value still stands a letter of the words.
    right = _drawable(block.right, profile)[: columns - 2]
    *first, last = wrap(_drawable(block.left, profile), max(1, columns - len(right) - 1), len)
    lines = [*first, last + right.rjust(columns - len(last))]
    return _style(bold=block.bold, times=times) + b"".join(_line(line, profile) for line in lines)


def _times(size: float) -> int:
    return min(_LARGEST, max(1, round(size / _FONT_A_MM)))


def _line(text: str, profile: Profile) -> bytes:
    return text.encode(profile.code_page, "replace") + b"\n"


def _drawable(text: str, profile: Profile) -> str:
    return drawable(text, _characters(profile.code_page))


@lru_cache(maxsize=16)
def _characters(code_page: str) -> frozenset[str]:
    """ASCII and what the upper half of a code page can draw."""
    upper = bytes(range(0x80, 0x100)).decode(code_page, "ignore")
    return ASCII | frozenset(char for char in upper if char.isprintable())


def _bars(block: Bars, profile: Profile) -> bytes:
    """GS k with its own code set prefixes: {B takes characters, {C one byte for two digits."""
    if not code128.encodable(block.data):
        return b""
    parts = code128.runs(block.data)
    data = _bar_data(parts)
    if any(command in data for command in _REAL_TIME):
        parts = [("B", block.data)]
        data = _bar_data(parts)
    dots = int(profile.width_mm * _DOTS_PER_MM)
    module = min(3, dots // (code128.modules(parts) + 2 * code128.QUIET_MODULES))
    if module < 2 or len(data) > 255:
        return b""
    height = min(255, max(24, round(block.height * _DOTS_PER_MM)))
    # python-escpos would announce every bar code on the standard output.
    command = bytes([*b"\x1dh", height, *b"\x1dw", module, *b"\x1dH\x00\x1dkI", len(data)])
    return _style(Align.CENTER.value) + command + data + b"\n"


def _bar_data(parts: list[tuple[str, str]]) -> bytes:
    data = b""
    for code_set, part in parts:
        if code_set == "B":
            data += b"{B" + part.replace("{", "{{").encode("ascii")
        else:
            data += b"{C" + bytes(int(part[i : i + 2]) for i in range(0, len(part), 2))
    return data


def _qr(block: Qr, profile: Profile) -> bytes:
    data = qr.content(block.data)
    modules = qr.modules(data)
    side = int(min(block.size, profile.width_mm) * _DOTS_PER_MM)
    module = min(_QR_LARGEST, side // modules) if modules else 0
    if module < 2:
        return b""
    printer = _printer()
    printer.qr(data, ec=1, size=module, native=True)
    return bytes(_style(Align.CENTER.value) + printer.output + b"\n")


@lru_cache(maxsize=16)
def _begin(profile: Profile) -> bytes:
    printer = _printer()
    printer.hw("INIT")
    asian = _NO_ASIAN if profile.asian else b""
    return bytes(printer.output + asian + b"\x1bt" + bytes([profile.slot]))


@lru_cache(maxsize=2)
def _end(cutter: bool) -> bytes:
    printer = _printer()
    if cutter:
        printer.cut("PART")
    else:
        printer.print_and_feed(6)
    return bytes(printer.output)


@lru_cache(maxsize=64)
def _style(align: str = "left", bold: bool = False, times: int = 1, inverse: bool = False) -> bytes:
    printer = _printer()
    printer.set(align=align, bold=bold, invert=inverse, custom_size=True, width=times, height=times)
    return bytes(printer.output)


def _printer() -> Any:
    """A python-escpos printer that only collects bytes."""
    return _library().Dummy()


@lru_cache(maxsize=1)
def _library() -> Any:
    """Imported on first use: it reads its printer list then, a third of a second the first time, and keeps
    a faster copy in a folder; a copy that cannot be read or written must not stop the printing."""
    kept = Path(os.environ.get(_KEPT, platformdirs.user_cache_path("balcao") / "escpos"))
    try:
        kept.mkdir(parents=True, exist_ok=True)
        return _imported(str(kept))
    except (OSError, EOFError, pickle.UnpicklingError):
        return _imported(tempfile.mkdtemp(prefix="balcao-"))


def _imported(folder: str) -> Any:
    os.environ[_KEPT] = folder
    return importlib.import_module("escpos.printer")
