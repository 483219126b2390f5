"""The print ledger from asking to paper: a real store, real threads, printers on loopback."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desktop.errors import UserError
from desktop.order import Cancellation, CancelState, Collected, Kind, Label, Order, Package
from desktop.store import Store, journal, orders, print_jobs
from desktop.store.print_jobs import State
from desktop.store.setup import Printer
from desktop.work import Work
from printing import jobs
from printing.spooler import Spooler
from tests import paper
from tests.fakes import new_store
from tests.printers import FakePrinter

SOON_S = 10.0


class Clock:
    def __init__(self) -> None:
        self.now = paper.AT

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = new_store(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


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


def test_a_label_for_each_package_is_printed_and_told(store, clock):
    told: list[tuple[int, tuple[int, ...], str]] = []
    order = stored(store)
    with FakePrinter() as printer:
        tell = lambda order_id, numbers, who: told.append((order_id, tuple(numbers), who))  # noqa: E731
        with spooling(store, clock, label_printer(printer), told=tell) as spooler:
            tickets = spooler.print([order.id], "label", "Ana")
            assert [ticket.prints for ticket in tickets] == [True, True]
            assert {spooler.wait(t.job.id, SOON_S).state for t in tickets} == {State.SENT}
        payloads = printer.wait_for_jobs(2)
    assert told == [(order.id, (1,), "Ana"), (order.id, (2,), "Ana")]
    labels = [paper.read_zpl(payload)[0] for payload in payloads]
    assert ["1/2" in labels[0].texts, "2/2" in labels[1].texts] == [True, True]
    assert ("Code 128", "QB473124829BR") in paper.decode(labels[0].picture)
    assert [job.sent_bytes for job in ledger(store, order)] == [len(p) for p in payloads]


def test_the_order_knows_that_its_label_is_printed(store, clock, tmp_path):
    order = stored(store, packages=())
    work = Work(store, clock)
    told: list[object] = []
    tell = lambda *told_of: told.append(work.label_printed(*told_of).result())  # noqa: E731
    printer = Printer("files", "zpl_203", f"file:{tmp_path}/out/")
    with spooling(store, clock, printer, told=tell) as spooler:
        (ticket,) = spooler.print([order.id], "label", "Ana")
        assert spooler.wait(ticket.job.id, SOON_S).state is State.CONFIRMED
    with store.read() as session:
        assert [p.label for p in orders.get(session, order.id).packages] == [Label.PRINTED]
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"0001-label-{order.id}-1.zpl"]


def test_the_same_paper_prints_once_however_often_it_is_asked_for(store, clock):
    order = stored(store)
    with FakePrinter() as printer, spooling(store, clock, label_printer(printer)) as spooler:
        first = spooler.print([order.id], "label", "Ana", package=1)
        asking = [
            threading.Thread(target=spooler.print, args=([order.id], "label", "Bia", "", 1))
            for _ in range(8)
        ]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        spooler.wait(first[0].job.id, SOON_S)
        again = spooler.print([order.id], "label", "Ana", package=1)
        assert [(t.prints, t.job.id) for t in again] == [(False, first[0].job.id)]
        other = spooler.print([order.id], "label", "Ana", package=2)
        spooler.wait(other[0].job.id, SOON_S)
        assert len(printer.wait_for_jobs(2)) == 2
    assert len(ledger(store, order)) == 2


def test_a_changed_paper_prints_and_an_untouched_one_does_not(store, clock, tmp_path):
    order = stored(store, kind=Kind.PICKUP, packages=(Package(1),))
    printer = Printer("files", "zpl_203", f"file:{tmp_path}/out/")
    with spooling(store, clock, printer) as spooler:
        spooler.print([order.id], "label", "Ana")
        order = changed(store, replace(order, packages=(Package(1, label=Label.PRINTED),)))
        assert [t.prints for t in spooler.print([order.id], "label", "Ana")] == [False]
        changed(store, replace(order, shelf="B-12"))
        (ticket,) = spooler.print([order.id], "label", "Ana")
        assert ticket.prints
        spooler.wait(ticket.job.id, SOON_S)
    newest = sorted((tmp_path / "out").iterdir())[-1].read_bytes()
    assert "B-12" in paper.read_zpl(newest)[0].texts


def test_a_reprint_is_numbered_marked_and_names_a_person(store, clock):
    order = stored(store, packages=(Package(1),))
    with FakePrinter() as printer, spooling(store, clock, label_printer(printer)) as spooler:
        for number, ask in enumerate((spooler.print, spooler.reprint, spooler.reprint)):
            (ticket,) = ask([order.id], "label", "Bia")
            assert ticket.job.copy == number
            assert spooler.wait(ticket.job.id, SOON_S).state is State.SENT
        texts = [paper.read_zpl(job, draw=False)[0].words for job in printer.wait_for_jobs(3)]
    assert "REPRINT" not in texts[0]
    assert "REPRINT 1 - Bia" in texts[1]
    assert "REPRINT 2 - Bia" in texts[2]
    with store.read() as session:
        lines = [
            entry for entry in journal.of_order(session, order.id) if entry.what == "reprinted"
        ]
    assert [(line.who, line.data["copy"]) for line in lines] == [("Bia", 1), ("Bia", 2)]


def test_a_reprint_of_what_was_never_printed_is_the_first(store, clock, tmp_path):
    order = stored(store, packages=(Package(1),))
    printer = Printer("files", "zpl_203", f"file:{tmp_path}/out/")
    with spooling(store, clock, printer) as spooler:
        (ticket,) = spooler.reprint([order.id], "label", "Ana")
        spooler.wait(ticket.job.id, SOON_S)
    (file,) = (tmp_path / "out").iterdir()
    assert "REPRINT" not in paper.read_zpl(file.read_bytes(), draw=False)[0].words


def test_a_reprint_of_what_still_waits_is_not_doubled(store, clock):
    order = stored(store, packages=(Package(1),))
    with (
        FakePrinter("refuse") as printer,
        spooling(store, clock, label_printer(printer)) as spooler,
    ):
        (first,) = spooler.print([order.id], "label", "Ana")
        (second,) = spooler.reprint([order.id], "label", "Ana")
    assert (second.job.id, second.prints) == (first.job.id, False)
    assert states(store, order) == [State.QUEUED]


def test_while_not_one_byte_left_it_is_tried_again(store, clock):
    order = stored(store, packages=(Package(1),))
    with (
        FakePrinter("refuse") as printer,
        spooling(store, clock, label_printer(printer)) as spooler,
    ):
        (ticket,) = spooler.print([order.id], "label", "Ana")
        wait_until(lambda: ledger(store, order)[0].reason is not None)
        job = ledger(store, order)[0]
        assert job.state is State.QUEUED
        assert "cannot be reached" in str(job.reason)
        assert job.due_at > clock.now
        printer.mode = "ok"
        clock.pass_by(seconds=31)
        spooler.print([order.id], "label", "Ana")
        assert spooler.wait(ticket.job.id, SOON_S).state is State.SENT
        assert len(printer.wait_for_jobs(1)) == 1
    assert ledger(store, order)[0].attempts >= 2
    assert ledger(store, order)[0].reason is None


def test_a_waiting_job_holds_back_those_behind_it(store, clock):
    order = stored(store)
    with (
        FakePrinter("refuse") as printer,
        spooling(store, clock, label_printer(printer)) as spooler,
    ):
        tickets = spooler.print([order.id], "label", "Ana")
        wait_until(lambda: ledger(store, order)[0].reason is not None)
        assert ledger(store, order)[1].attempts == 0
        printer.mode = "ok"
        spooler.print([order.id], "label", "Ana")
        for ticket in tickets:
            spooler.wait(ticket.job.id, SOON_S)
        payloads = printer.wait_for_jobs(2)
    assert ["1/2" in paper.read_zpl(p, draw=False)[0].texts for p in payloads] == [True, False]


def test_after_some_bytes_a_person_is_asked_and_nothing_is_sent_by_itself(store, clock):
    order = stored(store, packages=(Package(1),))
    told: list[object] = []
    tell = lambda *told_of: told.append(told_of)  # noqa: E731
    with FakePrinter("reset") as printer:
        with spooling(store, clock, label_printer(printer), told=tell) as spooler:
            (ticket,) = spooler.print([order.id], "label", "Ana")
            job = spooler.wait(ticket.job.id, SOON_S)
            assert job.state is State.UNKNOWN
            assert "Look whether it came out" in str(job.reason)
            printer.mode = "ok"
            clock.pass_by(hours=1)
            (again,) = spooler.print([order.id], "label", "Ana")
            assert (again.prints, again.job.state) == (False, State.UNKNOWN)
            assert told == []
            with store.read() as session:
                assert [j.id for j in print_jobs.in_state(session, [State.UNKNOWN])] == [job.id]
            assert spooler.answer(job.id, came_out=True, who="Bia").state is State.CONFIRMED
        assert printer.jobs == []
        assert printer.connections == 1
    assert told == [(order.id, (1,), "Ana")]
    with pytest.raises(UserError, match="no answer any more"):
        spooler.answer(job.id, came_out=False, who="Bia")


def test_what_did_not_come_out_prints_again_unmarked(store, clock):
    order = stored(store, packages=(Package(1),))
    with FakePrinter("reset") as printer, spooling(store, clock, label_printer(printer)) as spooler:
        (ticket,) = spooler.print([order.id], "label", "Ana")
        spooler.wait(ticket.job.id, SOON_S)
        printer.mode = "ok"
        spooler.answer(ticket.job.id, came_out=False, who="Bia")
        assert spooler.wait(ticket.job.id, SOON_S).state is State.SENT
        (payload,) = printer.wait_for_jobs(1)
    assert "REPRINT" not in paper.read_zpl(payload, draw=False)[0].words
    with store.read() as session:
        assert [e.what for e in journal.of_order(session, order.id)][-1:] == ["print_lost"]


def test_a_reprint_after_an_unknown_one_is_marked(store, clock):
    order = stored(store, packages=(Package(1),))
    with FakePrinter("reset") as printer, spooling(store, clock, label_printer(printer)) as spooler:
        (ticket,) = spooler.print([order.id], "label", "Ana")
        spooler.wait(ticket.job.id, SOON_S)
        printer.mode = "ok"
        (again,) = spooler.reprint([order.id], "label", "Ana")
        spooler.wait(again.job.id, SOON_S)
        (payload,) = printer.wait_for_jobs(1)
    assert "REPRINT 1" in paper.read_zpl(payload, draw=False)[0].words


def test_jobs_of_a_dead_process_become_unknown_and_are_not_sent_again(store, clock):
    order = stored(store, packages=(Package(1),))
    with FakePrinter() as printer:
        dead = Spooler(store, [label_printer(printer)], None, clock)
        (ticket,) = dead.print([order.id], "label", "Ana")
        claimed = store.do(lambda s: print_jobs.claim(s, "labels", clock.now))
        assert claimed is not None
        with spooling(store, clock, label_printer(printer)) as spooler:
            assert spooler.wait(ticket.job.id, SOON_S).state is State.UNKNOWN
            # The sender lived after all: its late word counts, once.
            job, payload = claimed
            settle = lambda s: print_jobs.settle(s, job, State.SENT, clock.now, len(payload))  # noqa: E731
            assert store.do(settle)
            assert not store.do(settle)
        assert printer.jobs == []
    assert states(store, order) == [State.SENT]


PROGRAM = """
import sys
from pathlib import Path
from desktop.store import Store
from desktop.store.setup import Printer
from printing.spooler import Spooler

