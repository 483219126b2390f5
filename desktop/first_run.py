"""How far a store has been set up: whether the first-run assistant is needed, and where it goes on.

What a stage asks is stored when it is confirmed, together with the stage that follows.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from desktop.store import Session, setup
from desktop.store.setup import StoreSettings


class Stage(StrEnum):
    """The assistant's steps in their order; DONE also when somebody wanted none of them."""

    LANGUAGE = "language"
    STORE = "store"
    PLATFORM = "platform"
    PRINTERS = "printers"
    DONE = "done"


def stage(session: Session, settings: StoreSettings) -> Stage:
    """Where the assistant begins; DONE for a store that needs none: it trains, or it was set up from the
    command line."""
    if settings.training:
        return Stage.DONE
    if settings.set_up in set(Stage):
        return Stage(settings.set_up)
    return Stage.DONE if setup.all_connections(session) else Stage.LANGUAGE


def reach(session: Session, wanted: Stage) -> None:
    """Everything before `wanted` is confirmed. Going back and on again does not lose a later stage."""
    known = setup.store_settings(session)
    order = list(Stage)
    if order.index(wanted) > order.index(stage(session, known)):
        setup.save_settings(session, replace(known, set_up=wanted.value))
