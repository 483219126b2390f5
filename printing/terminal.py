"""What prints without a window: `print ORDER KIND --to …` through the ledger, `manifest --carrier …` whole
each time it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from desktop.errors import BalcaoError, UserError
from desktop.i18n import N_
from desktop.local_day import Day
from desktop.order import Person
from desktop.store import Session, Store, print_jobs
from desktop.store.print_jobs import Job, State
from desktop.store.setup import Printer
from desktop.terminal import find
from desktop.work import Work
from printing import documents, handovers, languages, transports
from printing.profiles import DEFAULTS
from printing.profiles import profile as printer_model
from printing.spooler import Spooler

PATIENCE_S = 15.0
_NO_SIGN = UserError(N_("The printer gave no sign. Look at it and try again."))


class NotPrinted(BalcaoError):
    """Nothing came out for sure: the printer or its place is at fault, not what was asked."""


def print_order(
    store: Store, name: str, document: str, to: str, profile: str, who: Person
) -> list[dict[str, Any]]:
    """Prints and waits for what becomes of it. `profile` is empty for the usual model of the document.

    The same paper prints once at an address however often this is called. Raises NotPrinted; what did not
    come out now does not come out later either.
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
    jobs = [store.do(partial(_ended, job=job)) for job in jobs]
    _refuse_lost(jobs)
    return [
        {"document": job.document, "package": job.package, "state": job.state.value,
         "printed_now": ticket.prints, "bytes": job.sent_bytes}
        for job, ticket in zip(jobs, tickets, strict=True)
    ]  # fmt: skip


def print_manifest(store: Store, carrier: str, day: Day, to: str, profile: str) -> dict[str, Any]:
    """Sends the manifest of a carrier's or own driver's day to an address.

    Raises UserError when nothing left with it on that day, and NotPrinted.
    """
    address = transports.parse_address(to)
    model = printer_model(profile or DEFAULTS["page"])
    with store.read() as session:
        handover = handovers.find(session, day, carrier)
        paper, packages = handovers.manifest(session, handover)
    language = languages.load(model.language)
    payload = language.encode(paper, model)
    try:
        sent = transports.send(address, payload, f"manifest{language.suffix}")
    except UserError as error:
        raise NotPrinted(error.text, **error.values) from error
    return {
        "carrier": handover.name, "day": day.date.isoformat(), "packages": packages,
        "bytes": sent.sent,
    }  # fmt: skip


def reach(printer: Printer) -> None:
    """Whether a printer would take something now. Raises UserError; waits some seconds at most."""
    transports.reach(transports.parse_address(printer.address))


def _ended(session: Session, job: Job) -> Job:
    """Whoever asked is told now: what still waits must not print at some later call."""
    reason = job.reason or _NO_SIGN
    print_jobs.drop(session, job.id, datetime.now(UTC), reason)
    return print_jobs.get(session, job.id) or job


def _refuse_lost(jobs: list[Job]) -> None:
    for job in jobs:
        if job.state not in {State.SENT, State.CONFIRMED}:
            reason = job.reason or _NO_SIGN
            raise NotPrinted(reason.text, **reason.values)