folder, address, order_id = sys.argv[1:]
spooler = Spooler(Store(Path(folder)), [Printer("labels", "zpl_203", address)])
spooler.start()
(ticket,) = spooler.print([int(order_id)], "label", "Ana")
spooler.wait(ticket.job.id, 60)
"""


def test_a_program_killed_while_it_prints_asks_a_person_afterwards(tmp_path):
    first = Store(tmp_path / "data")
    order = stored(first, packages=(Package(1),))
    first.close()
    with FakePrinter("mute") as printer:
        arguments = [str(tmp_path / "data"), printer.address, str(order.id)]
        program = subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments])
        try:
            # The mute printer keeps the program waiting for a goodbye for a second.
            wait_until(lambda: printer.connections == 1, 60)
        finally:
            program.kill()
            program.wait()
        printer.mode = "ok"
        again = Store(tmp_path / "data")
        try:
            with spooling(again, Clock(), label_printer(printer)) as spooler:
                (job,) = ledger(again, order)
                assert spooler.wait(job.id, SOON_S).state is State.UNKNOWN
                (ticket,) = spooler.print([order.id], "label", "Ana")
                assert not ticket.prints
        finally:
            again.close()
        assert printer.jobs == []


def test_a_job_is_claimed_by_one_only(store, clock):
    order = stored(store, packages=(Package(1),))
    Spooler(store, [Printer("labels", "zpl_203", "tcp:x:1")], None, clock).print(
        [order.id], "label", "Ana"
    )
    claims = [store.write(lambda s: print_jobs.claim(s, "labels", clock.now)) for _ in range(8)]
    assert sum(claim.result() is not None for claim in claims) == 1


@pytest.mark.parametrize(
    ("document", "model", "life"),
    [("label", "zpl_203", jobs.LABEL_LIFE), ("receipt", "escpos_80", jobs.RECEIPT_LIFE)],
)
def test_last_nights_queue_does_not_come_out_by_surprise(store, clock, document, model, life):
    order = stored(store, packages=(Package(1),))
    with FakePrinter() as printer:
        asleep = Spooler(store, [Printer("p", model, printer.address)], None, clock)
        (ticket,) = asleep.print([order.id], document, "Ana")
        clock.now += life
        with spooling(store, clock, Printer("p", model, printer.address)) as spooler:
            job = spooler.wait(ticket.job.id, SOON_S)
            assert job.state is State.FAILED
            assert "waited too long" in str(job.reason)
            assert printer.jobs == []
            # It never came out: asking again prints it, as the first.
            (again,) = spooler.print([order.id], document, "Ana")
            assert (again.prints, again.job.copy) == (True, 0)
            assert spooler.wait(again.job.id, SOON_S).state is State.SENT
            printer.wait_for_jobs(1)


def test_no_label_is_printed_of_a_cancelled_order(store, clock):
    order = stored(store, packages=(Package(1),))
    cancelled = Cancellation(CancelState.CANCELLED, paper.AT)
    with FakePrinter() as printer:
        asleep = Spooler(store, [label_printer(printer)], None, clock)
        (ticket,) = asleep.print([order.id], "label", "Ana")
        changed(store, replace(order, cancellation=cancelled))
        with spooling(store, clock, label_printer(printer)) as spooler:
            job = spooler.wait(ticket.job.id, SOON_S)
            assert (job.state, printer.jobs) == (State.FAILED, [])
            assert "cancelled" in str(job.reason)
            with pytest.raises(UserError, match="was cancelled"):
                spooler.print([order.id], "label", "Ana")


def test_each_document_goes_to_the_printer_that_suits_it(store, clock, tmp_path):
    order = stored(store, collected=Collected(paper.AT, "João"))
    printers = [
        Printer("labels", "zpl_203", f"file:{tmp_path}/labels/"),
        Printer("receipts", "escpos_80", f"file:{tmp_path}/receipts/"),
        Printer("pages", "pdf_a4", f"file:{tmp_path}/pages/"),
        Printer("own", "zpl_300", f"file:{tmp_path}/own/", ("something_else",)),
    ]
    with spooling(store, clock, *printers) as spooler:
        for document in ("label", "receipt", "pick_list"):
            for ticket in spooler.print([order.id], document, "Ana"):
                assert spooler.wait(ticket.job.id, SOON_S).state is State.CONFIRMED
    names = sorted(
        str(path.relative_to(tmp_path))
        for path in tmp_path.glob("*/*.*")
        if "data" not in str(path)
    )
    assert names == [
        f"labels/0001-label-{order.id}-1.zpl",
        f"labels/0002-label-{order.id}-2.zpl",
        f"pages/0001-pick_list-{order.id}.pdf",
        f"receipts/0001-receipt-{order.id}.escpos",
    ]  # fmt: skip


def test_a_pick_list_of_several_orders_is_one_paper(store, clock, tmp_path):
    found = [stored(store, remote_id=str(n), number=f"V-{n}") for n in range(3)]
    with spooling(store, clock, Printer("p", "pdf_a4", f"file:{tmp_path}/out/")) as spooler:
        ids = [order.id for order in found]
        (ticket,) = spooler.print(ids, "pick_list", "Ana")
        spooler.wait(ticket.job.id, SOON_S)
        assert [t.prints for t in spooler.print(ids, "pick_list", "Ana")] == [False]
        (other,) = spooler.reprint(ids[:2], "pick_list", "Ana")
        assert other.job.copy == 0
        spooler.wait(other.job.id, SOON_S)
    first, second = sorted((tmp_path / "out").iterdir())
    (words,) = paper.pdf_words(first.read_bytes())
    assert all(f"V-{n}" in words for n in range(3))
    assert "V-2" not in paper.pdf_words(second.read_bytes())[0]


def test_what_cannot_be_printed_is_refused_in_words(store, clock):
    order = stored(store)
    spooler = Spooler(store, [Printer("labels", "zpl_203", "tcp:x:1")], None, clock)
    for arguments, sentence in (
        (([order.id], "poster", "Ana"), "There is no document"),
        (([order.id], "receipt", "Ana"), "No printer is set up"),
        (([order.id], "receipt", "Ana", "labels"), "cannot print"),
        (([order.id], "label", "Ana", "other"), "There is no printer"),
        (([order.id], "label", "Ana", "", 9), "There is no package 9"),
    ):
        with pytest.raises(UserError, match=sentence):
            spooler.print(*arguments)
    assert ledger(store, order) == []


def test_one_broken_printer_does_not_stop_the_other(store, clock, tmp_path):
    order = stored(store, packages=(Package(1),))
    with FakePrinter("refuse") as broken:
        printers = [label_printer(broken), Printer("p", "pdf_a4", f"file:{tmp_path}/out/")]
        with spooling(store, clock, *printers) as spooler:
            spooler.print([order.id], "label", "Ana")
            (ticket,) = spooler.print([order.id], "pick_list", "Ana")
            assert spooler.wait(ticket.job.id, SOON_S).state is State.CONFIRMED


def test_printers_may_change_while_the_program_runs(store, clock, tmp_path):
    order = stored(store, packages=(Package(1),))
    with FakePrinter("refuse") as broken, spooling(store, clock, label_printer(broken)) as spooler:
        (ticket,) = spooler.print([order.id], "label", "Ana")
        spooler.configure([Printer("labels", "zpl_203", f"file:{tmp_path}/out/")])
        spooler.print([order.id], "label", "Ana")
        assert spooler.wait(ticket.job.id, SOON_S).state is State.CONFIRMED


def test_a_paper_that_waits_for_a_dead_printer_moves_to_another(store, clock, tmp_path):
    order = stored(store, packages=(Package(1),))
    other = Printer("other", "zpl_300", f"file:{tmp_path}/out/")
    with (
        FakePrinter("refuse") as broken,
        spooling(store, clock, label_printer(broken), other) as spooler,
    ):
        spooler.print([order.id], "label", "Ana")
        # While it is being sent it belongs to the first printer.
        wait_until(lambda: ledger(store, order)[0].reason is not None)
        (ticket,) = spooler.print([order.id], "label", "Ana", "other")
        assert ticket.prints
        job = spooler.wait(ticket.job.id, SOON_S)
        assert (job.state, job.printer) == (State.CONFIRMED, "other")
    (file,) = (tmp_path / "out").iterdir()
    assert paper.read_zpl(file.read_bytes(), draw=False)[0].width == 1181
    assert len(ledger(store, order)) == 1


def test_old_payloads_are_purged_and_the_hash_stays(store, clock, tmp_path):
    order = stored(store, packages=(Package(1),))
    with spooling(store, clock, Printer("p", "zpl_203", f"file:{tmp_path}/out/")) as spooler:
        (ticket,) = spooler.print([order.id], "label", "Ana")
        spooler.wait(ticket.job.id, SOON_S)
        purge = lambda s: print_jobs.purge(s, clock.now)  # noqa: E731
        assert store.do(purge) == 0
        clock.pass_by(days=31)
        assert store.do(purge) == 1
        with store.read() as session:
            assert print_jobs.payload(session, ticket.job.id) is None
        assert [t.prints for t in spooler.print([order.id], "label", "Ana")] == [False]


def wait_until(claim, timeout_s: float = SOON_S) -> None:
    pause = threading.Event()
    for _ in range(int(timeout_s / 0.01)):
        if claim():
            return
        pause.wait(0.01)
    raise AssertionError("it did not happen in time")
