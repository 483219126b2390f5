"""No mix of steps and observations breaks an invariant, whatever stages a store has switched off.

The rules are written down here once more, on their own, so that a slip in the table cannot hide itself.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.errors import UserError
from desktop.fields import FieldKind
from desktop.i18n import tr_error
from desktop.journey import (
    MAIN_PATH,
    OPTIONAL,
    Journey,
    Step,
    apply,
    fields_of,
    may,
    next_step,
)
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
GOODS_LEAVE = (Step.SHIP, Step.READY, Step.HAND_OVER)
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


# Which fields of a step to spoil, and how: positions in its fields and in the values of the field.
SPOILS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 15)), max_size=2)


def spoiled(here: Order, step: Step, spoils: list[tuple[int, int]]) -> dict[str, object]:
    """Helpful data, with some of it missing or replaced by anything at all."""
    data = dict(helpful(here, step))
    fields = sorted(fields_of(step), key=lambda field: field.name not in data)
    for which, how in spoils:
        field = fields[which % len(fields)]
        good = list(field.choices) if field.kind is FieldKind.CHOICE else _VALUES[field.kind]
        data[field.name] = ([""] * 4 + good + _JUNK)[how % (4 + len(good) + len(_JUNK))]
    return data


@dataclass(frozen=True)
class Told:
    """The platform's own data of an order, as far as it differs."""

    payment: PaymentKind | None = None
    settled: bool = True
    invoiced: bool = False
    boxes: int = 0
    tracked: bool = False
    fewer: bool = False

    def of(self, base: Order) -> Order:
        kind = self.payment or base.payment.kind
        tracking = "BR9" if self.tracked else ""
        total, lines = (18105, LINES[:2]) if self.fewer else (22695, LINES)
        return replace(
            base,
            payment=Payment(kind, "Pix", total, AT if self.settled else None),
            invoice=INVOICE if self.invoiced else None,
            packages=tuple(Package(n + 1, tracking=tracking) for n in range(self.boxes)),
            lines=lines,
            total=total,
        )


TOLD = st.builds(
    Told,
    st.sampled_from([None, None, None, *PaymentKind]),
    st.sampled_from([True, True, False]),
    st.booleans(),
    st.sampled_from([0, 1, 2]),
    st.booleans(),
    st.booleans(),
)
STAGES_OFF = st.sampled_from(
    [frozenset(some) for n in range(5) for some in combinations(sorted(OPTIONAL), n)]
)
STARTS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(Kind),
        "payment": st.sampled_from(PaymentKind),
        "off": STAGES_OFF,
        "picking": st.booleans(),
        "status": st.sampled_from(
            [S.AWAITING_PAYMENT] * 4 + [S.AWAITING_CREATION] * 28 + [None, *Status]
        ),
        "told": st.builds(Told, boxes=st.sampled_from([0, 2])) | TOLD,
        "presses": st.sampled_from(range(9)),
    }
)
ASIDE = [Step.HOLD, Step.CANCEL, Step.TAKE_BACK, Step.TRANSIT, Step.PROBLEM]
SHIP_NEEDS = ["tracking", "label_elsewhere", "carrier"]
LINE = st.integers(1, 3)
WORD = st.sampled_from("ab")
SAID = st.sampled_from([None, *Status, *list(Status)[:9]])
CANCEL = st.sampled_from([None, *CancelState])
# How often, what happens, with which arguments.
_EVENTS: list[tuple[int, str, dict[str, st.SearchStrategy[object]]]] = [
    (3, "press", {"spoils": SPOILS}),
    (2, "press", {"spoils": st.just([])}),
    (3, "step", {"step": st.sampled_from(Step), "role": st.sampled_from(Role), "spoils": SPOILS}),
    (
        2,
        "step",
        {"step": st.sampled_from(ASIDE), "role": st.just(MANAGER.role), "spoils": st.just([])},
    ),
    (3, "ship", {"number": st.sampled_from("12"), "without": st.sampled_from(["", *SHIP_NEEDS])}),
    (1, "take_back", {"without": st.sampled_from(["goods_here", "invoice", "reason"])}),
    (1, "refund", {"amount": st.sampled_from(["10", "181,05", "226,95", "226,96", "0"])}),
    (
        1,
        "pick",
        {"number": LINE, "share": st.sampled_from(["0", "0.5", "1"]), "reason": st.booleans()},
    ),
    (1, "print_label", {"number": LINE}),
    (1, "switch_stages", {"off": STAGES_OFF}),
    (3, "look", {"status": SAID, "word": WORD, "cancel": st.none(), "told": st.none() | TOLD}),
    (2, "look", {"status": st.none(), "word": WORD, "cancel": CANCEL, "told": st.none()}),
]
EVENTS = st.one_of(
    [
        st.tuples(st.just(name), st.fixed_dictionaries(args))
        for n, name, args in _EVENTS
        for _ in range(n)
    ]
)


