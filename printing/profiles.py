"""Printer models as data: what differs between devices that speak the same language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop.errors import UserError
from desktop.i18n import N_


@dataclass(frozen=True, slots=True)
class Profile:
    """One model.

    `language` names a file of `printing/languages`, `prints` what it is for: "label", "receipt" or
    "page". `width_mm` is what the head can print. Receipt printers have `columns` of their normal font
    and a code page: Python's name and the slot the printer knows it by (they differ between makers).
    `asian` models read accents as Chinese until told not to.
    """

    name: str
    title: str
    language: str
    prints: str
    dpi: int = 203
    width_mm: float = 104
    columns: int = 0
    code_page: str = ""
    slot: int = 0
    cutter: bool = True
    asian: bool = False


_ALL = (
    Profile("zpl_203", N_("Label printer, ZPL, 203 dpi"), "zpl", "label"),
    Profile("zpl_300", N_("Label printer, ZPL, 300 dpi"), "zpl", "label", dpi=300, width_mm=105),
    Profile("zebra_zd220", "Zebra ZD220", "zpl", "label"),
    Profile("zebra_gc420t", "Zebra GC420t", "zpl", "label"),
    # Slots: Epson's ESC t table, 2 = PC850, 16 = WPC1252, 19 = PC858.
    Profile(
        "escpos_80", N_("Receipt printer, ESC/POS, 80 mm"), "escpos", "receipt",
        width_mm=72, columns=48, code_page="cp850", slot=2, asian=True,
    ),
    Profile(
        "elgin_i9", "Elgin i9", "escpos", "receipt",
        width_mm=72, columns=48, code_page="cp850", slot=2,
    ),
    Profile(
        "epson_tm_t20x", "Epson TM-T20X", "escpos", "receipt",
        width_mm=72, columns=48, code_page="cp858", slot=19,
    ),
    Profile("pdf_a4", N_("Page printer or file, PDF"), "pdf", "page", dpi=600, width_mm=210),
)  # fmt: skip

PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in _ALL}

DEFAULTS: Mapping[str, str] = {"label": "zpl_203", "receipt": "escpos_80", "page": "pdf_a4"}
"""The model to begin with for what a document is printed on."""


def profile(name: str) -> Profile:
    """The model called `name`. Raises UserError when there is none."""
    found = PROFILES.get(name)
    if found is None:
        known = ", ".join(PROFILES)
        raise UserError(
            N_("There is no printer model “{name}”. There are: {known}."), name=name, known=known
        )
    return found
