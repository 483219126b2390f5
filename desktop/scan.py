"""What a scanned or typed code is, told by its shape and check digit.

Only a guess by form: thirteen digits of an order number can be a valid EAN by chance. Look a code up in
the store first (`store.orders.by_code`); this says what to do with one that is not found, or which field
it belongs to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from desktop.errors import UserError
from desktop.fiscal import access_key
from desktop.fiscal.codes import is_ean, is_object_code, is_sscc

# Scanners may be set to send the kind of bar code first (ISO/IEC 15424): ]C1, ]E0, ]Q3 …
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_SHELF = re.compile(r"[A-Z]{1,2}-[0-9]{1,3}")
# A key has 44 characters; a scanner may lose or double a few.
_LIKE_A_KEY = re.compile(r"[0-9A-Z]{40,48}", re.ASCII)
# The mark between the word and the name may be another where the scanner's keyboard layout is.
_BADGE = re.compile(r"BADGE[^0-9A-Za-z]?(.+)", re.IGNORECASE | re.DOTALL)


class ScanKind(StrEnum):
    """What a code is; OTHER is an order number, a pickup code or something unknown."""

    ACCESS_KEY = "access_key"
    TRACKING = "tracking"
    PACKAGE = "package"
    PRODUCT = "product"
    SHELF = "shelf"
    BADGE = "badge"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Scan:
    """`value` is the code itself: the 44 characters of a key, the 18 digits of an SSCC, a badge's name;
    letters are upper-case where the kind knows no others."""

    kind: ScanKind
    value: str


def classify(text: str) -> Scan:
    """The kind and the value of any text; never raises."""
    text = _bare(text)
    if key := _access_key(text):
        return Scan(ScanKind.ACCESS_KEY, key)
    if badge := _BADGE.fullmatch(text):
        return Scan(ScanKind.BADGE, badge[1].strip())
    code = "".join(text.split())
    code = code.upper() if code.isascii() else code
    if is_object_code(code):
        return Scan(ScanKind.TRACKING, code)
    # A logistic unit's number is sent with its application identifier 00 or without.
    if is_sscc(code) or (len(code) == 20 and code.startswith("00") and is_sscc(code[2:])):
        return Scan(ScanKind.PACKAGE, code[-18:])
    if is_ean(code):
        return Scan(ScanKind.PRODUCT, code)
    if _SHELF.fullmatch(code):
        return Scan(ScanKind.SHELF, code)
    return Scan(ScanKind.OTHER, text)


def misread_key(text: str) -> UserError | None:
    """Why what looks like an access key is none, and that it is to be read again; None for anything else."""
    text = _bare(text)
    if not _LIKE_A_KEY.fullmatch("".join(text.split()).upper().removeprefix("NFE")):
        return None
    try:
        access_key.parse(text)
    except UserError as error:
        return error
    return None


def _bare(text: str) -> str:
    """Without control characters, spaces around and the scanner's own prefix."""
    text = "".join(c for c in text if c.isprintable() or c == " ").strip()
    return _SYMBOLOGY.sub("", text).strip()


def _access_key(text: str) -> str:
    try:
        return access_key.parse(text).text
    except UserError:
        return ""


__all__ = ["Scan", "ScanKind", "classify", "misread_key"]
