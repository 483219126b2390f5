"""Declared fields: what a step, a connector or a printer needs to know.

One form draws them, the command line parses them, and the help page lists them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from desktop.errors import UserError
from desktop.i18n import N_

# More digits than any price, weight or number has; the database's integers hold 18.
_MAX_DIGITS = 15


class FieldKind(StrEnum):
    """What a field holds; `parse` says what comes out."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    WHOLE = "whole"
    MONEY = "money"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"
    NUMBERS = "numbers"
    PACKAGES = "packages"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to ask for.

    `label` and `hint` are source strings. `secret` values go to the key store only and are never shown,
    logged or written plain. `personal` values concern a person: the journal only says that they were
    given. `choices` maps a value to its label for CHOICE.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    secret: bool = False
    personal: bool = False
    default: str = ""
    hint: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


def parse_all(
    fields: tuple[Field, ...], given: Mapping[str, Any], decimals: int = 2
) -> dict[str, Any]:
    """Values of `given` (strings or already typed) by field name; `decimals` are the currency's.

    Raises UserError for an unknown name, a missing required field or a value of the wrong shape.
    """
    known = {f.name: f for f in fields}
    for name in given:
        if name not in known:
            raise UserError(
                N_("There is no field “{name}” here. Check its name."), field=name, name=name
            )
    values = {}
    for name, one in known.items():
        raw = one.default if given.get(name) is None else given[name]
        value = parse(one, raw, decimals) if isinstance(raw, str) else _typed(one, raw)
        if one.required and value in ("", None, ()):
            raise UserError(N_("“{label}” is missing. Fill it in."), field=name, label=one.label)
        if value not in ("", None, ()):
            values[name] = value
    return values


def parse(one: Field, text: str, decimals: int = 2) -> Any:
    """The typed value of `text`; None for an empty one.

    TEXT, LONG_TEXT and CHOICE give str; WHOLE int; MONEY int in minor units; DATE an aware UTC datetime;
    YES_NO bool; NUMBERS a tuple of int; PACKAGES a tuple of (weight_g, (l, w, h) in mm).
    """
    text = text.strip()
    if not text:
        return None
    try:
        if one.kind is FieldKind.MONEY:
            return _money(text, decimals)
        return _PARSERS[one.kind](one, text)
    except (ValueError, OverflowError):
        raise _misfit(one, text) from None


def _misfit(one: Field, value: object) -> UserError:
    return UserError(
        N_("“{value}” does not fit “{label}”. Type it again."),
        field=one.name,
        value=_shown(value),
        label=one.label,
    )


def _shown(value: object) -> str:
    return "".join(c if c.isprintable() else " " for c in str(value)[:60])


def _typed(one: Field, value: Any) -> Any:
    """A value that needs no parsing, once its shape is right; a text field may carry any object."""
    try:
        return _CHECKS.get(one.kind, lambda same: same)(value)
    except (TypeError, ValueError, OverflowError):
        raise _misfit(one, value) from None


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 10**_MAX_DIGITS:
        raise ValueError
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise ValueError
    return value


def _moment(value: Any) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError
    return value.astimezone(UTC)


def _measured(value: Any) -> tuple[tuple[int, tuple[int, int, int]], ...]:
    """Packages as `parse` gives them; lists do as well, for JSON knows no tuples."""
    packages = []
    for weight, (length, width, height) in value:
        packages.append((_count(weight), (_count(length), _count(width), _count(height))))
    return tuple(packages)


_CHECKS: Mapping[FieldKind, Callable[[Any], Any]] = {
    FieldKind.WHOLE: _count,
    FieldKind.MONEY: _count,
    FieldKind.DATE: _moment,
    FieldKind.YES_NO: _flag,
    FieldKind.NUMBERS: lambda value: tuple(_count(number) for number in value),
    FieldKind.PACKAGES: _measured,
}


def _text(_one: Field, text: str) -> str:
    """No control characters, which printers obey, and no lone surrogates, which no file can hold."""
    text = text.replace("\r\n", "\n")
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" for c in text):
        raise ValueError
    return text


def _choice(one: Field, text: str) -> str:
    if text not in one.choices:
        raise ValueError
    return text


def _whole(_one: Field, text: str) -> int:
    if not re.fullmatch(r"[0-9]+", text) or len(text) > _MAX_DIGITS:
        raise ValueError
    return int(text)


def _money(text: str, decimals: int) -> int:
    """`1.234,56`, `1,234.56`, `1234.5` or `1234`: a last mark with one or two digits is the decimal."""
    match = re.fullmatch(
        r"([0-9]{1,3}([.,\s])[0-9]{3}(?:\2[0-9]{3})*|[0-9]+)(?:([.,])([0-9]{1,2}))?", text
    )
    if not match or (match[2] and match[2] == match[3]):
        raise ValueError
    whole, part = re.sub(r"[^0-9]", "", match[1]), (match[4] or "").rstrip("0")
    if len(whole) + decimals > _MAX_DIGITS or len(part) > decimals:
        raise ValueError
    return int(whole + part.ljust(decimals, "0"))


def _date(_one: Field, text: str) -> datetime:
    """An ISO date or time, or dd/mm/yyyy; a time without a zone is this machine's. A day is its noon in
    UTC, so that it is the same day in every time zone."""
    if match := re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", text):
        text = f"{match[3]}-{match[2]}-{match[1]}"
    if len(text) == 10:
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return datetime.fromisoformat(text).astimezone(UTC)


def _yes_no(_one: Field, text: str) -> bool:
    word = text.lower()
    if word in {"yes", "true", "1", "sim", "sí", "si", "y", "s"}:
        return True
    if word in {"no", "false", "0", "não", "nao", "n"}:
        return False
    raise ValueError


def _numbers(one: Field, text: str) -> tuple[int, ...]:
    return tuple(_whole(one, part) for part in re.split(r"[,;\s]+", text) if part)


_PACKAGE = re.compile(r"\s*(\d{1,7})\s*g?\s*(?:(\d{1,5})x(\d{1,5})x(\d{1,5})(?:mm)?)?\s*", re.ASCII)


def _packages(one: Field, text: str) -> tuple[tuple[int, tuple[int, int, int]], ...]:
    """`1200 300x200x100; 800` → two packages, grams and millimetres; a size may be left out."""
    packages = []
    for number, part in enumerate(text.split(";"), 1):
        match = _PACKAGE.fullmatch(part)
        if not match:
            raise _no_package(one, part.strip(), number)
        size = (int(match[2] or 0), int(match[3] or 0), int(match[4] or 0))
        packages.append((int(match[1]), size))
    return tuple(packages)


def _no_package(one: Field, text: str, number: int) -> UserError:
    """A mark in a number is never guessed at: "2,5" may be kilograms, "2.500" thousands or a fraction."""
    weighed = re.match(r"\d{1,7}\s*(g\s*|\s+|$)(?!k?g\b)", text, re.ASCII | re.IGNORECASE)
    sentence = (
        N_("“{value}”: sizes are whole millimetres, 300x200x100 for 30 × 20 × 10 cm.")
        if weighed
        else N_("“{value}”: weight is whole grams, 2500 for 2.5 kg.")
    )
    return UserError(sentence, field=one.name, value=_shown(text), n=number)


_PARSERS = {
    FieldKind.TEXT: _text,
    FieldKind.LONG_TEXT: _text,
    FieldKind.WHOLE: _whole,
    FieldKind.DATE: _date,
    FieldKind.YES_NO: _yes_no,
    FieldKind.CHOICE: _choice,
    FieldKind.NUMBERS: _numbers,
    FieldKind.PACKAGES: _packages,
}
