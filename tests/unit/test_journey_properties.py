"""No mix of steps and observations breaks an invariant, whatever stages a store has switched off.

The rules are written down here once more, on their own, so that a slip in the table cannot hide itself.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from desktop.errors import UserError
from desktop.fields import Field, FieldKind
from desktop.i18n import tr_error
from desktop.journey import MAIN_PATH, OPTIONAL, Journey, Step, apply, fields_of, may, next_step
from desktop.journey.observe import Remote, first_seen, observe
from desktop.order import (
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
from tests.unit.orders import AT, INVOICE, LINES, MANAGER, helpful, order, pick_all, walk

S = Status
FINAL = {S.CLOSED, S.CANCELLED, S.FINALIZED}
ENDS = FINAL | {S.RETURNED}
ROAD = {S.SHIPPED, S.IN_TRANSIT, S.DELIVERY_PROBLEM}
LEFT = ROAD | {S.DELIVERED, S.PICKED_UP, S.FINALIZED}
AFTER_FINAL = {
    S.CLOSED: set(),
    S.CANCELLED: {Step.REFUND},
    S.FINALIZED: {Step.TAKE_BACK, Step.REFUND},
}
WHILE_HELD = {Step.RELEASE, Step.CANCEL, Step.RECORD_PAYMENT, Step.REFUND}
WHILE_CANCELLED = {
    Step.CANCEL,
    Step.TAKE_BACK,
    Step.REFUND,
    Step.HOLD,
    Step.RELEASE,
    Step.RECORD_PAYMENT,
}
BOX = set(Step) - WHILE_CANCELLED
FACTS_ONLY = {Step.HOLD, Step.RELEASE}

_JUNK = ["", " ", "?", "-1", "\x1b@", "^XA", "9" * 40, "ção", "1 9", None]
_VALUES = {
    FieldKind.TEXT: ["Jadlog", "motoboy", "Beto", "JD1BR"],
    FieldKind.LONG_TEXT: ["já ligou"],
    FieldKind.WHOLE: ["1"],
    FieldKind.MONEY: ["226,95", "10", "0,01", "226,96", 1, 22695],
    FieldKind.DATE: ["2026-03-13", "13/03/2026"],
    FieldKind.YES_NO: ["yes", "no", True, False],
    FieldKind.NUMBERS: ["1", "2", "1 2", "3", (1,)],
    FieldKind.PACKAGES: ["1200", "1200 300x200x100; 800", "1;2;3"],
}


def _value(field: Field) -> st.SearchStrategy[object]:
    good = list(field.choices) if field.kind is FieldKind.CHOICE else _VALUES[field.kind]
    return st.sampled_from(good) | st.sampled_from(_JUNK)


@st.composite
def given_data(draw, step: Step, here: Order) -> dict[str, object]:
    """Helpful data, with some of it missing or replaced by anything at all."""
    data = dict(helpful(here, step))
    fields = {field.name: field for field in fields_of(step)}
    for name in draw(st.lists(st.sampled_from(sorted(fields)), max_size=3, unique=True)):
        data[name] = draw(_value(fields[name]))
    for name in draw(st.lists(st.sampled_from(sorted(data)), max_size=1)) if data else ():
        del data[name]
    return data


@st.composite
def remote_facts(draw, base: Order) -> Order:
    """The platform's own data of the order: paid or not, invoiced or not, packages, other lines."""
    kind = draw(st.sampled_from([base.payment.kind] * 3 + list(PaymentKind)))
    settled = draw(st.sampled_from([None, AT]))
    boxes = draw(st.sampled_from([0, 0, 1, 2]))
    fewer = draw(st.booleans())
    return replace(
        base,
        payment=Payment(kind, "Pix", base.total, settled),
        invoice=draw(st.sampled_from([None, None, INVOICE])),
        packages=tuple(
            Package(n + 1, tracking=draw(st.sampled_from(["", "BR9"]))) for n in range(boxes)
        ),
        lines=LINES[:2] if fewer else LINES,
        total=18105 if fewer else 22695,
    )


