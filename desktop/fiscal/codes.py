"""Codes on parcels and products, told by shape and check digit.

Each check takes the code as a scanner gives it, without spaces; S10 also in lower case.
"""

from __future__ import annotations

import re

_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def is_object_code(text: str) -> bool:
    """A postal object code of UPU S10, as the Correios use: AA 12345678 9 BR."""
    code = text.upper() if text.isascii() else text
    match = re.fullmatch(r"[A-Z]{2}([0-9]{8})([0-9])[A-Z]{2}", code)
    return match is not None and int(match[2]) == object_code_digit(match[1])


def object_code_digit(eight: str) -> int:
    """The ninth digit of an S10 code: 11 - sum mod 11, where 10 becomes 0 and 11 becomes 5."""
    total = sum(int(digit) * weight for digit, weight in zip(eight, _S10_WEIGHTS, strict=True))
    return {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)


def is_ean(text: str) -> bool:
    """A product code: EAN-13, EAN-8 or UPC-A (12 digits)."""
    return bool(re.fullmatch(r"[0-9]{8}|[0-9]{12,13}", text)) and _gs1_holds(text)


def is_sscc(text: str) -> bool:
    """The 18 digits of a logistic unit (GS1 SSCC), without the application identifier (00)."""
    return bool(re.fullmatch(r"[0-9]{18}", text)) and _gs1_holds(text)


def gs1_digit(body: str) -> int:
    """The check digit of every GS1 number: weights 3 and 1 from the right, modulo 10."""
    weighted = (int(digit) * (3, 1)[i % 2] for i, digit in enumerate(reversed(body)))
    return -sum(weighted) % 10


def _gs1_holds(digits: str) -> bool:
    return int(digits[-1]) == gs1_digit(digits[:-1])
