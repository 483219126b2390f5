"""What a person can do: each act one durable transaction on the writer thread.

A step checks its rule, changes the order, writes the journal and puts the push into the outbox, all or
nothing. The network comes later and only ever moves the outbox. Every method returns at once; the future
is done when the act is durable, or holds the UserError (or StoreError) that says why not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

from desktop import connectors, picking
from desktop.connectors import How, Told
from desktop.errors import UserError
from desktop.fields import parse_all
from desktop.fiscal import access_key, intake, xml
from desktop.i18n import N_, decimals
from desktop.journey import STEPS, Step, apply, fields_of, may
from desktop.order import Invoice, Label, Line, Order, Package, Person, Status
from desktop.store import Session, Store, journal, notes, orders, outbox, setup
from desktop.store.body import plain

T = TypeVar("T")
Clock = Callable[[], datetime]
MAX_XML_BYTES = 2_000_000


def utc_now() -> datetime:
    return datetime.now(UTC)


class Work:
    """The acts of people on one store. Safe to call from any thread."""

    def __init__(self, store: Store, now: Clock = utc_now) -> None:
        self._store = store
        self._now = now

    def do(self, order_id: int, step: Step, given: Mapping[str, Any], who: Person) -> Future[Order]:
        """Takes a step. `given` holds field values by name, typed or as strings; for an invoice also
        `xml` as a path or as bytes."""
        try:
            given = _with_file(given)
        except UserError as error:
            return _failed(error)
        return self._store.write(lambda s: do(s, order_id, step, given, who, self._now()))

    def pick(
        self, order_id: int, line: int, quantity: Decimal, short_reason: str, who: Person
    ) -> Future[Order]:
        """Notes how much of a line was picked; less than ordered needs a reason."""
        return self._store.write(
            lambda s: _pick(s, order_id, line, quantity, short_reason, who, self._now())
        )

    def count(self, order_id: int, code: str, who: Person) -> Future[tuple[Order, Line]]:
        """Notes that one more piece of the product with this EAN or SKU was picked; the line it was
        counted on comes along."""
        return self._store.write(lambda s: _count(s, order_id, code, who, self._now()))

    def label_printed(self, order_id: int, packages: Iterable[int], who: str) -> Future[Order]:
        """Notes that the labels of these packages came out; an order without packages gets one."""
        chosen = set(packages)
        return self._store.write(lambda s: _label_printed(s, order_id, chosen, who, self._now()))

    def mend(self, push_id: int, given: Mapping[str, Any], who: Person) -> Future[None]:
        """Sends a refused push again; values in `given` correct the step's data and the order."""
        try:
            given = _with_file(given)
        except UserError as error:
            return _failed(error)
        return self._store.write(lambda s: _mend(s, push_id, given, who, self._now()))

    def answer(self, push_id: int, reached: bool, who: Person) -> Future[None]:
        """A person's word on a push that nobody can compare: it reached the platform, or not."""
        return self._store.write(lambda s: _answer(s, push_id, reached, who, self._now()))

    def let_go(self, parked_id: int, who: Person) -> Future[None]:
        """Drops a parked answer of the platform."""
        return self._store.write(lambda s: _let_go(s, parked_id, who, self._now()))


def do(
    session: Session, order_id: int, step: Step, given: Mapping[str, Any], who: Person, at: datetime
) -> Order:
    """The step inside a transaction."""
    order = orders.get(session, order_id)
    store = setup.store_settings(session)
    if step is Step.INVOICE:
        # Whether the step is open comes first: of a cancelled order nobody checks the key.
        if (refusal := may(order, step, store.journey, who.role)) is not None:
            raise refusal
        given = _with_invoice(session, order, given, store, at)
    moved = apply(order, step, given, store.journey, at, who)
    saved = orders.save(session, moved, at)
    data = _data(order, step, given)
    if comment := data.get("comment"):
        notes.add(session, order_id, notes.Note(at, who.name, step.value, comment))
    _write_journal(session, order, saved, step, data, who.name, at)
    if step is Step.CANCEL:
        outbox.withdraw(session, order_id, (s for s, rule in STEPS.items() if rule.main), at)
    if is_told(session, order, saved, step):
        outbox.enqueue(session, order_id, order.connection, step, data, who.name, at)
    session.changed.add(order_id)
    return saved


def is_told(session: Session, before: Order, after: Order, step: Step) -> bool:
    """Whether the step makes a push: the platform has a call or a note for it, and, where a status moves
    with the last package, it has moved."""
    connector = setup.connector_of(session, before.connection)
    if connector is None:
        return False
    told = _tells(connector).get(step)
    if told is None or told.how not in {How.NATIVE, How.NOTE}:
        return False
    invoiced = after.invoice is not before.invoice
    return STEPS[step].to is None or invoiced or after.status is not before.status


