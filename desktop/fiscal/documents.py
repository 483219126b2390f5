"""Tax numbers of people and companies: CPF and CNPJ (Brazil), NIT (Colombia), RFC (Mexico).

Each check takes the number as typed, with or without its usual dots, dashes, slashes and spaces.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

_NIT_WEIGHTS = (3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71)
_SHAPES = {11: "###.###.###-##", 14: "##.###.###/####-##"}


def normalize(text: str) -> str:
    """The number in capitals without dots, dashes, slashes and spaces; anything else stays."""
    return re.sub(r"[\s./-]", "", unicodedata.normalize("NFC", text)).upper()


def is_cpf(text: str) -> bool:
    """11 digits with two right check digits; eleven equal digits pass the sum but are nobody's."""
    number = normalize(text)
    if not re.fullmatch(r"[0-9]{11}", number) or len(set(number)) == 1:
        return False
    return number[9:] == _two_digits(number[:9], highest_weight=11)


def is_cnpj(text: str) -> bool:
    """12 digits or letters and two right check digits (letters by NT Conjunta 2025.001)."""
    number = normalize(text)
    if not re.fullmatch(r"[0-9A-Z]{12}[0-9]{2}", number) or len(set(number)) == 1:
        return False
    return number[12:] == _two_digits(number[:12], highest_weight=9)


def is_nit(text: str) -> bool:
    """6 to 15 digits and a right check digit (DIAN: prime weights, modulo 11)."""
    number = normalize(text)
    if not re.fullmatch(r"[0-9]{7,16}", number):
        return False
    pairs = zip(reversed(number[:-1]), _NIT_WEIGHTS, strict=False)
    rest = sum(int(digit) * weight for digit, weight in pairs) % 11
    return int(number[-1]) == (rest if rest < 2 else 11 - rest)


def is_rfc(text: str) -> bool:
    """The shape of an RFC: 3 letters (company) or 4 (person), a possible date, 3 more. Not its digit."""
    match = re.fullmatch(
        r"[A-ZÑ&]{3,4}([0-9]{2})([0-9]{2})([0-9]{2})[0-9A-Z]{2}[0-9A]", normalize(text)
    )
    if not match:
        return False
    year, month, day = (int(part) for part in match.groups())
    # The century is not written; 1900 was no leap year, so 29 February of year 00 means 2000.
    return any(_is_day(century + year, month, day) for century in (1900, 2000))


def mask(text: str) -> str:
    """The number for a screen: its last characters (at most four, at most two fifths), the rest as dots.

    A CPF and a CNPJ keep their usual shape: ``•••.•••.•21-05``.
    """
    number = normalize(text)
    shown = min(4, len(number) * 2 // 5)
    hidden = len(number) - shown
    characters = iter("•" * hidden + number[hidden:])
    shape = _SHAPES.get(len(number), "#" * len(number))
    return "".join(next(characters) if c == "#" else c for c in shape)


def _two_digits(body: str, highest_weight: int) -> str:
    """Both check digits of a CPF (weights 2 to 11) or CNPJ (2 to 9, then again)."""
    values = [ord(c) - 48 for c in body]
    for _ in range(2):
        values.append(_mod11_digit(values, highest_weight))
    return f"{values[-2]}{values[-1]}"


def _mod11_digit(values: Iterable[int], highest_weight: int) -> int:
    span = highest_weight - 1
    weighted = (value * (2 + i % span) for i, value in enumerate(reversed(list(values))))
    rest = sum(weighted) % 11
    return 0 if rest < 2 else 11 - rest


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
