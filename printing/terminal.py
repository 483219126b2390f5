"""`print ORDER KIND --to …`: one document through the ledger to an address, without a window."""

from __future__ import annotations

from typing import Any

from desktop.errors import UserError
from desktop.i18n import N_
from desktop.order import Person
from desktop.store import Store
from desktop.store.print_jobs import Job, State
from desktop.store.setup import Printer
from desktop.terminal import find
from desktop.work import Work
from printing import documents, transports
from printing.profiles import DEFAULTS
from printing.spooler import Spooler

PATIENCE_S = 15.0


def print_order(
    store: Store, name: str, document: str, to: str, profile: str, who: Person
) -> list[dict[str, Any]]:
    """Prints and waits for what becomes of it. `profile` is empty for the usual model of the document.

    The same paper prints once at an address however often this is called. Raises UserError when nothing
    came out for sure.
    """
    transports.parse_address(to)
    model = profile or DEFAULTS[documents.load(document).prints]
    printer = Printer(name=to, profile=model, address=to, documents=(document,))
    with store.read() as session:
        order = find(session, name)
    spooler = Spooler(store, [printer], Work(store).label_printed)
    spooler.start()
    try:
        tickets = spooler.print([order.id], document, who.name, printer.name)
        jobs = [spooler.wait(ticket.job.id, PATIENCE_S) for ticket in tickets]
    finally:
        spooler.stop()
    _refuse_lost(jobs)
    return [
        {"document": job.document, "package": job.package, "state": job.state.value,
         "printed_now": ticket.prints, "bytes": job.sent_bytes}
        for job, ticket in zip(jobs, tickets, strict=True)
    ]  # fmt: skip


def _refuse_lost(jobs: list[Job]) -> None:
    for job in jobs:
        if job.state not in {State.SENT, State.CONFIRMED}:
            why = job.reason or UserError(N_("The printer gave no sign. Look at it and try again."))
            raise why
