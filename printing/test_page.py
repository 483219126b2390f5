"""The test page of a printer: does it print, are accents right, do codes scan, is a centimetre one?

It is of no order, so it stands in no ledger: it prints each time it is asked for.
"""

from __future__ import annotations

from desktop.i18n import N_, tr
from desktop.store.setup import Printer
from printing import languages, transports
from printing.document import (
    Align,
    Bars,
    Box,
    Document,
    Pages,
    Pair,
    Placed,
    Qr,
    Roll,
    RollBlock,
    Rule,
    Text,
)
from printing.profiles import Profile, profile

CODE = "BALCAO-0123456789"
ACCENTS = "áàâãä éêíóõú ãõ ç ñ ÁÀÂÃ ÉÊÍÓÕÚ Ç Ñ ¿? ¡! ª º"
RULER_MM = 80.0
_SIZES = {"label": (100.0, 150.0), "page": (210.0, 297.0)}


def draw(printer: Printer, store: str) -> Document:
    """The paper that suits the printer's model. Raises UserError for a model that is not known."""
    model = profile(printer.profile)
    facts = ((tr(N_("Printer")), printer.name), (tr(N_("Model")), tr(model.title)))
    if model.prints in _SIZES:
        width, height = _SIZES[model.prints]
        page = tuple(_page(store, facts, width, height))
        return Pages(tr(_TITLE), width, height, (page,))
    return Roll(tr(_TITLE), 80.0, (tuple(_slip(store, facts, model)),))


def send(printer: Printer, store: str) -> None:
    """Prints it and waits until it left: never on the GUI thread. Raises UserError when it did not."""
    address = transports.parse_address(printer.address)
    language = languages.load(profile(printer.profile).language)
    payload = languages.encode(draw(printer, store), profile(printer.profile))
    transports.send(address, payload, f"test{language.suffix}")


_TITLE = N_("Test page")
Facts = tuple[tuple[str, str], ...]


def _page(store: str, facts: Facts, width: float, height: float) -> list[Placed]:
    """A frame 3 mm from the edges, and everything in its upper left hundred millimetres."""
    left, inner = 10.0, 80.0
    named = [
        Placed(left, 26 + 6 * n, inner, 5, Text(f"{name}: {value}", 4.0))
        for n, (name, value) in enumerate(facts)
    ]
    return [
        Placed(3, 3, width - 6, height - 6, Box(0.4)),
        Placed(left, 8, inner, 6, Text(store, 5.0, bold=True)),
        Placed(left, 16, inner, 8, Text(tr(_TITLE), 7.0, bold=True)),
        *named,
        Placed(left, 40, inner, 12, Text(ACCENTS, 4.5)),
        Placed(left, 55, inner, 15, Bars(CODE)),
        Placed(left, 71, inner, 4.5, Text(CODE, 4.0, align=Align.CENTER)),
        Placed(left, 80, 30, 30, Qr(CODE, 30.0)),
        *_ruler(left, 120),
        Placed(left, 130, inner, 5, Text(tr(N_("{n} mm, a mark each 10 mm"), n=int(RULER_MM)), 4.0)),
    ]  # fmt: skip


def _ruler(x: float, y: float) -> list[Placed]:
    marks = range(0, int(RULER_MM) + 1, 10)
    line = Placed(x, y, RULER_MM, 0.5, Rule(0.4))
    return [line, *(Placed(x + mark, y, 0.4, 5, Rule(5.0)) for mark in marks)]


def _slip(store: str, facts: Facts, model: Profile) -> list[RollBlock]:
    return [
        Text(store, 6.0, bold=True, align=Align.CENTER),
        Text(tr(_TITLE), bold=True, align=Align.CENTER),
        Text(""),
        *(Pair(name, value) for name, value in facts),
        Rule(),
        Text(ACCENTS),
        Text(""),
        Bars(CODE, 10.0),
        Text(CODE, align=Align.CENTER),
        Text(""),
        Qr(CODE, 26.0),
        Rule(),
        Text(tr(N_("The digits fill one line exactly:"))),
        Text(("1234567890" * 10)[: model.columns]),
    ]
