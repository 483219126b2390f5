"""Words that fit: what a device can draw, and how a text finds room in its place."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

Measure = Callable[[str], float]
"""How wide a text is, in millimetres for each millimetre of its size; the sum of its characters."""

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


ASCII = frozenset(map(chr, range(0x20, 0x7F))) | {"\n"}
"""What every device can draw, and the line break."""


def without_controls(text: str) -> str:
    """Composed letters, one space for each control or format character except the line break."""
    if text.replace("\n", "").isprintable() and unicodedata.is_normalized("NFC", text):
        return text
    composed = unicodedata.normalize("NFC", text)
    return "".join(
        char if char == "\n" or unicodedata.category(char)[0] != "C" else " " for char in composed
    )


def drawable(text: str, characters: frozenset[str]) -> str:
    """`text` in the `characters` of a device, which include ASCII: the nearest letters for others, nothing
    for pictures, a question mark for letters of other scripts."""
    text = without_controls(text)
    if characters.issuperset(text):
        return text
    drawn = "".join(char if char in characters else _nearest(char, characters) for char in text)
    return drawn if drawn.strip() or not text.strip() else "?"


def _nearest(char: str, characters: frozenset[str]) -> str:
    written = char.translate(_PLAIN)
    if written != char:
        return written
    base = [c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c)]
    if base and characters.issuperset(base):
        return "".join(base)
    return "?" if unicodedata.category(char)[0] in "LN" else ""


def fit(
    text: str, size: float, width: float, height: float, measure: Measure, mark: str = "..."
) -> tuple[float, list[str]]:
    """The size and the lines at which `text` stands inside `width` by `height` millimetres.

    It shrinks a little, then wraps, then shrinks to 60 % of `size`, then is cut with `mark`.
    """
    size = min(size, height)
    if "\n" not in text:
        wide = measure(text) * size
        if wide <= width:
            return size, [text]
        if wide * _GENTLE <= width:
            return size * width / wide, [text]
    paragraphs = _measured(text, measure)
    for step in _STEPS:
        lines = _lines(paragraphs, width / (size * step), measure)
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
    if "\n" not in text and measure(text) <= width:
        return [text.strip()]
    return _lines(_measured(text, measure), width, measure)


def _measured(text: str, measure: Measure) -> list[list[tuple[str, float]]]:
    """Each paragraph's words with their widths."""
    return [[(word, measure(word)) for word in part.split()] for part in text.split("\n")]


def _lines(paragraphs: list[list[tuple[str, float]]], width: float, measure: Measure) -> list[str]:
    space = measure(" ")
    lines: list[str] = []
    for paragraph in paragraphs:
        line, used = "", 0.0
        for word, wide in paragraph:
            if line and used + space + wide <= width:
                line, used = f"{line} {word}", used + space + wide
                continue
            if line:
                lines.append(line)
            line, used = word, wide
            if wide > width:
                *full, line = _pieces(word, width, measure)
                lines.extend(full)
                used = measure(line)
        lines.append(line)
    return lines


def _pieces(word: str, width: float, measure: Measure) -> list[str]:
    pieces = []
    while word:
        count = max(1, _count(word, width, measure))
        pieces.append(word[:count])
        word = word[count:]
    return pieces


def _count(text: str, width: float, measure: Measure) -> int:
    """How many of its characters stand in `width`."""
    used = 0.0
    for count, char in enumerate(text):
        used += measure(char)
        if used > width:
            return count
    return len(text)


def cut(text: str, width: float, measure: Measure, mark: str = "...") -> str:
    """As much of `text` as stands in `width` together with `mark`."""
    if measure(text) <= width:
        return text
    return text[: _count(text, width - measure(mark), measure)].rstrip() + mark
