"""Words that fit: what a device can draw, and how a text finds room in its place."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

Measure = Callable[[str], float]
"""How wide a text is, in millimetres for each millimetre of its size."""

LEADING = 1.12
"""From one line to the next, for each millimetre of size."""

_GENTLE = 0.85
_SMALLEST = 0.6
_STEPS = (1.0, 0.92, 0.85, 0.78, 0.7, 0.65, _SMALLEST)

_PLAIN = str.maketrans({
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "´": "'",
    "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "…": "...", "•": "*", "·": "-", "×": "x",
    "€": "EUR", "₲": "Gs", "™": "TM", "№": "n.", "ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o",
    "Ø": "O", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",
})  # fmt: skip


def without_controls(text: str) -> str:
    """Composed letters, one space for each control or format character except the line break."""
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text)
    return "".join(
        char if char == "\n" or unicodedata.category(char)[0] != "C" else " " for char in composed
    )


def drawable(text: str, has: Callable[[str], bool]) -> str:
    """`text` in the characters of a device: the nearest letters for what `has` denies, nothing for
    pictures, a question mark for letters of other scripts. Printable ASCII is never asked for."""
    text = without_controls(text)
    if text.isascii():
        return text
    drawn = "".join(c if c.isascii() or has(c) else _nearest(c, has) for c in text)
    return drawn if drawn.strip() or not text.strip() else "?"


def _nearest(char: str, has: Callable[[str], bool]) -> str:
    written = char.translate(_PLAIN)
    if written != char:
        return written
    base = [c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c)]
    if base and all(" " <= c <= "~" or (c != char and has(c)) for c in base):
        return "".join(base)
    return "?" if unicodedata.category(char)[0] in "LN" else ""


def fit(
    text: str, size: float, width: float, height: float, measure: Measure, mark: str = "..."
) -> tuple[float, list[str]]:
    """The size and the lines at which `text` stands inside `width` by `height` millimetres.

    It shrinks a little, then wraps, then shrinks to 60 % of `size`, then is cut with `mark`.
    """
    size = min(size, height / LEADING) if height < size else size
    if "\n" not in text:
        wide = measure(text) * size
        if wide <= width:
            return size, [text]
        if wide * _GENTLE <= width:
            return size * width / wide, [text]
    for step in _STEPS:
        lines = wrap(text, width / (size * step), measure)
        if len(lines) <= _room(height, size * step):
            return size * step, lines
    size *= _SMALLEST
    room = _room(height, size)
    return size, [*lines[: room - 1], cut(" ".join(lines[room - 1 :]), width / size, measure, mark)]


def _room(height: float, size: float) -> int:
    """How many lines stand in `height`: the last one needs no gap below it."""
    return max(1, 1 + int((height - size) / (size * LEADING) + 1e-6))


def wrap(text: str, width: float, measure: Measure) -> list[str]:
    """Lines no wider than `width`, broken between words, and inside a word that is wider alone."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if measure(longer) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            *full, line = _pieces(word, width, measure)
            lines.extend(full)
        lines.append(line)
    return lines


def _pieces(word: str, width: float, measure: Measure) -> list[str]:
    pieces, piece = [], ""
    for char in word:
        if piece and measure(piece + char) > width:
            pieces.append(piece)
            piece = ""
        piece += char
    return [*pieces, piece]


def cut(text: str, width: float, measure: Measure, mark: str = "...") -> str:
    """As much of `text` as stands in `width` together with `mark`."""
    if measure(text) <= width:
        return text
    while text and measure(text + mark) > width:
        text = text[:-1]
    return text.rstrip() + mark