class Life:
    """One order, from where it is first seen, through anything that may happen to it."""

    def __init__(self, kind, payment, off, picking, status, told, presses):
        self.journey = Journey(off, picking, frozenset({"motoboy"}))
        self.base = order(S.AWAITING_CREATION, kind, payment)
        self.order = first_seen(Remote(told.of(self.base), status, str(status)), self.journey, AT)
        self.been = [self.order.status]
        assert self.order.archived == (self.order.status in ENDS)
        for _ in range(presses):
            self.press([])

    # What happens

    def press(self, spoils):
        """The big button."""
        step = next_step(self.order, self.journey)
        if step is Step.PACK and not spoils:
            self.order = pick_all(self.order)
        if step is not None:
            self._try(step, spoiled(self.order, step, spoils), MANAGER)

    def step(self, step, role, spoils):
        self._try(step, spoiled(self.order, step, spoils), Person("Ana", role))

    def ship(self, number, without):
        data = helpful(self.order, Step.SHIP) | {"packages": number}
        self._try(Step.SHIP, data | ({without: ""} if without else {}), MANAGER)

    def take_back(self, without):
        self._try(Step.TAKE_BACK, helpful(self.order, Step.TAKE_BACK) | {without: ""}, MANAGER)

    def refund(self, amount):
        self._try(Step.REFUND, {"amount": amount}, MANAGER)

    def pick(self, number, share, reason):
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

    def print_label(self, number):
        self.order = replace(
            self.order,
            packages=tuple(
                replace(p, label=Label.PRINTED) if p.number == number else p
                for p in self.order.packages
            ),
        )

    def switch_stages(self, off):
        self.journey = replace(self.journey, off=off)

    def look(self, status, word, cancel, told):
        before, later = self.order, AT + timedelta(hours=len(self.been))
        remote = Remote(told.of(self.base) if told else before, status, word, cancel)
        seen = observe(before, remote, self.journey, later)
        assert seen == observe(before, remote, self.journey, later)
        self._looked(before, remote, seen.order, seen.stopped)
        assert seen.moved_from is (None if before.status is seen.order.status else before.status)
        self._moved(seen.order)

    # What must hold of a step

    def _try(self, step, data, who):
        before, said = self.order, repr(data)
        refusal = may(before, step, self.journey, who.role)
        try:
            after = apply(before, step, data, self.journey, AT, who)
        except UserError as error:
            assert tr_error(error).endswith(".")
            assert repr(data) == said
            return
        assert refusal is None
        assert repr(data) == said
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

    def holds(self):
        here = self.order
        assert 0 <= here.refunded <= here.total
        assert type(here.refunded) is int
        assert here.hold is None or here.status not in FINAL
        if here.cancellation is not None:
            assert {step for step in BOX if may(here, step, self.journey) is None} == set()
        self._can_reach_an_end()
        self._steps_hold_their_rules()
        self._looks_hold_their_rules()

    def _steps_hold_their_rules(self):
        """Every open step, with helpful data and with each value of it left out, without going on."""
        for step in Step:
            if may(self.order, step, self.journey) is not None:
                continue
            self._allowed(self.order, step)
            for data in _variants(self.order, step):
                try:
                    after = apply(self.order, step, data, self.journey, AT, MANAGER)
                except UserError:
                    continue
                self._stepped(self.order, step, data, after)
                said = Remote(after, S.CANCELLED, "end")
                _led_out(observe(after, said, self.journey, AT).order, self.journey)

    def _looks_hold_their_rules(self):
        """Whatever the platform may say next, without going on."""
        asked = [(None, CancelState.REQUESTED), (None, CancelState.CANCELLED)]
        for status, cancel in [*((status, None) for status in Status), *asked]:
            said = Remote(self.order, status, "news", cancel)
            seen = observe(self.order, said, self.journey, AT)
            self._looked(self.order, said, seen.order, seen.stopped)
            if any(may(seen.order, step, self.journey) is None for step in GOODS_LEAVE):
                assert seen.order.hold is None
                assert seen.order.cancellation is None
                used = S.INVOICED in self.journey.path(seen.order.kind)
                assert seen.order.invoice is not None or not used

    def _can_reach_an_end(self):
        last = _led_out(self.order, self.journey)
        stopped = self.order.cancellation is not None or self.order.status in ENDS
        online = self.order.payment.kind is PaymentKind.ONLINE
        if not stopped and (self.order.payment.is_settled or not online):
            assert last.status is S.FINALIZED
        self._ends_after_goods_come_back(self.order)
        for status in (S.CANCELLED, S.RETURNED, S.CLOSED):
            seen = observe(self.order, Remote(self.order, status, "end"), self.journey, AT).order
            assert seen.status not in FINAL or seen.hold is None
            _led_out(seen, self.journey)

    def _ends_after_goods_come_back(self, here):
        if may(here, Step.TAKE_BACK, self.journey) is None:
            data = helpful(here, Step.TAKE_BACK)
            _led_out(apply(here, Step.TAKE_BACK, data, self.journey, AT, MANAGER), self.journey)


def _variants(here: Order, step: Step) -> list[dict[str, object]]:
    data = helpful(here, step)
    more = {
        Step.SHIP: [{"packages": "1"}, {"packages": "2"}],
        Step.DELIVER: [{"packages": "1"}],
        Step.REFUND: [{"amount": "0,01"}, {"amount": "226,95"}, {"amount": "226,96"}],
    }
    left_out = [{name: ""} for name in data]
    return [data, *(data | change for change in left_out + more.get(step, []))]


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


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(STARTS, st.lists(EVENTS, min_size=4, max_size=14))
def test_no_mix_of_steps_and_observations_breaks_a_rule(start, events):
    life = Life(**start)
    life.holds()
    for name, args in events:
        before = life.order, life.journey
        getattr(life, name)(**args)
        if before != (life.order, life.journey):
            life.holds()
