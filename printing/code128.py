"""Code 128 (ISO/IEC 15417): which code sets a text is written in, and how wide that becomes.

Printers draw the bars themselves; what they must be told is the code set of each run, or the width
would depend on the printer's guess. Sets B (printable ASCII) and C (pairs of digits) are used.
"""

from __future__ import annotations

import re

QUIET_MODULES = 10
"""Light modules that must stand on each side."""

_LONGEST = 80
_DIGITS = re.compile(r"\d{4,}")


def encodable(data: str) -> bool:
    """Whether `data` is one to 80 printable ASCII characters."""
    return 0 < len(data) <= _LONGEST and data.isascii() and data.isprintable()


def runs(data: str) -> list[tuple[str, str]]:
    """`data` as runs of ("B", characters) and ("C", an even number of digits).

    Set C pays from four digits at either end and from six inside; an odd digit goes to set B.
    """
    found: list[tuple[str, str]] = []
    done = 0
    for match in _DIGITS.finditer(data):
        at_end = match.end() == len(data)
        start, end = match.span()
        if end - start < 6 and start != 0 and not at_end:
            continue
        if (end - start) % 2:
            start, end = (start, end - 1) if start == 0 and not at_end else (start + 1, end)
        if start > done:
            found.append(("B", data[done:start]))
        found.append(("C", data[start:end]))
        done = end
    if done < len(data) or not data:
        found.append(("B", data[done:]))
    return found


def modules(of: list[tuple[str, str]]) -> int:
    """The width in modules, without quiet zones: start, data, changes of set, check and stop."""
    symbols = sum(len(part) if code_set == "B" else len(part) // 2 for code_set, part in of)
    return 11 * (symbols + len(of) + 1) + 13
