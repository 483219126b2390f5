"""Values of a platform's JSON object, each checked: what comes out fits, or a UserError names the field.

All take the parent object and the name of one of its fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from desktop.errors import UserError
from desktop.i18n import N_, decimals, known_currency

Json = dict[str, Any]
MAX_TEXT = 2_000
_MAX_CENTS = 10**13
# Controls but for white space, and halves of surrogate pairs, which no database takes.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


def text(parent: Json, name: str, required: bool = False) -> str:
    """A text with white space tidied, "" where there is none."""
    value = parent.get(name)
    if value is None or value == "":
        if required:
            raise missing(name)
        return ""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise wrong(name)
    if value.isprintable() and "  " not in value and value[0] != " " != value[-1]:
        # Most are tidy already: neither a control nor white space but single blanks.
        return value
    if _CONTROLS.search(value):
        raise UserError(N_("“{name}” holds control characters."), name=name)
    return " ".join(value.split())


def whole(parent: Json, name: str, least: int, most: int) -> int:
    """A whole number of the range; it must be there."""
    value = parent.get(name)
    if value is None:
        raise missing(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise UserError(N_("“{name}” is no whole number."), name=name)
    if not least <= value <= most:
        raise UserError(N_("“{name}” is out of range: {value}."), name=name, value=str(value)[:40])
    return value


def cents(parent: Json, name: str) -> int:
    """Money in hundredths, negative for a discount."""
    return whole(parent, name, -_MAX_CENTS, _MAX_CENTS)


def positive(parent: Json, name: str) -> int:
    """Money in hundredths, zero or more."""
    return whole(parent, name, 0, _MAX_CENTS)


def currency(parent: Json, name: str) -> str:
    """An ISO 4217 code whose decimals are known here; it must be there."""
    code = text(parent, name, required=True)
    if not known_currency(code):
        raise UserError(N_("The currency “{currency}” is not known."), currency=code)
    return code


def minor_units(code: str, digits: int = 2) -> Callable[[int], int]:
    """From amounts with `digits` decimals, whatever the currency, to its minor units; halves away from
    zero."""
    shift = digits - decimals(code)
    step: int = 10 ** abs(shift)

    def convert(amount: int) -> int:
        if shift <= 0:
            return amount * step
        whole = (abs(amount) + step // 2) // step
        return whole if amount >= 0 else -whole

    return convert


def number(parent: Json, name: str, default: int) -> Decimal:
    """A measure of zero or more, whole or not."""
    value = parent.get(name)
    if value is None:
        return Decimal(default)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise wrong(name)
    found = Decimal(value)
    if not 0 <= found <= 10**7:
        raise UserError(N_("“{name}” is out of range: {value}."), name=name, value=str(value)[:40])
    return found


def moment(iso: str) -> datetime | None:
    """The UTC time of an ISO text; without an offset it is UTC already. None when it is no date.

    The year 1 is how VTEX writes "never".
    """
    try:
        at = datetime.fromisoformat(iso)
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return at if 2000 <= at.year < 2200 else None


def date(parent: Json, name: str, required: bool = False) -> datetime | None:
    """A UTC time; None where there is none."""
    value = text(parent, name, required)
    at = moment(value) if value else None
    if at is None and (required or (value and not value.startswith("0001-01-01"))):
        raise UserError(N_("“{name}” is no date: {value}."), name=name, value=value[:40])
    return at


def box(parent: Json, name: str) -> Json:
    """An object, empty where there is none."""
    value = parent.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise wrong(name)
    return value


def boxes(parent: Json, name: str) -> list[Json]:
    """A list of objects, empty where there is none."""
    value = parent.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise wrong(name)
    return value


def missing(name: str) -> UserError:
    return UserError(N_("“{name}” is missing."), name=name)


def wrong(name: str) -> UserError:
    return UserError(N_("“{name}” has the wrong form."), name=name)
