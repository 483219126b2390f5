"""What tests of printing do and look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from desktop.order import Order
from desktop.store import Store, orders, print_jobs
from desktop.store.print_jobs import State
from desktop.store.setup import Printer
from printing.spooler import Spooler
from tests import paper
from tests.printers import FakePrinter

SOON_S = 10.0


class Clock:
    def __init__(self) -> None:
        self.now = paper.AT

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@contextmanager
def spooling(store: Store, clock: Clock, *printers: Printer, told=None) -> Iterator[Spooler]:
    spooler = Spooler(store, printers, told, clock)
    spooler.start()
    try:
        yield spooler
    finally:
        spooler.stop()


def label_printer(printer: FakePrinter) -> Printer:
    return Printer("labels", "zpl_203", printer.address)


def stored(store: Store, **changes) -> Order:
    order = paper.order(**changes)
    return store.do(lambda s: orders.add(s, [(order, "")], paper.AT))[0]


def changed(store: Store, order: Order) -> Order:
    return store.do(lambda s: orders.save(s, order, paper.AT))


def ledger(store: Store, order: Order) -> list[print_jobs.Job]:
    with store.read() as session:
        return print_jobs.of_order(session, order.id)


def states(store: Store, order: Order) -> list[State]:
    return [job.state for job in ledger(store, order)]
