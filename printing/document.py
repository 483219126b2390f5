"""What stands on a paper: blocks in millimetres, no dots, no fonts, no printer's words.

A document is `Pages` (cut paper: each block has a place) or a `Roll` (blocks one below the other, as long
as they need). Languages turn one into bytes and a preview could draw it; neither is known here.
Frozen and comparable: `digest` names what would be printed.

Text may hold anything a customer can type. "\\n" begins a new line, every other control character becomes
a space, and what a device cannot draw is written in the nearest letters.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Align(StrEnum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Text:
    """Words, `size` millimetres high from line to line without the gap.

    In a place they shrink a little, then wrap, then shrink to 60 % and at last are cut with an ellipsis;
    they never leave it. On a roll they wrap. `inverse` is white on black over the whole place or line,
    `middle` centres between top and bottom.
    """

    text: str
    size: float = 3.0
    bold: bool = False
    align: Align = Align.LEFT
    middle: bool = False
    inverse: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A line of a roll with words at the left, which wrap, and a value at the right, which does not."""

    left: str
    right: str
    size: float = 3.0
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Blank:
    """A line of a roll to be filled in by hand."""

    label: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Code 128 without the readable line, centred with its quiet zones inside the place.

    `data` is printable ASCII. Left out where it cannot be scanned: other characters, or bars that would
    be narrower than the device's finest readable ones. `height` counts on a roll.
    """

    data: str
    height: float = 12.0


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code with correction level M, the largest that fits the place and `size` millimetres."""

    data: str
    size: float = 25.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line `thickness` millimetres strong at the top of its place."""

    thickness: float = 0.25


@dataclass(frozen=True, slots=True)
class Box:
    """A frame around its place."""

    thickness: float = 0.25


@dataclass(frozen=True, slots=True)
class Placed:
    """A block in a rectangle; millimetres from the paper's upper left corner."""

    x: float
    y: float
    width: float
    height: float
    block: Text | Bars | Qr | Rule | Box


@dataclass(frozen=True, slots=True)
class Pages:
    """Cut paper or labels, each `width` by `height` millimetres."""

    title: str
    width: float
    height: float
    pages: tuple[tuple[Placed, ...], ...]


RollBlock = Text | Pair | Blank | Bars | Qr | Rule


@dataclass(frozen=True, slots=True)
class Roll:
    """Endless paper `width` millimetres wide; the printer cuts after each slip."""

    title: str
    width: float
    slips: tuple[tuple[RollBlock, ...], ...]


Document = Pages | Roll


def digest(document: Document) -> str:
    """The same for the same paper, on every machine: 32 hexadecimal digits."""
    return hashlib.sha256(repr(document).encode("utf-8", "backslashreplace")).hexdigest()[:32]