class Life(RuleBasedStateMachine):
    """One order, from where it is first seen, through anything."""

    @initialize(
        kind=st.sampled_from(Kind),
        payment=st.sampled_from(PaymentKind),
        off=st.frozensets(st.sampled_from(sorted(OPTIONAL))),
        picking=st.booleans(),
        status=st.sampled_from(
            [S.AWAITING_PAYMENT] * 4 + [S.AWAITING_CREATION] * 12 + [None, *Status]
        ),
        data=st.data(),
    )
    def enters(self, kind, payment, off, picking, status, data):
        self.journey = Journey(off, picking, frozenset({"motoboy"}))
        self.base = order(S.AWAITING_CREATION, kind, payment)
        facts = data.draw(remote_facts(self.base)) if data.draw(st.booleans()) else self.base
        self.order = first_seen(Remote(facts, status, str(status)), self.journey, AT)
        self.been = [self.order.status]
        assert self.order.archived == (self.order.status in ENDS)

    # What happens

    @precondition(lambda self: next_step(self.order, self.journey) is not None)
    @rule(data=st.data())
    def the_big_button(self, data):
        step = next_step(self.order, self.journey)
        self._try(step, data.draw(given_data(step, self.order)), MANAGER)

    @precondition(lambda self: next_step(self.order, self.journey) is not None)
    @rule()
    def the_big_button_well_used(self):
        step = next_step(self.order, self.journey)
        self._try(step, helpful(self.order, step), MANAGER)

    @rule(step=st.sampled_from(Step), role=st.sampled_from(Role), data=st.data())
    def any_step(self, step, role, data):
        self._try(step, data.draw(given_data(step, self.order)), Person("Ana", role))

    @rule(step=st.sampled_from([Step.HOLD, Step.REFUND, Step.TAKE_BACK, Step.CANCEL]))
    def a_step_aside(self, step):
        self._try(step, helpful(self.order, step), MANAGER)

    @rule(number=st.integers(1, 3), share=st.sampled_from(["0", "0.5", "1"]), reason=st.booleans())
    def lines_are_picked(self, number, share, reason):
        self.order = replace(
            self.order,
            lines=tuple(
                replace(
                    line,
                    picked=line.quantity * Decimal(share),
                    short_reason="esgotado" if reason else "",
                )
                if line.number == number
                else line
                for line in self.order.lines
            ),
        )

    @rule(number=st.integers(1, 3))
    def a_label_is_printed(self, number):
        self.order = replace(
            self.order,
            packages=tuple(
                replace(p, label=Label.PRINTED) if p.number == number else p
                for p in self.order.packages
            ),
        )

    @rule(off=st.frozensets(st.sampled_from(sorted(OPTIONAL))))
    def the_store_changes_its_stages(self, off):
        self.journey = replace(self.journey, off=off)

    @rule(
        status=st.sampled_from([None, *Status]),
        word=st.sampled_from(["a", "b"]),
        cancel=st.sampled_from([None] * 6 + list(CancelState)),
        data=st.data(),
    )
    def the_platform_speaks(self, status, word, cancel, data):
        facts = data.draw(remote_facts(self.base)) if data.draw(st.booleans()) else self.order
        before, remote = self.order, Remote(facts, status, word, cancel)
        later = AT + timedelta(hours=len(self.been))
        seen = observe(before, remote, self.journey, later)
        assert seen == observe(before, remote, self.journey, later)
        self._looked(before, remote, seen.order, seen.stopped)
        assert seen.moved_from is (None if before.status is seen.order.status else before.status)
        self._moved(seen.order)

    # What must hold of a step

    def _try(self, step, data, who):
        before, said = self.order, repr((self.order, data))
        refusal = may(before, step, self.journey, who.role)
        try:
            after = apply(before, step, data, self.journey, AT, who)
        except UserError as error:
            assert tr_error(error).endswith(".")
            assert repr((before, data)) == said
            return
        assert refusal is None
        assert repr((before, data)) == said
        assert after == apply(before, step, data, self.journey, AT, who)
        self._allowed(before, step)
        self._stepped(before, step, data, after)
        self._moved(after)

    def _allowed(self, before, step):
        if before.status in FINAL:
            assert step in AFTER_FINAL[before.status]
        if before.hold is not None:
            assert step in WHILE_HELD
        if before.cancellation is not None:
            assert step in WHILE_CANCELLED

    def _stepped(self, before, step, data, after):
        assert (after.lines, after.total, after.kind) == (before.lines, before.total, before.kind)
        if step in FACTS_ONLY:
            assert replace(after, hold=None) == replace(before, hold=None)
            assert (after.hold is None) == (step is Step.RELEASE)
        if step is Step.CANCEL:
            assert before.invoice is None
            assert not _has_left(before)
            assert after.status is S.CANCELLED
        if step is Step.TAKE_BACK:
            assert not _has_left(before) or data["goods_here"] in {"yes", True}
            assert before.invoice is None or data["invoice"]
            assert after.status is S.RETURNED
        if step is Step.REFUND:
            assert before.payment.is_settled
            assert before.status in {
                S.RETURNED,
                S.CANCELLED,
                S.DELIVERED,
                S.PICKED_UP,
                S.FINALIZED,
            }
            assert (after.status is S.CLOSED) == (after.refunded == after.total)
        elif after.refunds != before.refunds:
            raise AssertionError(step)
        if not before.payment.is_settled and after.payment.is_settled:
            assert step is Step.RECORD_PAYMENT
            assert before.payment.kind is not PaymentKind.ONLINE
            assert after.payment.amount == after.total
            assert type(after.payment.amount) is int
        self._arrived_by_step(before, after, step)
        self._packages(before, after, step)

    def _arrived_by_step(self, before, after, step):
        if after.status is before.status:
            return
        paid = after.payment.is_settled
        invoiced = after.invoice is not None or S.INVOICED not in self.journey.path(after.kind)
        assert after.status not in self.journey.off & OPTIONAL
        match after.status:
            case S.AWAITING_CREATION:
                assert step is Step.RECORD_PAYMENT
                assert paid
            case S.ACCEPTED:
                assert paid or after.payment.kind is PaymentKind.ON_DELIVERY
            case S.INVOICED:
                assert isinstance(after.invoice, Invoice)
            case S.PACKED:
                assert not self.journey.picking or all(line.is_settled for line in after.lines)
                assert after.packages
            case S.SHIPPED:
                assert after.kind is Kind.DELIVERY
                assert invoiced
                assert all(package.shipped_at for package in after.packages)
            case S.DELIVERED:
                assert before.status in ROAD
                assert all(package.delivered_at for package in after.packages)
            case S.READY_FOR_PICKUP:
                assert after.kind is Kind.PICKUP
                assert invoiced
            case S.PICKED_UP:
                assert paid or after.payment.kind is PaymentKind.ONLINE
                assert invoiced
                assert after.collected is not None
                assert after.collected.name
            case S.FINALIZED:
                assert before.status in {S.DELIVERED, S.PICKED_UP}
                assert paid

    def _packages(self, before, after, step):
        old = {package.number: package for package in before.packages}
        for package in after.packages:
            if package.shipped_at is None or old.get(package.number, Package(0)).shipped_at:
                continue
            assert step is Step.SHIP
            assert package.label is Label.PRINTED or package.label_reason
            assert package.carrier or package.driver
            assert package.tracking or package.carrier in {"", "motoboy"}
            assert after.invoice is not None or S.INVOICED not in self.journey.path(after.kind)

    # What must hold of a look at the platform

    def _looked(self, before, remote, after, stopped):
        cancelled = remote.cancel is not None or remote.status is S.CANCELLED
        if before.status in FINAL:
            follows = {S.RETURNED, S.CLOSED} if before.status is S.FINALIZED else {S.CLOSED}
            assert after.status is before.status or after.status in follows
        if cancelled and before.status not in ENDS:
            assert after.cancellation is not None
            assert after.status in {before.status, S.CANCELLED}
            assert stopped or before.cancellation is not None
        if after.status is S.CANCELLED and before.status is not S.CANCELLED:
            assert not _has_left(before)
            assert after.invoice is None
        if before.cancellation is not None and before.cancellation.state is CancelState.CANCELLED:
            assert after.cancellation == before.cancellation
        if after.total != before.total or after.lines != before.lines:
            assert before.invoice is None
            assert before.status in MAIN_PATH[before.kind][:4]
        assert after.refunds == before.refunds
        assert after.invoice is before.invoice or before.invoice is None
        if before.payment.is_settled:
            assert after.payment == before.payment
        ended = after.status is not before.status and after.status in ENDS
        assert after.hold == (None if ended else before.hold)

    def _moved(self, after):
        """No status of the main path twice; transit and problem may alternate."""
        before = self.order.status
        if after.status is not before:
            solved = before is S.DELIVERY_PROBLEM and after.status is S.IN_TRANSIT
            alternates = solved or after.status is S.DELIVERY_PROBLEM
            assert alternates or after.status not in self.been
            self.been.append(after.status)
        self.order = after

    # What must hold always

    @invariant()
    def money_given_back_never_exceeds_the_total(self):
        if hasattr(self, "order"):
            assert 0 <= self.order.refunded <= self.order.total
            assert type(self.order.refunded) is int

    @invariant()
    def a_known_cancellation_stops_the_box(self):
        if hasattr(self, "order") and self.order.cancellation is not None:
            for step in BOX:
                assert may(self.order, step, self.journey) is not None, step

    @invariant()
    def a_final_order_is_not_held(self):
        if hasattr(self, "order") and self.order.status in FINAL:
            assert self.order.hold is None

    @invariant()
    def it_can_reach_an_end(self):
        if not hasattr(self, "order"):
            return
        last = _led_out(self.order, self.journey)
        stopped = self.order.cancellation is not None or self.order.status in ENDS
        online = self.order.payment.kind is PaymentKind.ONLINE
        if not stopped and (self.order.payment.is_settled or not online):
            assert last.status is S.FINALIZED
        goods_back = pick_all(self.order)
        if may(goods_back, Step.TAKE_BACK, self.journey) is None:
            data = helpful(goods_back, Step.TAKE_BACK)
            goods_back = apply(goods_back, Step.TAKE_BACK, data, self.journey, AT, MANAGER)
            _led_out(goods_back, self.journey)


def _has_left(here: Order) -> bool:
    return here.status in LEFT or any(package.shipped_at for package in here.packages)


def _led_out(here: Order, journey: Journey) -> Order:
    """The order at the end of the way that the big button shows.

    Where only the platform can open the next step (its word on the money), the way out is to cancel or to
    take the goods back.
    """
    try:
        last = walk(here, journey)[-1]
    except UserError:
        assert not here.payment.is_settled
        last = replace(here, payment=replace(here.payment, settled_at=AT))
        if here.status is not S.AWAITING_PAYMENT:
            assert walk(last, journey)[-1].status is S.FINALIZED
        here = replace(here, hold=None)
        out = [s for s in (Step.CANCEL, Step.TAKE_BACK) if may(here, s, journey) is None]
        last = apply(here, out[0], helpful(here, out[0]), journey, AT, MANAGER)
        last = walk(last, journey)[-1]
    unpaid = not last.payment.is_settled or last.total == 0
    assert last.status in FINAL or (last.status is S.RETURNED and unpaid)
    return last


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=250,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
