"""What a person can do: one transaction each, and nothing when it cannot be."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from desktop.connectors import How
from desktop.connectors.vtex import Vtex
from desktop.errors import UserError
from desktop.journey import STEPS, Journey, Step
from desktop.order import (
    Cancellation,
    CancelState,
    Invoice,
    Kind,
    Label,
    Order,
    Package,
    Payment,
    PaymentKind,
    Person,
    Role,
    Status,
)
from desktop.store import Store, journal, notes, orders, outbox, setup
from desktop.store.outbox import State
from desktop.work import Work
from tests.fakes import ANA, NOW, SHOP, Clock, an_order, open_store

S = Status
KEY = "35260312345678000195550010000012341000012346"
GIVEN: dict[Step, dict[str, Any]] = {
    Step.RECORD_PAYMENT: {"reference": "Pix 77"},
    Step.INVOICE: {"number": "881", "document": "Factura"},
    Step.PACK: {"packages": "1200 300x200x100"},
    Step.SHIP: {"carrier": "Jadlog", "tracking": "JD1BR", "label_elsewhere": "balcão"},
    Step.READY: {"shelf": "B-3"},
    Step.HAND_OVER: {"collected_by": "José Ângelo", "checked": "sim", "document": "RG 1.234.567"},
    Step.HOLD: {"reason": "endereço não confere"},
    Step.CANCEL: {"reason": "desistência"},
    Step.TAKE_BACK: {"reason": "voltou", "goods_here": "yes", "invoice": "cancelled"},
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path, an_order("1"), an_order("2", kind=Kind.PICKUP), an_order("3"))
    yield opened
    opened.close()


def do(store: Store, order_id: int, step: Step, who: Person = ANA, **given: Any) -> Order:
    return Work(store, Clock()).do(order_id, step, GIVEN.get(step, {}) | given, who).result(10)


def pushes(store: Store, order_id: int) -> list[outbox.Entry]:
    with store.read() as session:
        return outbox.of_order(session, order_id)


def lines(store: Store, order_id: int) -> list[journal.Entry]:
    with store.read() as session:
        return journal.of_order(session, order_id)


def dump(store: Store) -> list[str]:
    with closing(sqlite3.connect(store.path)) as raw:
        return list(raw.iterdump())


def refuse(store: Store, push_id: int) -> None:
    def work(session):
        token = outbox.lease(session, push_id, NOW, NOW)
        outbox.settle(session, push_id, token, State.REFUSED, NOW, reason=UserError("no"))

    store.do(work)


def test_a_step_changes_order_journal_and_outbox_together_and_announces_it(store):
    heard: list[frozenset[int]] = []
    store.listen(heard.append)
    moved = do(store, 1, Step.ACCEPT, comment="  liga antes ")
    assert moved.status is S.ACCEPTED
    with store.read() as session:
        assert orders.get(session, 1) == moved
        assert [n.text for n in notes.of_order(session, 1)] == ["liga antes"]
    [line] = lines(store, 1)
    assert (line.who, line.what, line.at) == ("Ana", "accept", NOW)
    assert (line.data["from"], line.data["to"]) == ("awaiting_creation", "accepted")
    [push] = pushes(store, 1)
    assert (push.step, push.state, push.who, push.connection) == (
        Step.ACCEPT, State.WAITING, "Ana", SHOP,
    )  # fmt: skip
    assert heard == [frozenset({1})]


@pytest.mark.parametrize(
    ("step", "given", "field"),
    [
        (Step.FINALIZE, {}, ""),
        (Step.HOLD, {"reason": ""}, "reason"),
        (Step.HOLD, {"reason": "x", "colour": "red"}, "colour"),
        (Step.ACCEPT, {"notify": "perhaps"}, "notify"),
        (Step.CANCEL, {"reason": "a\x1bb"}, "reason"),
    ],
)
def test_a_refused_step_changes_nothing_at_all(store, step, given, field):
    before = dump(store)
    with pytest.raises(UserError) as refused:
        do(store, 1, step, **given)
    assert refused.value.field == field
    assert dump(store) == before


def test_a_step_that_fails_at_its_last_write_leaves_nothing_behind(store, monkeypatch):
    before = dump(store)

    def fail(*_given):
        raise OSError("the line of power")

    monkeypatch.setattr(outbox, "enqueue", fail)
    with pytest.raises(OSError, match="power"):
        do(store, 1, Step.ACCEPT, comment="x")
    assert dump(store) == before


def test_a_role_without_the_right_is_refused_before_anything_is_looked_at(store):
    counter = Person("Inês", Role.COUNTER)
    do(store, 1, Step.ACCEPT)
    with pytest.raises(UserError, match="role"):
        do(store, 1, Step.INVOICE, counter, number="", document="")


def test_of_a_stopped_order_nobody_checks_the_invoice(opened):
    cancelled = Cancellation(CancelState.CANCELLED, NOW)
    order = an_order(status=S.IN_PREPARATION, cancellation=cancelled)
    store = opened(order)
    with pytest.raises(UserError, match="cancelled"):
        do(store, 1, Step.INVOICE, key="not a key at all")


def test_the_whole_way_of_both_kinds_with_the_pushes_that_the_connector_declares(store):
    way = {
        1: [Step.ACCEPT, Step.PREPARE, Step.INVOICE, Step.PACK, Step.SHIP, Step.TRANSIT,
            Step.DELIVER, Step.FINALIZE],
        2: [Step.ACCEPT, Step.PREPARE, Step.INVOICE, Step.PACK, Step.READY, Step.HAND_OVER,
            Step.FINALIZE],
    }  # fmt: skip
    for order_id, steps in way.items():
        for step in steps:
            do(store, order_id, step)
        told = [s for s in steps if Vtex.tells[s].how in {How.NATIVE, How.NOTE}]
        assert [push.step for push in pushes(store, order_id)] == told
        assert [line.what for line in lines(store, order_id)] == [step.value for step in steps]
        with store.read() as session:
            assert orders.get(session, order_id).status is S.FINALIZED
    with store.read() as session:
        assert journal.first_broken(session) is None


def test_an_order_of_a_connection_that_is_gone_can_still_be_worked_on(opened):
    store = opened(an_order(connection="closed shop"))
    assert do(store, 1, Step.ACCEPT).status is S.ACCEPTED
    assert pushes(store, 1) == []


def test_a_status_is_told_when_the_last_package_moves(store):
    for step in (Step.ACCEPT, Step.PREPARE, Step.INVOICE):
        do(store, 1, step)
    do(store, 1, Step.PACK, packages="100; 200")
    before = len(pushes(store, 1))
    assert do(store, 1, Step.SHIP, packages="1").status is S.PACKED
    assert len(pushes(store, 1)) == before
    assert do(store, 1, Step.SHIP).status is S.SHIPPED
    assert len(pushes(store, 1)) == before + 1


def test_a_cancel_takes_back_what_was_not_told_yet(store):
    do(store, 1, Step.ACCEPT)
    do(store, 1, Step.CANCEL)
    assert [(p.step, p.state) for p in pushes(store, 1)] == [
        (Step.ACCEPT, State.WITHDRAWN), (Step.CANCEL, State.WAITING),
    ]  # fmt: skip


def test_the_journal_and_the_log_hold_no_personal_data(store, caplog):
    caplog.set_level("DEBUG")
    for step in (Step.ACCEPT, Step.PREPARE, Step.INVOICE, Step.PACK, Step.READY, Step.HAND_OVER):
        do(store, 2, step)
    with closing(sqlite3.connect(store.path)) as raw:
        written = " ".join(str(row) for row in raw.execute("SELECT * FROM journal"))
    for secret in ("José", "1.234.567", "João", "123.456.789-09", "Flores"):
        assert secret not in written
        assert secret not in caplog.text
    assert '"collected_by"' in written  # the name of the field
    # Not even a hash: there are so few documents that whoever tries them all would find it.
    for guess in ("José Ângelo", "RG 1.234.567"):
        assert journal.fingerprint(guess) not in written
    assert journal.fingerprint("B-3") in written


# --- the invoice ------------------------------------------------------------------------------------------


def _ready_to_invoice(store: Store, order_id: int) -> None:
    do(store, order_id, Step.ACCEPT)
    do(store, order_id, Step.PREPARE)


def test_a_key_that_another_order_has_is_refused_by_that_orders_number(store):
    _ready_to_invoice(store, 1)
    _ready_to_invoice(store, 3)
    assert (
        do(store, 1, Step.INVOICE, number="", document="", key=_good_key()).invoice.key
        == _good_key()
    )
    with pytest.raises(UserError, match="1") as refused:
        do(store, 3, Step.INVOICE, number="", document="", key=_good_key())
    assert refused.value.field == "key"


@pytest.mark.parametrize("source", ["key", "platform"])
def test_a_key_counts_as_used_whoever_it_came_from(store, source):
    with store.read() as session:
        other = orders.get(session, 3)
    used = replace(other, invoice=Invoice("1", key=_good_key(), source=source))
    store.do(lambda s: orders.save(s, used, NOW))
    _ready_to_invoice(store, 1)
    with pytest.raises(UserError) as refused:
        do(store, 1, Step.INVOICE, number="", document="", key=_good_key())
    assert refused.value.field == "key"


def _good_key() -> str:
    digits = "3526031234567800019555001000001234100001234"
    weights = [2, 3, 4, 5, 6, 7, 8, 9]
    total = sum(int(c) * weights[n % 8] for n, c in enumerate(reversed(digits)))
    rest = total % 11
    return digits + str(0 if rest < 2 else 11 - rest)


def test_a_file_that_cannot_be_read_is_a_sentence(store, tmp_path):
    for path in (tmp_path / "none.xml", tmp_path):
        with pytest.raises(UserError, match="cannot be read") as refused:
            do(store, 1, Step.INVOICE, xml=str(path))
        assert refused.value.field == "xml"


def test_a_file_that_is_too_large_is_a_sentence(store, tmp_path):
    big = tmp_path / "big.xml"
    with big.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(UserError, match="too large"):
        do(store, 1, Step.INVOICE, xml=str(big))


# --- picking and labels -----------------------------------------------------------------------------------


def test_picking_is_noted_line_by_line(store):
    work = Work(store, Clock())
    do(store, 1, Step.ACCEPT)
    picked = work.pick(1, 2, Decimal("1.000"), "acabou", ANA).result(10)
    assert (picked.lines[1].picked, picked.lines[1].short_reason) == (Decimal("1.000"), "acabou")
    assert picked.lines[0].picked is None
    assert lines(store, 1)[-1].what == "pick"
    assert len(pushes(store, 1)) == 1  # the platform is not told of picking


@pytest.mark.parametrize(
    ("line", "quantity", "reason", "field"),
    [
        (9, "1", "", "lines"),
        (1, "3", "", "quantity"),
        (1, "-1", "x", "quantity"),
        (1, "1", " ", "short_reason"),
    ],
)
def test_picking_what_cannot_be_is_refused(store, line, quantity, reason, field):
    do(store, 1, Step.ACCEPT)
    with pytest.raises(UserError) as refused:
        Work(store).pick(1, line, Decimal(quantity), reason, ANA).result(10)
    assert refused.value.field == field


def test_what_was_counted_outlives_the_window_and_the_clerk(tmp_path, opened):
    store = opened(an_order("1"))
    do(store, 1, Step.ACCEPT)
    _order, line = Work(store).count(1, "7891000315507", ANA).result(10)
    assert (line.number, line.picked, line.is_settled) == (1, 1, False)
    store.close()
    other = Person("Beto", Role.CLERK)
    with closing(Store(tmp_path)) as store:
        order, line = Work(store).count(1, "caf-500", other).result(10)
        assert (line.picked, line.is_settled) == (2, True)
        assert order.lines[0] == line
        assert [(e.who, dict(e.data)) for e in lines(store, 1) if e.what == "pick"] == [
            ("Ana", {"line": 1, "picked": "1"}), ("Beto", {"line": 1, "picked": "2"}),
        ]  # fmt: skip
        with pytest.raises(UserError, match="all 2 are picked already"):
            Work(store).count(1, "CAF-500", other).result(10)


def test_what_two_clerks_scan_at_once_is_counted_for_both(opened):
    many = replace(an_order("1").lines[0], quantity=Decimal(50))
    store = opened(an_order("1", lines=(many,)))
    do(store, 1, Step.ACCEPT)
    work = Work(store)
    scans = [work.count(1, "CAF-500", Person(name, Role.CLERK)) for name in ("Ana", "Beto") * 20]
    assert [scan.result(10)[1].picked for scan in scans] == list(range(1, 41))


def test_goods_by_weight_are_one_piece(store):
    do(store, 1, Step.ACCEPT)
    _order, line = Work(store).count(1, "QJO-KG", ANA).result(10)
    assert line.picked == line.quantity == Decimal("1.250")


def test_the_same_product_on_two_lines_fills_one_after_the_other(opened):
    first = an_order("1").lines[0]
    second = replace(first, number=2, quantity=Decimal(1))
    store = opened(an_order("1", lines=(first, second)))
    do(store, 1, Step.ACCEPT)
    scans = [Work(store).count(1, "CAF-500", ANA) for _ in range(3)]
    assert [scan.result(10)[1].number for scan in scans] == [1, 1, 2]


def test_what_was_missing_and_is_found_is_counted_on(store):
    work = Work(store)
    do(store, 1, Step.ACCEPT)
    work.pick(1, 1, Decimal(0), "acabou", ANA).result(10)
    _order, line = work.count(1, "CAF-500", ANA).result(10)
    assert (line.picked, line.short_reason) == (1, "acabou")
    _order, line = work.count(1, "CAF-500", ANA).result(10)
    assert (line.picked, line.short_reason) == (2, "")


def test_a_half_counted_line_keeps_the_box_open(opened):
    store = opened(an_order("1"))
    picking = setup.StoreSettings(journey=Journey(picking=True))
    store.do(lambda s: setup.save_settings(s, picking))
    for step in (Step.ACCEPT, Step.PREPARE):
        do(store, 1, step)
    work = Work(store, Clock())
    for code in ("CAF-500", "QJO-KG"):
        work.count(1, code, ANA).result(10)
    do(store, 1, Step.INVOICE)
    with pytest.raises(UserError):
        do(store, 1, Step.PACK)
    work.count(1, "CAF-500", ANA).result(10)
    assert do(store, 1, Step.PACK).status is S.PACKED


def test_a_product_of_another_order_is_refused(store):
    do(store, 1, Step.ACCEPT)
    with pytest.raises(UserError, match="XYZ is not in order 1"):
        Work(store).count(1, "XYZ", ANA).result(10)
    with pytest.raises(UserError, match="accepted"):
        Work(store).count(3, "CAF-500", ANA).result(10)


def test_nothing_is_picked_for_an_order_that_waits_or_is_held(store):
    work = Work(store)
    with pytest.raises(UserError, match="accepted"):
        work.pick(1, 1, Decimal(2), "", ANA).result(10)
    do(store, 1, Step.ACCEPT)
    do(store, 1, Step.HOLD)
    with pytest.raises(UserError, match="accepted"):
        work.pick(1, 1, Decimal(2), "", ANA).result(10)


def test_a_printed_label_is_noted_once(store):
    work = Work(store, Clock())
    for step in (Step.ACCEPT, Step.PREPARE, Step.INVOICE):
        do(store, 1, step)
    do(store, 1, Step.PACK, packages="100; 200")
    order = work.label_printed(1, [2], "Ana").result(10)
    assert [p.label for p in order.packages] == [Label.NONE, Label.PRINTED]
    assert work.label_printed(1, [2], "Ana").result(10) == order
    assert [line.what for line in lines(store, 1)].count("label_printed") == 1


# --- repair -----------------------------------------------------------------------------------------------


def test_a_mended_push_keeps_what_was_not_corrected(opened):
    unpaid = Payment(PaymentKind.TRANSFER, "Depósito", 38970)
    store = opened(an_order(status=S.AWAITING_PAYMENT, payment=unpaid))
    do(store, 1, Step.RECORD_PAYMENT, reference="Pix 77", comment="conferido")
    [push] = pushes(store, 1)
    refuse(store, push.id)
    Work(store, Clock()).mend(push.id, {"comment": "conferido de novo"}, ANA).result(10)
    [mended] = pushes(store, 1)
    assert mended.state is State.WAITING
    assert mended.data == push.data | {"comment": "conferido de novo"}
    assert mended.data["reference"] == "Pix 77"


def test_a_mended_invoice_corrects_order_and_push(store):
    _ready_to_invoice(store, 1)
    do(store, 1, Step.INVOICE)
    [_, push] = pushes(store, 1)
    refuse(store, push.id)
    Work(store, Clock()).mend(push.id, {"number": "882", "document": "Factura"}, ANA).result(10)
    with store.read() as session:
        order = orders.get(session, 1)
    assert order.invoice is not None
    assert order.invoice.number == "882"
    assert json.loads(json.dumps(pushes(store, 1)[1].data))["key"]["number"] == "882"
    assert lines(store, 1)[-1].what == "mend"


def test_a_mended_shipment_corrects_the_tracking(store):
    for step in (Step.ACCEPT, Step.PREPARE, Step.INVOICE, Step.PACK, Step.SHIP):
        do(store, 1, step)
    push = pushes(store, 1)[-1]
    refuse(store, push.id)
    Work(store, Clock()).mend(push.id, {"tracking": "JD2BR"}, ANA).result(10)
    with store.read() as session:
        assert [p.tracking for p in orders.get(session, 1).packages] == ["JD2BR"]
        assert orders.by_code(session, "JD2BR") == [("tracking", 1)]
    assert pushes(store, 1)[-1].data["tracking"] == "JD2BR"
    assert pushes(store, 1)[-1].data["carrier"] == "Jadlog"


def test_a_wrong_correction_changes_nothing(store):
    do(store, 1, Step.ACCEPT)
    refuse(store, 1)
    before = dump(store)
    for given in ({"notify": "perhaps"}, {"colour": "red"}):
        with pytest.raises(UserError):
            Work(store).mend(1, given, ANA).result(10)
    assert dump(store) == before


def test_what_waits_for_nobody_cannot_be_mended_or_answered(store):
    do(store, 1, Step.ACCEPT)
    work = Work(store)
    for act in (work.mend(1, {}, ANA), work.answer(1, True, ANA), work.mend(99, {}, ANA)):
        with pytest.raises(UserError, match="waiting for you"):
            act.result(10)


def test_an_answer_settles_an_unanswered_push_and_is_journalled(store):
    do(store, 1, Step.ACCEPT)
    refuse(store, 1)
    Work(store, Clock()).answer(1, True, ANA).result(10)
    assert pushes(store, 1)[0].state is State.DONE
    assert (lines(store, 1)[-1].what, lines(store, 1)[-1].data) == ("answer", {"reached": True})


def test_a_parked_answer_can_be_let_go(store):
    store.do(lambda s: setup.park(s, SHOP, "r9", UserError("{why}", why="broken"), b"<raw>", NOW))
    with store.read() as session:
        [parked] = setup.all_parked(session)
    assert (str(parked.reason), parked.raw) == ("broken", b"<raw>")
    Work(store, Clock()).let_go(parked.id, ANA).result(10)
    with store.read() as session:
        assert setup.all_parked(session) == []


# --- settings of the journey ------------------------------------------------------------------------------


def test_a_store_that_switched_stages_off_goes_the_shorter_way(store):
    short = Journey(off=frozenset({S.IN_PREPARATION, S.PACKED, S.IN_TRANSIT}))
    store.do(lambda s: setup.save_settings(s, setup.StoreSettings(journey=short)))
    for step in (Step.ACCEPT, Step.INVOICE, Step.SHIP, Step.DELIVER, Step.FINALIZE):
        last = do(store, 1, step)
    assert last.status is S.FINALIZED
    assert last.packages == (replace(last.packages[0], number=1),)
    with pytest.raises(UserError, match="does not use"):
        do(store, 3, Step.PREPARE)


def test_every_step_has_data_here_or_needs_none(store):
    needed = {step for step, rule in STEPS.items() if any(f.required for f in rule.fields)}
    assert needed <= set(GIVEN)


def test_the_person_may_be_in_a_hurry(store):
    """Two clicks: the second is refused by its rule, not by chance."""
    work = Work(store, Clock())
    first, second = work.do(1, Step.ACCEPT, {}, ANA), work.do(1, Step.ACCEPT, {}, ANA)
    assert first.result(10).status is S.ACCEPTED
    with pytest.raises(UserError, match="done already"):
        second.result(10)
    assert len(pushes(store, 1)) == 1


def test_the_label_of_an_order_without_packages_makes_one(store):
    for step in (Step.ACCEPT, Step.PREPARE, Step.INVOICE):
        do(store, 1, step)
    order = Work(store, Clock()).label_printed(1, [], "Ana").result(10)
    assert order.packages == (Package(1, label=Label.PRINTED),)
