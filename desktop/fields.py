"""Declared fields: what a step, a connector or a printer needs to know.

One form draws them, the command line parses them, and the help page lists them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from desktop.errors import UserError
from desktop.i18n import N_


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
    logged or written plain. `choices` maps a value to its label for CHOICE.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = False
    secret: bool = False
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
            raise UserError(N_("There is no field “{name}” here."), field=name, name=name)
    values = {}
    for name, one in known.items():
        raw = given.get(name, one.default)
        value = parse(one, raw, decimals) if isinstance(raw, str) else raw
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
    except (ValueError, InvalidOperation):
        raise UserError(
            N_("“{value}” does not fit “{label}”."), field=one.name, value=text, label=one.label
        ) from None


def _text(_one: Field, text: str) -> str:
    if any(ord(c) < 32 and c not in "\n\t" for c in text):
        raise ValueError
    return text


def _choice(one: Field, text: str) -> str:
    if text not in one.choices:
        raise ValueError
    return text


def _whole(_one: Field, text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError
    return value


def _money(text: str, decimals: int) -> int:
    """`1.234,56`, `1,234.56`, `1234.5` or `1234`: a last mark with one or two digits is the decimal."""
    match = re.fullmatch(r"(\d{1,3}(?:[.,\s]\d{3})+|\d+)(?:[.,](\d{1,2}))?", text)
    if not match:
        raise ValueError
    amount = Decimal(re.sub(r"\D", "", match[1]) + "." + (match[2] or "0"))
    minor = amount.scaleb(decimals)
    if minor != int(minor):
        raise ValueError
    return int(minor)


def _date(_one: Field, text: str) -> datetime:
    if len(text) == 10:
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _yes_no(_one: Field, text: str) -> bool:
    word = text.lower()
    if word in {"yes", "true", "1", "sim", "sí", "si", "y", "s"}:
        return True
    if word in {"no", "false", "0", "não", "nao", "n"}:
        return False
    raise ValueError


def _numbers(_one: Field, text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.split(r"[,;\s]+", text) if part)


def _packages(_one: Field, text: str) -> tuple[tuple[int, tuple[int, int, int]], ...]:
    """`1200 300x200x100; 800` → two packages, grams and millimetres; a size may be left out."""
    packages = []
    for part in text.split(";"):
        match = re.fullmatch(
            r"\s*(\d{1,7})\s*g?\s*(?:(\d{1,5})x(\d{1,5})x(\d{1,5})(?:mm)?)?\s*", part
        )
        if not match:
            raise ValueError
        size = (int(match[2] or 0), int(match[3] or 0), int(match[4] or 0))
        packages.append((int(match[1]), size))
    return tuple(packages)


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
