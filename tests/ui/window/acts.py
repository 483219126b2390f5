"""How tests open a window and look at it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from desktop.order import Person, Role
from desktop.store import setup
from desktop.store.queries import View

ANA, BETO = Person("Ana Souza", Role.MANAGER), Person("Beto Lima", Role.CLERK)
LONG = Person("Maria Aparecida da Conceição Albuquerque de Vasconcelos Guimarães", Role.COUNTER)


def settle_in(session, **changes):
    known = setup.store_settings(session)
    wanted = {"language": "en", "theme": "light", "store_name": "Loja 014 · Pinheiros"} | changes
    setup.save_settings(session, replace(known, **wanted))
    setup.set_people(session, [ANA, BETO, LONG])
    setup.add_connection(session, setup.Connection("VTEX loja", "vtex", {}), [])
    setup.note_sync(session, "VTEX loja", datetime.now(UTC))


def named(window, entry):
    """What a reader says of a row at the left."""
    place = window.sidebar.views if entry in list(View) else window.sidebar.pages
    return place.button(entry).accessibleName()
