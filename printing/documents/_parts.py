"""What several papers share: how an address, a mark and a quantity are written."""

from __future__ import annotations

from decimal import Decimal

from desktop.i18n import N_, number, tr
from desktop.order import Address, Order, Payment
from printing.documents import About


def street(address: Address) -> str:
    """Street, number and what helps to find the door."""
    first = ", ".join(part for part in (address.street, address.number) if part)
    return ", ".join(part for part in (first, address.complement) if part)


def city(address: Address) -> str:
    return " - ".join(part for part in (address.city, address.state) if part)


def postal_code(address: Address) -> str:
    """As the country writes it: 01310-100 in Brazil."""
    code = address.postal_code.strip()
    if address.country in {"BRA", "BR", ""} and len(code) == 8 and code.isdigit():
        return f"{code[:5]}-{code[5:]}"
    return code


def reprint_mark(about: About) -> str:
    """Words that tell a reprint from the first print, with the person's name; empty for a first print."""
    if not about.reprint:
        return ""
    mark = tr(N_("REPRINT {n}"), n=about.reprint)
    return f"{mark} - {about.who}" if about.who else mark


def quantity(amount: Decimal, unit: str) -> str:
    """2 or 0,75 kg: the unit of single pieces is left out."""
    figures = number(amount)
    return figures if unit.lower() in {"", "un", "und", "unit"} else f"{figures} {unit}"


def payment(order: Order) -> str:
    """The means and the state of the payment in one line."""
    paid: Payment = order.payment
    means = paid.method or tr(paid.kind.label)
    state = tr(N_("paid")) if paid.is_settled else tr(N_("to be received"))
    return f"{means} - {state}"