@lru_cache
def _tells(connector: str) -> Mapping[Step, Told]:
    """What the connector declares; to find it, its folder is listed."""
    return connectors.load(connector).tells


def checked_invoice(
    session: Session, order: Order, given: Mapping[str, Any], store: setup.StoreSettings
) -> Invoice:
    """The invoice that `given` names (XML, key or number), checked against the order.

    Raises UserError with the field at fault.
    """
    values = parse_all(fields_of(Step.INVOICE), given, decimals(order.currency))
    field, source = _invoice_source(values)
    key = source.text if isinstance(source, access_key.AccessKey) else ""
    key = source.key.text if isinstance(source, xml.FiscalDocument) else key
    check = partial(
        intake.check_invoice,
        source,
        order_total=order.total,
        currency=order.currency,
        tolerance=store.journey.tolerance,
        issuers=store.issuers,
        used_by=_used_by(session, key, order.id),
        total=values.get("total"),
        training=store.training,
    )
    return _at(field, check)


Source = xml.FiscalDocument | access_key.AccessKey | intake.PlainNumber


def _invoice_source(values: Mapping[str, Any]) -> tuple[str, Source]:
    """What names the invoice, and in which field."""
    if isinstance(values.get("xml"), bytes):
        return "xml", _at("xml", lambda: xml.read(values["xml"]))
    if values.get("key"):
        return "key", _at("key", lambda: access_key.parse(values["key"]))
    if values.get("number"):
        return "number", intake.PlainNumber(values["number"], values.get("document", ""))
    raise UserError(N_("Scan the access key, choose the XML or type the number."), field="key")


def _at(field: str, make: Callable[[], T]) -> T:
    try:
        return make()
    except UserError as error:
        error.field = error.field or field
        raise


def _used_by(session: Session, key: str, order_id: int) -> str | None:
    if not key:
        return None
    found = orders.by_code(session, key)
    others = [one for kind, one in found if kind.endswith("invoice") and one != order_id]
    return orders.get(session, others[0]).number if others else None


def _with_invoice(
    session: Session,
    order: Order,
    given: Mapping[str, Any],
    store: setup.StoreSettings,
    at: datetime,
) -> dict[str, Any]:
    invoice = checked_invoice(session, order, given, store)
    if isinstance(given.get("xml"), bytes):
        digest = notes.keep_file(session, order.id, "xml", given["xml"], at)
        invoice = replace(invoice, xml_hash=digest)
    return {**given, "key": invoice}


