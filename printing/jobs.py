"""The rules of printing: what is printed once, what again, and what a person is asked.

Every paper is a job in the ledger (`desktop.store.print_jobs`); one thread for each printer takes them in
order. Only while not one byte has left is a job tried again by itself; afterwards it is *unknown* and a
person answers once whether it came out. Nothing here waits for the platform, and no order waits for a
printer.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from desktop.errors import StoreError, UserError
from desktop.i18n import N_
from desktop.order import Order, Package
from desktop.store import Session, Store, journal, orders, print_jobs, setup
from desktop.store.print_jobs import OUT, Job, State, Wanted
from desktop.store.setup import Printer
from printing import documents, languages, transports
from printing.document import digest
from printing.documents import About
from printing.profiles import profile

log = logging.getLogger(__name__)

LABEL_LIFE = timedelta(hours=8)
RECEIPT_LIFE = timedelta(minutes=15)
_FIRST_RETRY_S, _LONGEST_RETRY_S = 2.0, 30.0
# Another process may queue a job too; nobody wakes this one then.
_LOOK_AGAIN_S = 5.0

LabelPrinted = Callable[[int, Iterable[int], str], object]
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Ticket:
    """What became of asking: the job, and whether it prints because of this call. False: it was asked
    for before, so nothing is printed; `reprint` is the way to a second one."""

    job: Job
    prints: bool


class Spooler:
    """The printers of this program and their threads.

    `label_printed(order id, package numbers, who)` is told when labels have left for the printer; it must
    not wait. All methods may be called from any thread; `print`, `reprint` and `answer` wait for the
    store, so never call them on the GUI thread.
    """

    def __init__(
        self, store: Store, printers: Iterable[Printer], label_printed: LabelPrinted | None = None,
        now: Clock = utc_now,
    ) -> None:  # fmt: skip
        self._store = store
        self._label_printed = label_printed
        self._now = now
        self._settled = threading.Condition()
        self._printers: dict[str, Printer] = {printer.name: printer for printer in printers}
        self._threads: dict[str, _PrinterThread] = {}
        self._running = False

    def start(self) -> None:
        """Starts a thread for each printer. Jobs that a dead process was sending become unknown."""
        self._running = True
        self.configure(self._printers.values())

    def configure(self, printers: Iterable[Printer]) -> None:
        """Serves these printers from now on; waits for what a dropped one is sending."""
        wanted = {printer.name: printer for printer in printers}
        gone = [n for n, t in self._threads.items() if wanted.get(n) != t.printer]
        self._end(gone)
        self._printers = wanted
        if not self._running:
            return
        for printer in wanted.values():
            if printer.name not in self._threads:
                thread = _PrinterThread(printer, self._store, self._when_settled, self._now)
                self._threads[printer.name] = thread
                thread.start()

    def stop(self) -> None:
        """Ends the threads and waits for what is being sent; queued jobs stay queued."""
        self._running = False
        self._end(list(self._threads))

    def _end(self, names: list[str]) -> None:
        threads = [self._threads.pop(name) for name in names]
        for thread in threads:
            thread.stop()
        for thread in threads:
            thread.join()

    def print(
        self, order_ids: Sequence[int], document: str, who: str, printer: str = "",
        package: int = 0, copies: int = 1,
    ) -> list[Ticket]:  # fmt: skip
        """Asks for a document of these orders: one job for each package or order, or one for all of them
        where the document is one paper.

        The same paper prints once however often it is asked for. Raises UserError when there is no such
        document, order or printer, or a label is wanted of a cancelled order.
        """
        about = About(package=package, who=who)
        return self._store.do(
            lambda s: self._queue(s, order_ids, document, about, printer, copies, again=False)
        )

    def reprint(
        self, order_ids: Sequence[int], document: str, who: str, printer: str = "",
        package: int = 0, copies: int = 1,
    ) -> list[Ticket]:  # fmt: skip
        """Prints again, on purpose: numbered, marked on the paper and in the journal with `who`. What was
        never printed prints as the first."""
        about = About(package=package, who=who)
        return self._store.do(
            lambda s: self._queue(s, order_ids, document, about, printer, copies, again=True)
        )

    def answer(self, job_id: int, came_out: bool, who: str) -> Job:
        """A person's word on an unknown job: it came out, or it is printed again, unmarked.

        Raises UserError when the job is not unknown (any more).
        """
        job = self._store.do(lambda s: _answer(s, job_id, came_out, who, self._now()))
        if job.state in OUT:
            self._tell(job)
        self._wake(job.printer)
        return job

    def wait(self, job_id: int, timeout_s: float) -> Job:
        """The job once it is neither queued nor being sent, or as it is when the time is over."""
        with self._settled:
            self._settled.wait_for(
                lambda: self._job(job_id).state not in {State.QUEUED, State.SENDING}, timeout_s
            )
        return self._job(job_id)

    def _job(self, job_id: int) -> Job:
        with self._store.read() as session:
            job = print_jobs.get(session, job_id)
        if job is None:
            raise UserError(N_("There is no print job {id}."), id=job_id)
        return job

    def _queue(
        self, session: Session, order_ids: Sequence[int], document: str, about: About,
        printer_name: str, copies: int, again: bool,
    ) -> list[Ticket]:  # fmt: skip
        found = [orders.get(session, order_id) for order_id in order_ids]
        printer = self._printer(document, printer_name)
        settings = setup.store_settings(session)
        about = replace(about, store=settings.store_name)
        tickets = []
        for paper in _papers(found, document, about):
            wanted = _wanted(session, paper, printer, about, copies, again)
            at = self._now()
            job, prints = print_jobs.put(
                session, wanted, printer.name, about.who, at, at + life(document)
            )
            if prints and wanted.copy:
                _journal(session, job, "reprinted", about.who, at)
            tickets.append(Ticket(job, prints))
        return tickets
