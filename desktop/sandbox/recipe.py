"""What kinds of orders there are to make."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """What kind of order to make.

    ``delivery`` is ``delivery``, ``pickup`` or ``mixed`` (one line picked up, the others sent).
    ``payment`` is ``card``, ``pix``, ``slip``, ``transfer`` or ``on-delivery``; a country that lacks
    it raises ValueError. ``paid`` false leaves the order in ``payment-pending``. ``multiplier``
    other than 1 makes the first line one sold by weight in such parts of a kilogram; the contract
    calls the field an integer, the real platform sends a fraction, so it must be asked for.
    """

    country: str = "BRA"
    delivery: str = "delivery"
    payment: str = "card"
    paid: bool = True
    company: bool = False
    long_name: bool = False
    marketplace: bool = False
    weighed: bool = False
    multiplier: float = 1
    lines: int | None = None


# Twelve in a row hold every kind a day in a shop brings; a demo with 12 orders shows them all.
DAY = (
    Recipe(lines=2),
    Recipe(delivery="pickup", payment="pix"),
    Recipe(marketplace=True, payment="pix", long_name=True),
    Recipe(payment="transfer", paid=False),
    Recipe(country="COL", payment="on-delivery"),
    Recipe(country="MEX", delivery="pickup", payment="on-delivery"),
    Recipe(company=True, payment="slip", paid=False, lines=4),
    Recipe(country="COL", long_name=True, marketplace=True),
    Recipe(weighed=True, lines=3),
    Recipe(country="MEX", lines=3),
    Recipe(delivery="pickup", company=True, payment="on-delivery"),
    Recipe(country="COL", delivery="pickup", payment="transfer"),
)
