"""The printers of this program: one thread for each takes its jobs from the ledger in order.

Only while not one byte has left is a job tried again by itself; afterwards it is *unknown* and a person
answers once whether it came out. No order waits for a printer, and no printer for the network.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from desktop.errors import StoreError, UserError
from desktop.i18n import N_
from desktop.order import Order
from desktop.store import Session, Store, print_jobs
from desktop.store.print_jobs import OUT, Job, State
from desktop.store.setup import Printer
from printing import documents, jobs, languages, transports
from printing.documents import Handover, Per
from printing.jobs import Request, Ticket
from printing.profiles import profile
from printing.transports import MaybePrinted

T = TypeVar("T")
log = logging.getLogger(__name__)

_LABEL = "label"
_FIRST_RETRY_S, _LONGEST_RETRY_S = 2.0, 30.0
# Another process may queue a job too; nobody wakes this one then.
_LOOK_AGAIN_S = 5.0

LabelPrinted = Callable[[int, Iterable[int], str], object]
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Spooler:
    """The printers of this program and their threads.

    Stop it before the store is closed. `label_printed(order id, package numbers, who)` is told when labels
    have left for the printer, on its thread. All methods may be called from any thread; `print`,
    `reprint` and `answer` wait for the store, so never call them on the GUI thread.
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
        package: int = 0, copies: int = 1, handover: Handover | None = None,
    ) -> list[Ticket]:  # fmt: skip
        """Asks for a document of these orders: one job for each package or order, or one for all of them
        where the document is one paper. `printer` is a name, empty for the one that takes the document.

        The same paper prints once however often it is asked for. Raises UserError when there is no such
        document, order, package or printer, or a cancelled order's packages shall have it.
        """
        request = Request(tuple(order_ids), document, who, package, copies, False, handover)
        return self._ask(request, printer)

    def reprint(
        self, order_ids: Sequence[int], document: str, who: str, printer: str = "",
        package: int = 0, copies: int = 1, handover: Handover | None = None,
    ) -> list[Ticket]:  # fmt: skip
        """Prints again, on purpose: numbered, marked on the paper and in the journal with `who`. What
        never came out prints as the first; what still waits for the printer is not doubled."""
        request = Request(tuple(order_ids), document, who, package, copies, True, handover)
        return self._ask(request, printer)

    def refusal(self, document: str, found: Iterable[Order]) -> UserError | None:
        """Why this document of these orders cannot be printed now, None where it can. Reads no store."""
        try:
            self._printer(document, "")
            jobs.check(document, found)
        except UserError as error:
            return error
        return None

    def answer(self, job_id: int, came_out: bool, who: str) -> Job:
        """A person's word on an unknown job: it came out, or it is printed again, unmarked.

        Raises UserError when the job is not unknown (any more).
        """
        job = self._store.do(lambda s: jobs.answer(s, job_id, came_out, who, self._now()))
        self._when_settled(job)
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

    def _ask(self, request: Request, printer_name: str) -> list[Ticket]:
        printer = self._printer(request.document, printer_name)
        with self._store.read() as session:
            papers = jobs.prepare(session, request, printer)
        tickets = self._store.do(
            lambda s: jobs.enqueue(s, papers, request, printer.name, self._now())
        )
        self._wake(printer.name)
        for ticket in tickets:
            # Where the program died between the last byte and telling, this tells.
            self._when_settled(ticket.job)
        return tickets

    def _printer(self, document: str, name: str) -> Printer:
        kind = documents.load(document)
        if name:
            found = self._printers.get(name)
            if found is None:
                raise UserError(N_("There is no printer “{name}”."), name=name)
            return found
        printers = self._printers.values()
        named = [printer for printer in printers if document in printer.documents]
        free = [(p, profile(p.profile).prints) for p in printers if not p.documents]
        meant = [printer for printer, prints in free if prints == kind.prints]
        suits = [printer for printer, prints in free if kind.suits(prints)]
        for printer in (*named, *meant, *suits):
            return printer
        raise UserError(
            N_("No printer is set up for “{title}”. Add one in the settings."), title=kind.title
        )

    def _wake(self, printer: str) -> None:
        thread = self._threads.get(printer)
        if thread:
            thread.wake()

    def _when_settled(self, job: Job) -> None:
        with self._settled:
            self._settled.notify_all()
        if self._label_printed and job.document == _LABEL and job.state in OUT:
            self._label_printed(job.order_id, (job.package,), job.who)


