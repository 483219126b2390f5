"""A table for a spreadsheet, as CSV or XLSX: the same rows, whole, and no text that a spreadsheet runs.

A cell's type says what it is: text, a whole number, a Decimal (money, in units of its currency), an aware
time (written as the store's clock showed it) or None. See docs/decisions for the marks of a CSV.
"""

from __future__ import annotations

import csv as csv_module
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from desktop.errors import UserError
from desktop.i18n import N_, language

Cell: TypeAlias = str | int | Decimal | datetime | None

# A text that begins so would be run as a formula, or hides that it would be.
FORMULA = tuple("=+-@\t\r\n＝＋－＠")
MOST_ROWS, LONGEST_TEXT = 1_048_576, 32_767
_WIDEST, _NARROWEST = 40, 6


@dataclass(frozen=True, slots=True)
class Sheet:
    """Translated heads and rows of as many cells. `zone` is that of the written times (None: this
    computer's)."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    zone: tzinfo | None = None


def save(sheet: Sheet, path: Path, kind: str = "") -> None:
    """Writes the sheet as "csv" or "xlsx", or as its name ends; it appears whole or not at all.

    Raises UserError for another ending, too many rows, or a place that cannot be written.
    """
    kinds = {"csv": csv, "xlsx": xlsx}
    kind = kind or path.suffix.lower().removeprefix(".")
    if kind not in kinds:
        raise UserError(
            N_("“{name}” is no table. Choose a name that ends in .csv or .xlsx."), name=path.name
        )
    _write(path, kinds[kind](sheet))


def csv(sheet: Sheet) -> bytes:
    """UTF-8 with a mark of it; semicolons and decimal commas, or commas and decimal points in English."""
    out = io.StringIO(newline="")
    writer = csv_module.writer(out, delimiter="," if language() == "en" else ";")
    writer.writerow(_safe(head) for head in sheet.heads)
    writer.writerows([_plain(cell, sheet.zone) for cell in row] for row in sheet.rows)
    return out.getvalue().encode("utf-8-sig", "backslashreplace")


def _plain(cell: Cell, zone: tzinfo | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{_local(cell, zone):%Y-%m-%d %H:%M}"
    if isinstance(cell, Decimal):
        return f"{cell:f}" if language() == "en" else f"{cell:f}".replace(".", ",")
    return _safe(cell) if isinstance(cell, str) else str(cell)


def _safe(text: str) -> str:
    """With an apostrophe before what a spreadsheet would run; blanks do not hide it."""
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def xlsx(sheet: Sheet) -> bytes:
    """One sheet with a fixed head and a filter; texts are texts, numbers and times are numbers."""
    # Imported when somebody exports, not when a page is shown.
    from xlsxwriter import Workbook  # noqa: PLC0415

    if len(sheet.rows) >= MOST_ROWS:
        raise UserError(
            N_("{n} rows are too many for a spreadsheet. Export them as CSV."), n=len(sheet.rows)
        )
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet("Balcão")
        formats = _Formats(
            book.add_format({"bold": True, "bottom": 1}),
            book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            {n: book.add_format({"num_format": f"0.{'0' * n}" if n else "0"}) for n in range(5)},
        )
        for column, head in enumerate(sheet.heads):
            page.write_string(0, column, head, formats.head)
            page.set_column(column, column, _width(head, sheet.rows, column))
        for number, row in enumerate(sheet.rows, 1):
            for column, cell in enumerate(row):
                _put(page, number, column, cell, formats, sheet.zone)
        page.freeze_panes(1, 1)
        page.autofilter(0, 0, len(sheet.rows), len(sheet.heads) - 1)
        book.set_properties({"title": sheet.title})
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Formats:
    head: Any
    time: Any
    decimals: dict[int, Any]


def _put(
    page: Any, row: int, column: int, cell: Cell, formats: _Formats, zone: tzinfo | None
) -> None:
    """By its type and never by what it looks like."""
    if isinstance(cell, str):
        page.write_string(row, column, cell[:LONGEST_TEXT])
    elif isinstance(cell, datetime):
        page.write_datetime(row, column, _local(cell, zone), formats.time)
    elif isinstance(cell, Decimal):
        digits = max(0, -int(cell.as_tuple().exponent))
        page.write_number(row, column, float(cell), formats.decimals[min(digits, 4)])
    elif cell is not None:
        page.write_number(row, column, cell)


def _width(head: str, rows: Sequence[tuple[Cell, ...]], column: int) -> int:
    """Letters that hold the head and the first rows."""
    some = (len(str(row[column])) for row in rows[:200] if isinstance(row[column], str))
    return min(max(len(head) + 2, _NARROWEST, *some), _WIDEST)


def _local(at: datetime, zone: tzinfo | None) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _write(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.part")
    try:
        try:
            beside.write_bytes(data)
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(
            N_("“{name}” cannot be written ({reason}). Close it where it is open, or choose another place."),
            name=path.name, reason=reason,
        ) from error  # fmt: skip
