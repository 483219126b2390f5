"""What becomes of a paper when the printer, the program or the order fails it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from desktop.errors import UserError
from desktop.order import Cancellation, CancelState, Kind, Package
from desktop.store import Store, journal, print_jobs
from desktop.store.print_jobs import State
from desktop.store.setup import Printer
from printing import jobs
from printing.spooler import Spooler
from tests import paper
from tests.fakes import wait_until
from tests.flow.printing.acts import (
    SOON_S,
    Clock,
    changed,
    label_printer,
    ledger,
    spooling,
    states,
    stored,
)
from tests.printers import FakePrinter


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


def test_no_program_takes_a_job_before_its_time_nor_the_one_behind_it(store, clock):
    order = stored(store)
    asleep = Spooler(store, [Printer("labels", "zpl_203", "tcp:x:1")], None, clock)
    first, _second = asleep.print([order.id], "label", "Ana")
    claim = lambda s: print_jobs.claim(s, "labels", clock.now)  # noqa: E731
    job, _payload = store.do(claim)
    later = clock.now + timedelta(seconds=2)
    assert store.do(lambda s: print_jobs.settle(s, job, State.QUEUED, clock.now, due_at=later))
    assert store.do(claim) is None
    clock.pass_by(seconds=2)
    job, _payload = store.do(claim)
    assert (job.id, job.attempts) == (first.job.id, 2)


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


def test_the_late_word_of_an_earlier_try_does_not_settle_the_new_one(store, clock):
    """Somebody looked, nothing had come out, and it is being printed again."""
    order = stored(store, packages=(Package(1),))
    asleep = Spooler(store, [Printer("labels", "zpl_203", "tcp:x:1")], None, clock)
    asleep.print([order.id], "label", "Ana")
    claim = lambda s: print_jobs.claim(s, "labels", clock.now)  # noqa: E731
    late, _payload = store.do(claim)
    store.do(lambda s: print_jobs.lose(s, "labels", clock.now))
    asleep.answer(late.id, came_out=False, who="Bia")
    now, _payload = store.do(claim)
    assert not store.do(lambda s: print_jobs.settle(s, late, State.SENT, clock.now))
    assert states(store, order) == [State.SENDING]
    assert store.do(lambda s: print_jobs.settle(s, now, State.SENT, clock.now))


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
    order = stored(store, kind=Kind.PICKUP, packages=(Package(1),))
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


@pytest.mark.parametrize("document", ["label", "packing_slip"])
def test_no_paper_for_the_packages_of_a_cancelled_order_is_printed(store, clock, document):
    order = stored(store, packages=(Package(1),))
    cancelled = Cancellation(CancelState.CANCELLED, paper.AT)
    with FakePrinter() as printer:
        asleep = Spooler(store, [label_printer(printer)], None, clock)
        (ticket,) = asleep.print([order.id], document, "Ana")
        changed(store, replace(order, cancellation=cancelled))
        with spooling(store, clock, label_printer(printer)) as spooler:
            job = spooler.wait(ticket.job.id, SOON_S)
            assert (job.state, printer.jobs) == (State.FAILED, [])
            assert "cancelled" in str(job.reason)
            with pytest.raises(UserError, match="was cancelled"):
                spooler.print([order.id], document, "Ana")
            assert spooler.refusal(document, [order]) is None
            stopped = replace(order, cancellation=cancelled)
            assert "was cancelled" in str(spooler.refusal(document, [stopped]))
            assert "No printer is set up" in str(spooler.refusal("manifest", [order]))


def test_one_broken_printer_does_not_stop_the_other(store, clock, tmp_path):
    order = stored(store, packages=(Package(1),))
    with FakePrinter("refuse") as broken:
        printers = [label_printer(broken), Printer("p", "pdf_a4", f"file:{tmp_path}/out/")]
        with spooling(store, clock, *printers) as spooler:
            spooler.print([order.id], "label", "Ana")
            (ticket,) = spooler.print([order.id], "pick_list", "Ana")
            assert spooler.wait(ticket.job.id, SOON_S).state is State.CONFIRMED


def test_what_nobody_has_answered_yet_is_kept_and_can_be_printed_again(store, clock):
    order = stored(store, packages=(Package(1),))
    with FakePrinter("reset") as printer, spooling(store, clock, label_printer(printer)) as spooler:
        (ticket,) = spooler.print([order.id], "label", "Ana")
        assert spooler.wait(ticket.job.id, SOON_S).state is State.UNKNOWN
        clock.pass_by(days=31)
        assert store.do(lambda s: print_jobs.purge(s, clock.now)) == 0
        printer.mode = "ok"
        spooler.answer(ticket.job.id, came_out=False, who="Bia")
        assert spooler.wait(ticket.job.id, SOON_S).state is State.SENT
        printer.wait_for_jobs(1)