class _PrinterThread:
    """Sends the jobs of one printer, one after the other."""

    def __init__(
        self, printer: Printer, store: Store, settled: Callable[[Job], None], now: Clock
    ) -> None:
        self.printer = printer
        self._store = store
        self._settled = settled
        self._now = now
        self._stopping = False
        self._awake = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=f"printer {printer.name}")

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._awake.set()

    def stop(self) -> None:
        self._stopping = True
        self._awake.set()

    def join(self) -> None:
        self._thread.join()

    def _serve(self) -> None:
        self._patiently(self._begin)
        while not self._stopping:
            self._awake.clear()
            claimed = self._patiently(self._claim)
            if claimed:
                self._send(*claimed)
            elif wait_s := self._patiently(self._idle_s):
                self._awake.wait(max(0.0, wait_s))

    def _begin(self) -> None:
        def begin(session: Session) -> list[Job]:
            lost = print_jobs.lose(session, self.printer.name, self._now())
            return lost + print_jobs.give_up(session, self._now(), _of_packages())

        for job in self._store.do(begin):
            self._settled(job)

    def _claim(self) -> tuple[Job, bytes] | None:
        if self._idle_s() > 0:
            return None
        dropped, claimed = self._store.do(self._claim_in)
        for job in dropped:
            self._settled(job)
        return claimed

    def _claim_in(self, session: Session) -> tuple[list[Job], tuple[Job, bytes] | None]:
        now = self._now()
        dropped = print_jobs.give_up(session, now, _of_packages())
        return dropped, print_jobs.claim(session, self.printer.name, now)

    def _idle_s(self) -> float:
        """How long there is nothing to do, as far as this process knows."""
        with self._store.read() as session:
            due = print_jobs.next_due(session, self.printer.name)
        if due is None:
            return _LOOK_AGAIN_S
        return min(_LOOK_AGAIN_S, (due - self._now()).total_seconds())

    def _send(self, job: Job, payload: bytes) -> None:
        try:
            address = transports.parse_address(self.printer.address)
            sent = transports.send(address, payload, _file_name(job, self.printer))
        except MaybePrinted as error:
            self._settle(job, State.UNKNOWN, error.sent, error)
        except UserError as error:
            self._settle(job, State.QUEUED, 0, error)
        except Exception:
            log.exception("printing job %s", job.id)
            broken = UserError(N_("The program failed while printing. Look whether it came out."))
            self._settle(job, State.UNKNOWN, 0, broken)
        else:
            self._settle(job, State.CONFIRMED if sent.confirmed else State.SENT, sent.sent)

    def _settle(self, job: Job, state: State, sent: int, reason: UserError | None = None) -> None:
        now = self._now()
        due_at = now + timedelta(seconds=_retry_s(job.attempts)) if state is State.QUEUED else None

        def settle(session: Session) -> Job | None:
            print_jobs.settle(session, job, state, now, sent, reason, due_at)
            return print_jobs.get(session, job.id)

        after = self._patiently(lambda: self._store.do(settle))
        if after:
            try:
                self._settled(after)
            except Exception:
                log.exception("telling of job %s", job.id)

    def _patiently(self, act: Callable[[], T]) -> T | None:
        """`act`, again and again while the database is locked or full, until told to stop."""
        while True:
            try:
                return act()
            except StoreError as error:
                log.warning("printer %s: %s", self.printer.name, error)
            if self._stopping:
                return None
            self._awake.wait(_LOOK_AGAIN_S)
            self._awake.clear()


def _of_packages() -> list[str]:
    """The papers of packages. A cancelled order's goods must not leave: these are dropped while they wait."""
    return [name for name in documents.names() if documents.load(name).per is Per.PACKAGE]


def _retry_s(attempts: int) -> float:
    return float(min(_LONGEST_RETRY_S, _FIRST_RETRY_S * 2 ** max(0, attempts - 1)))


def _file_name(job: Job, printer: Printer) -> str:
    suffix = languages.load(profile(printer.profile).language).suffix
    parts = [job.document, str(job.order_id)]
    parts += [str(job.package)] if job.package else []
    parts += [f"again{job.copy}"] if job.copy else []
    return "-".join(parts) + suffix