def _with_file(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Reads the file that `xml` names: on the caller's thread, outside the transaction."""
    name = given.get("xml")
    if not isinstance(name, str) or not name.strip():
        return given
    path = Path(name)
    try:
        if path.stat().st_size > MAX_XML_BYTES:
            raise UserError(
                N_("The file is too large for an invoice. Choose the XML."), field="xml"
            )
        return {**given, "xml": path.read_bytes()}
    except OSError:
        raise UserError(
            N_("The file “{name}” cannot be read. Choose it again."), field="xml", name=path.name
        ) from None


def _data(order: Order, step: Step, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the push carries: the step's values as JSON, without files."""
    values = parse_all(fields_of(step), given, decimals(order.currency))
    return {name: plain(value) for name, value in values.items() if name != "xml"}


def _write_journal(
    session: Session, before: Order, after: Order, step: Step, data: Mapping[str, Any], who: str,
    at: datetime,
) -> None:  # fmt: skip
    personal = {field.name for field in fields_of(step) if field.personal}
    prints = {k: "" if k in personal else journal.fingerprint(v) for k, v in data.items()}
    line: dict[str, Any] = {"fields": prints}
    if after.status is not before.status:
        line |= {"from": before.status.value, "to": after.status.value}
    journal.append(session, at, who, step.value, [(before.id, line)])


def _pick(
    session: Session, order_id: int, number: int, quantity: Decimal, short_reason: str, who: Person,
    at: datetime,
) -> Order:  # fmt: skip
    order = _pickable(session, order_id)
    line = next((one for one in order.lines if one.number == number), None)
    if line is None:
        raise UserError(N_("There is no such line in this order."), field="lines")
    if not 0 <= quantity <= line.quantity:
        raise UserError(N_("Pick between nothing and what was ordered."), field="quantity")
    if quantity < line.quantity and not short_reason.strip():
        raise UserError(N_("Why is something missing? Name a reason."), field="short_reason")
    picked = replace(line, picked=quantity, short_reason=short_reason.strip())
    return _save_line(session, order, picked, who, at)


def _count(
    session: Session, order_id: int, code: str, who: Person, at: datetime
) -> tuple[Order, Line]:
    order = _pickable(session, order_id)
    line = picking.line_of(order, code)
    if line is None:
        raise UserError(N_("{code} is not in order {number}."), code=code[:60], number=order.number)
    counted = picking.one_more(line)
    return _save_line(session, order, counted, who, at), counted


def _pickable(session: Session, order_id: int) -> Order:
    order = orders.get(session, order_id)
    path = (Status.ACCEPTED, Status.IN_PREPARATION, Status.INVOICED)
    if order.status not in path or order.hold or order.cancellation:
        raise UserError(N_("Picking is for accepted orders that are neither packed nor stopped."))
    return order


def _save_line(session: Session, order: Order, line: Line, who: Person, at: datetime) -> Order:
    lines = tuple(line if one.number == line.number else one for one in order.lines)
    data = {"line": line.number, "picked": str(line.picked)}
    return _save(session, order, replace(order, lines=lines), "pick", data, who.name, at)


def _label_printed(
    session: Session, order_id: int, chosen: set[int], who: str, at: datetime
) -> Order:
    order = orders.get(session, order_id)
    packages = order.packages or (Package(1),)
    packages = tuple(
        replace(package, label=Label.PRINTED) if package.number in chosen or not chosen else package
        for package in packages
    )
    if packages == order.packages:
        return order
    moved = replace(order, packages=packages)
    return _save(session, order, moved, "label_printed", {"packages": len(chosen)}, who, at)


def _save(
    session: Session, before: Order, after: Order, what: str, data: Mapping[str, Any], who: str,
    at: datetime,
) -> Order:  # fmt: skip
    saved = orders.save(session, after, at)
    journal.append(session, at, who, what, [(before.id, data)])
    session.changed.add(before.id)
    return saved


def _mend(
    session: Session, push_id: int, given: Mapping[str, Any], who: Person, at: datetime
) -> None:
    push = outbox.get(session, push_id)
    if push is None or push.state not in {outbox.State.REFUSED, outbox.State.UNKNOWN}:
        raise UserError(N_("This update is not waiting for you any more. Look at the list again."))
    order = orders.get(session, push.order_id)
    changed = {k: v for k, v in given.items() if v not in ("", None)}
    data = dict(push.data)
    if changed:
        order = _corrected(session, order, push.step, changed, at)
        data |= _mended(order, push.step, changed)
    journal.append(session, at, who.name, "mend", [(order.id, {"fields": sorted(changed)})])
    outbox.resend(session, push_id, data, at)
    session.changed.add(order.id)


def _mended(order: Order, step: Step, changed: Mapping[str, Any]) -> dict[str, Any]:
    """The corrected values of a push's data; an invoice travels whole."""
    fields = tuple(one for one in fields_of(step) if one.name in changed)
    values = parse_all(fields, changed, decimals(order.currency))
    if step is Step.INVOICE:
        values["key"] = order.invoice
    return {name: plain(value) for name, value in values.items() if name != "xml"}


def _corrected(
    session: Session, order: Order, step: Step, changed: Mapping[str, Any], at: datetime
) -> Order:
    """The order with the mended facts of a step that it has taken already."""
    if step is Step.INVOICE:
        store = setup.store_settings(session)
        given = _with_invoice(session, order, changed, store, at)
        return orders.save(session, replace(order, invoice=given["key"]), at)
    if step is Step.SHIP:
        named = ("carrier", "service", "tracking", "tracking_url", "driver", "driver_phone")
        values: dict[str, Any] = {k: str(changed[k]) for k in named if k in changed}
        packages = tuple(replace(package, **values) for package in order.packages)
        return orders.save(session, replace(order, packages=packages), at)
    return order


def _answer(session: Session, push_id: int, reached: bool, who: Person, at: datetime) -> None:
    push = outbox.get(session, push_id)
    if push is None or not outbox.answered(session, push_id, reached, at):
        raise UserError(N_("This update is not waiting for you any more. Look at the list again."))
    journal.append(session, at, who.name, "answer", [(push.order_id, {"reached": reached})])
    session.changed.add(push.order_id)


def _let_go(session: Session, parked_id: int, who: Person, at: datetime) -> None:
    found = [one for one in setup.all_parked(session) if one.id == parked_id]
    for one in found:
        setup.unpark(session, one.connection, [one.remote_id])
        journal.append(session, at, who.name, "let_go", [(None, {"remote_id": one.remote_id})])


def _failed(error: Exception) -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(error)
    return future
