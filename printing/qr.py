"""How large a QR code becomes (ISO/IEC 18004, correction level M), without drawing it.

A printer draws the symbol and chooses its version; the label must know the size before.
"""

from __future__ import annotations

import re
from bisect import bisect_left

QUIET_MODULES = 4

# Table 7: capacity of versions 1 to 20 at level M.
_NUMERIC = (34, 63, 101, 149, 202, 255, 293, 365, 432, 513,
            604, 691, 796, 871, 991, 1082, 1212, 1346, 1500, 1600)  # fmt: skip
_ALPHANUMERIC = (20, 38, 61, 90, 122, 154, 178, 221, 262, 311,
                 366, 419, 483, 528, 600, 656, 734, 816, 909, 970)  # fmt: skip
_BYTES = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213,
          251, 287, 331, 362, 412, 450, 504, 560, 624, 666)  # fmt: skip

_IS_ALPHANUMERIC = re.compile(r"[0-9A-Z $%*+\-./:]*")


def content(data: str) -> str:
    """`data` without control characters, which would be commands on the way to the printer."""
    return "".join(char for char in data if char.isprintable())


def modules(data: str) -> int:
    """Modules along one side without the quiet zone, or 0 when `data` is empty or longer than
    version 20 holds (666 bytes)."""
    if not data:
        return 0
    if data.isascii() and data.isdigit():
        capacity, length = _NUMERIC, len(data)
    elif _IS_ALPHANUMERIC.fullmatch(data):
        capacity, length = _ALPHANUMERIC, len(data)
    else:
        capacity, length = _BYTES, len(data.encode("utf-8", "replace"))
    version = bisect_left(capacity, length) + 1
    return 17 + 4 * version if version <= len(capacity) else 0
