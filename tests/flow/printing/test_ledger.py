"""The print ledger from asking to paper: a real store, real threads, printers on loopback."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from desktop.errors import UserError
from desktop.journey import Step
from desktop.order import Collected, Kind, Label, Package, Person, Role, Status
from desktop.store import journal, orders, print_jobs
from desktop.store.print_jobs import State
from desktop.store.setup import Printer
from desktop.work import Work
from printing.spooler import Spooler
from tests import paper
from tests.fakes import wait_until
from tests.flow.printing.acts import (
    SOON_S,
    changed,
    label_printer,
    ledger,
    spooling,
    states,
    stored,
)
from tests.printers import FakePrinter


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


def test_the_printer_makes_the_copies_that_were_asked_for(store, clock):
    order = stored(store, packages=(Package(1),))
    with FakePrinter() as printer, spooling(store, clock, label_printer(printer)) as spooler:
        (ticket,) = spooler.print([order.id], "label", "Ana", copies=3)
        spooler.wait(ticket.job.id, SOON_S)
        (payload,) = printer.wait_for_jobs(1)
    assert [label.copies for label in paper.read_zpl(payload, draw=False)] == [3]


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


def test_a_label_printed_before_packing_is_out_of_date_and_the_new_one_no_reprint(
    store, clock, tmp_path
):
    order = stored(store, status=Status.INVOICED, packages=())
    work = Work(store, clock)
    told = lambda *told_of: work.label_printed(*told_of).result()  # noqa: E731

    def labels():
        with store.read() as session:
            return [p.label for p in orders.get(session, order.id).packages]

    printer = Printer("files", "zpl_203", f"file:{tmp_path}/out/")
    with spooling(store, clock, printer, told=told) as spooler:
        (early,) = spooler.print([order.id], "label", "Ana")
        spooler.wait(early.job.id, SOON_S)
        wait_until(lambda: labels() == [Label.PRINTED])
        work.do(order.id, Step.PACK, {"packages": "2500"}, Person("Ana", Role.CLERK)).result()
        assert labels() == [Label.NONE]
        for ask in (spooler.reprint, spooler.reprint):
            (ticket,) = ask([order.id], "label", "Ana")
            spooler.wait(ticket.job.id, SOON_S)
        wait_until(lambda: labels() == [Label.PRINTED])
    assert [(job.copy, job.version == early.job.version) for job in ledger(store, order)] == [
        (0, True), (0, False), (1, False),
    ]  # fmt: skip
    printed = [paper.read_zpl(f.read_bytes())[0] for f in sorted((tmp_path / "out").iterdir())]
    assert ["2.5 kg" in " ".join(label.texts) for label in printed] == [False, True, True]
    assert ["REPRINT" in " ".join(label.texts) for label in printed] == [False, False, True]


def test_a_pickup_receipt_is_not_printed_of_an_order_that_is_delivered(store, clock):
    delivered = stored(store)
    spooler = Spooler(store, [Printer("r", "escpos_80", "tcp:x:1")], None, clock)
    assert "picked up" in str(spooler.refusal("receipt", [delivered]))
    assert spooler.refusal("receipt", [replace(delivered, kind=Kind.PICKUP)]) is None
    for ask in (spooler.print, spooler.reprint):
        with pytest.raises(UserError, match="picked up"):
            ask([delivered.id], "receipt", "Ana")
    assert ledger(store, delivered) == []


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


def test_each_document_goes_to_the_printer_that_suits_it(store, clock, tmp_path):
    order = stored(store, kind=Kind.PICKUP, collected=Collected(paper.AT, "João"))
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


def test_a_packing_slip_lies_in_each_box_and_is_no_label(store, clock, tmp_path):
    told: list[object] = []
    order = stored(store)
    printer = Printer("pages", "pdf_a4", f"file:{tmp_path}/out/")
    with spooling(store, clock, printer, told=lambda *of: told.append(of)) as spooler:
        for ask in (spooler.print, spooler.print, spooler.reprint):
            for ticket in ask([order.id], "packing_slip", "Ana"):
                spooler.wait(ticket.job.id, SOON_S)
    pages = [paper.pdf_words(one.read_bytes())[0] for one in sorted((tmp_path / "out").iterdir())]
    assert [f"Package {n} of 2" in page for n, page in zip((1, 2, 1, 2), pages, strict=True)] == [
        True
    ] * 4
    assert ["REPRINT 1 - Ana" in page for page in pages] == [False, False, True, True]
    assert told == []


def test_a_paper_of_several_sorts_goes_to_the_printer_it_is_meant_for_or_to_one_it_suits(
    store, clock, tmp_path
):
    order = stored(store, packages=(Package(1),))
    roll = Printer("a roll", "escpos_80", f"file:{tmp_path}/roll/")
    page = Printer("pages", "pdf_a4", f"file:{tmp_path}/page/")
    named = replace(page, name="named", documents=("packing_slip",))
    for printers, wanted in (([roll], roll), ([roll, page], page), ([roll, page, named], named)):
        with spooling(store, clock, *printers) as spooler:
            (ticket,) = spooler.reprint([order.id], "packing_slip", "Ana")
            assert ticket.job.printer == wanted.name
            spooler.wait(ticket.job.id, SOON_S)
    (slip,) = paper.read_escpos(next((tmp_path / "roll").iterdir()).read_bytes(), "cp850", 2)
    assert "Package 1 of 1" in slip.lines


def test_what_cannot_be_printed_is_refused_in_words(store, clock):
    order = stored(store, kind=Kind.PICKUP)
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
