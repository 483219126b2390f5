"""The rules of printing: what is printed once, what again, and what a person is asked.

Every paper is a job in the ledger (`desktop.store.print_jobs`). Its version is the digest of what stands on
it, so that the same paper prints once however often it is asked for, and a changed one prints. A reprint is
explicit, numbered, and marked on the paper. `spooler` sends the jobs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desktop.errors import UserError
from desktop.i18n import N_
from desktop.order import Order, Package
from desktop.store import Session, journal, orders, print_jobs, setup
from desktop.store.print_jobs import Job, State, Wanted
from desktop.store.setup import Printer
from printing import documents, languages
from printing.document import digest
from printing.documents import About, Handover, Per
from printing.profiles import profile

LABEL_LIFE = timedelta(hours=8)
RECEIPT_LIFE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks for: a document of these orders, of one package (0: all), so many copies; a
    manifest of a `handover`. `again` asks for a reprint."""

    order_ids: tuple[int, ...]
    document: str
    who: str
    package: int = 0
    copies: int = 1
    again: bool = False
    handover: Handover | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """What became of asking: the job, and whether it prints because of this call. False: it was asked
    for before, so nothing is printed; a reprint is the way to a second one."""

    job: Job
    prints: bool


def prepare(session: Session, request: Request, printer: Printer) -> list[Wanted | Job]:
    """The papers for `printer`, drawn and encoded; where one to print again still waits, its job instead.

    Takes some milliseconds a paper: use a reading session. Raises UserError when there is no such
    document, order or package, the printer cannot print it, or these orders may not have it (`check`).
    """
    kind = documents.load(request.document)
    found = [orders.get(session, order_id) for order_id in request.order_ids]
    store = setup.store_settings(session)
    about = About(store.store_name, store.sender.lines, who=request.who, handover=request.handover)
    check(request.document, found)
    return [
        _paper(session, request, printer, some, replace(about, package=package))
        for some, package in _split(kind.per, found, request.package)
    ]


def check(document: str, found: Iterable[Order]) -> None:
    """Raises UserError when a document may not be printed of these orders: what goes onto or into a package
    is not, once the order was cancelled, and a paper for pickup is of orders that are picked up."""
    kind = documents.load(document)
    for order in found:
        if kind.only not in {None, order.kind}:
            raise UserError(
                N_("“{title}” is for orders that are picked up; order {number} is delivered."),
                title=kind.title,
                number=order.number,
            )
        if kind.per is Per.PACKAGE and order.cancellation is not None:
            raise UserError(
                N_("Order {number} was cancelled: “{title}” is not printed."),
                number=order.number,
                title=kind.title,
            )


def _split(per: Per, found: list[Order], package: int) -> list[tuple[list[Order], int]]:
    """Which orders and which package (0: none in particular) share a paper."""
    if per is Per.ALL:
        return [(found, 0)]
    if per is Per.ORDER:
        return [([order], 0) for order in found]
    papers = [
        ([order], one.number)
        for order in found
        for one in order.packages or (Package(1),)
        if package in {0, one.number}
    ]
    if not papers:
        raise UserError(N_("There is no package {number}."), number=package)
    return papers


def _paper(
    session: Session, request: Request, printer: Printer, some: list[Order], about: About
) -> Wanted | Job:
    model = profile(printer.profile)
    draw = documents.load(request.document).draw_for(model.prints)
    paper = draw(some, about)
    order_id = some[0].id if len(some) == 1 else 0
    wanted = Wanted(order_id, request.document, about.package, digest(paper), b"")
    last = print_jobs.latest(session, wanted) if request.again else None
    if last and last.state in {State.QUEUED, State.SENDING}:
        return last
    if last:
        copy = last.copy + 1
        paper = draw(some, replace(about, reprint=copy))
        wanted = replace(wanted, copy=copy)
    return replace(wanted, payload=languages.encode(paper, model, request.copies))


def enqueue(
    session: Session, asked: list[Wanted | Job], request: Request, printer: str, at: datetime
) -> list[Ticket]:
    """Writes prepared papers into the ledger: queued, or known already."""
    tickets = []
    for paper in asked:
        if isinstance(paper, Job):
            tickets.append(Ticket(paper, prints=False))
            continue
        expires_at = at + life(request.document)
        job, prints = print_jobs.put(session, paper, printer, request.who, at, expires_at)
        if prints and job.copy:
            _journal(session, job, "reprinted", request.who, at)
        tickets.append(Ticket(job, prints))
    return tickets


def answer(session: Session, job_id: int, came_out: bool, who: str, at: datetime) -> Job:
    """A person's word on an unknown job: it came out, or it is printed again, unmarked.

    Raises UserError when the job is not unknown (any more), or its bytes were purged.
    """
    known = print_jobs.get(session, job_id)
    expires_at = at + life(known.document) if known else at
    job = print_jobs.answer(session, job_id, came_out, at, expires_at)
    if job is None:
        raise UserError(N_("This print needs no answer any more."))
    _journal(session, job, "print_came_out" if came_out else "print_lost", who, at)
    return job


def _journal(session: Session, job: Job, what: str, who: str, at: datetime) -> None:
    data = {"document": job.document, "package": job.package, "copy": job.copy, "job": job.id}
    journal.append(session, at, who, what, [(job.order_id or None, data)])


def life(document: str) -> timedelta:
    """How long a paper may wait for its printer before it is dropped."""
    return RECEIPT_LIFE if documents.load(document).prints == "receipt" else LABEL_LIFE
