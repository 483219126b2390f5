"""Orders in and out of the tables: whole, by id or by the platform's key."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, func, select, update
from sqlalchemy.engine import Row
from sqlalchemy.exc import IntegrityError

from desktop.errors import UserError
from desktop.i18n import N_
from desktop.journey.path import FINAL
from desktop.order import Buyer, Kind, Order, Seen, Status
from desktop.store import body, bulk, departures, search
from desktop.store.engine import sound
from desktop.store.store import Session
from desktop.store.tables import Utc, codes, orders, personal

_CHUNK = 500
# Statements are made once: to build one costs more than to run it.
_o, _p = orders.c, personal.c
_WHOLE = select(
    orders, _p.name, _p.document, _p.phone, _p.email, _p.address, _p.collected
).select_from(orders.join(personal, _p.order_id == _o.id))
_BY_ID = _WHOLE.where(_o.id == bindparam("order_id"))
_BY_REMOTE = _WHOLE.where(_o.connection == bindparam("connection")).where(
    _o.remote_id.in_(bindparam("remote_ids", expanding=True))
)
_BY_IDS = _WHOLE.where(_o.id.in_(bindparam("ids", expanding=True)))
_UPDATE = (
    update(orders)
    .where(_o.id == bindparam("key"))
    .where(_o.version == bindparam("was_version"))
    .values(
        since=case(
            (_o.status == bindparam("now_status"), _o.since), else_=bindparam("now", type_=Utc)
        )
    )
)
_UPDATE_PERSON = update(personal).where(_p.order_id == bindparam("key"))
_TOUCH = update(orders).where(_o.id == bindparam("key"))
_LAST = select(func.max(_o.id))
_CODES = select(codes.c.kind, codes.c.code).where(codes.c.order_id == bindparam("key"))
_FORGET_CODES = delete(codes).where(codes.c.order_id == bindparam("key"))
_BY_CODE = (
    select(codes.c.kind, codes.c.order_id)
    .where(codes.c.code == bindparam("code"))
    .order_by(codes.c.order_id.desc())
)


def get(session: Session, order_id: int) -> Order:
    """The order `order_id`. Raises UserError when there is none."""
    row = session.run(_BY_ID, {"order_id": order_id}).first()
    if row is None:
        raise UserError(N_("There is no order {id} here."), id=order_id)
    return _order(row)


def several(session: Session, ids: Sequence[int]) -> dict[int, tuple[Order, datetime]]:
    """id → the order and since when it stands in its status, of those of `ids` that are there."""
    found: dict[int, tuple[Order, datetime]] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = session.run(_BY_IDS, {"ids": list(ids[start : start + _CHUNK])})
        found |= {row.id: (_order(row), row.since) for row in rows}
    return found


def by_remote(
    session: Session, connection: str, remote_ids: Sequence[str]
) -> dict[tuple[str, str], tuple[Order, str]]:
    """(remote id, group) → the stored order and the digest of what it was read from."""
    rows = session.run(_BY_REMOTE, {"connection": connection, "remote_ids": list(remote_ids)})
    return {(row.remote_id, row.grp): (_order(row), row.digest) for row in rows}


def add(session: Session, new: Sequence[tuple[Order, str]], at: datetime) -> list[Order]:
    """Stores new orders with their digests in one go; returns them with their ids."""
    if not new:
        return []
    # The one writer counts ids itself: rows that give theirs back are inserted one by one.
    last = session.run(_LAST).scalar() or 0
    stored = [replace(order, id=last + n, version=1) for n, (order, _) in enumerate(new, 1)]
    rows = [
        _row(order, at)
        | {"id": order.id, "digest": digest, "version": 1, "since": _first_since(order, at)}
        for order, (_, digest) in zip(stored, new, strict=True)
    ]
    bulk.add(session, orders, rows)
    bulk.add(session, personal, [_person(order) | {"order_id": order.id} for order in stored])
    _add_codes(session, [row for order in stored for row in _codes(order)])
    departures.add(session, stored, at)
    search.index(session, ((order.id, search.words_of(order)) for order in stored))
    return stored


def _first_since(order: Order, at: datetime) -> datetime:
    """A new order has waited since it was placed; how long one that is further on has stood there is
    not known."""
    waits = order.status in {Status.AWAITING_PAYMENT, Status.AWAITING_CREATION}
    return min(order.placed_at, at) if waits else at


def save(session: Session, order: Order, at: datetime, digest: str | None = None) -> Order:
    """Writes a changed order; returns it with its new version.

    Raises UserError when somebody else has written it since it was read.
    """
    row = _row(order, at) | {"version": order.version + 1}
    if digest is not None:
        row["digest"] = digest
    keys = {
        "key": order.id, "was_version": order.version, "now_status": row["status"], "now": at,
    }  # fmt: skip
    if session.run(_UPDATE, row | keys).rowcount != 1:
        raise UserError(N_("Somebody changed this order a moment ago. Look at it again."))
    session.run(_UPDATE_PERSON, _person(order) | {"key": order.id})
    _reindex(session, order)
    departures.refresh(session, order)
    return replace(order, version=order.version + 1)


def _reindex(session: Session, order: Order) -> None:
    """Most steps change neither a code nor a word."""
    rows = _codes(order)
    known = {(row.kind, row.code) for row in session.run(_CODES, {"key": order.id})}
    if known != {(kind, code) for code, kind, _ in rows}:
        session.run(_FORGET_CODES, {"key": order.id})
        _add_codes(session, rows)
    search.refresh(session, order.id, search.words_of(order))


def touch(session: Session, seen: Iterable[tuple[int, datetime]]) -> None:
    """Notes that orders were read again and had not changed."""
    rows = [{"key": order_id, "seen_at": at} for order_id, at in seen]
    if rows:
        session.run(_TOUCH, rows)


def by_code(session: Session, code: str) -> list[tuple[str, int]]:
    """(kind of code, order id) of an exact code: number, remote id, access key, tracking, pickup."""
    rows = session.run(_BY_CODE, {"code": _plain(code)})
    return [(row.kind, row.order_id) for row in rows]


def is_open(order: Order) -> bool:
    """Whether the store still has something to do with the order: it stands in the lists."""
    if order.archived:
        return False
    if order.status in {Status.CANCELLED, Status.RETURNED}:
        return order.payment.is_settled and order.refunded < order.total
    return order.status not in FINAL


def _add_codes(session: Session, rows: Sequence[tuple[str, str, int]]) -> None:
    if not rows:
        return
    names = ("code", "kind", "order_id")
    try:
        bulk.add(session, codes, [dict(zip(names, row, strict=True)) for row in rows])
    except IntegrityError as error:
        raise UserError(
            N_(
                "This access key is on another order already. Check which order the invoice is for."
            ),
            field="key",
        ) from error


def _codes(order: Order) -> list[tuple[str, str, int]]:
    """(code, kind, order id) of all that a scan may find the order by."""
    found = [("number", order.number), ("remote", order.remote_id), ("pickup", order.pickup_code)]
    found += [("tracking", package.tracking) for package in order.packages]
    if order.invoice is not None:
        # What the platform shows is kept as it is; only the store's own invoices must be unique.
        theirs = order.invoice.source == "platform"
        found.append(("platform_invoice" if theirs else "invoice", order.invoice.key))
    unique = {(_plain(code), kind) for kind, code in found}
    return [(code, kind, order.id) for code, kind in unique if code]


def _plain(code: str) -> str:
    """A code as it is compared: a scanner or a person may add blanks or change the case."""
    return code.strip().upper()


def _row(order: Order, at: datetime) -> dict[str, Any]:
    return {
        "connection": order.connection,
        "remote_id": order.remote_id,
        "grp": order.group,
        "number": order.number,
        "channel": order.channel,
        "kind": order.kind.value,
        "status": order.status.value,
        "currency": order.currency,
        "total": order.total,
        "lines": len(order.lines),
        "is_open": is_open(order),
        "held": order.hold is not None,
        "stopped": order.cancellation is not None,
        "archived": order.archived,
        "placed_at": order.placed_at,
        "due_at": order.due_at,
        "changed_at": at,
        "seen_status": order.seen.status.value if order.seen.status else None,
        "seen_word": order.seen.word,
        "seen_at": order.seen.at,
        "body": body.encode(order),
    }


def _person(order: Order) -> dict[str, Any]:
    buyer = order.buyer
    return {
        "name": buyer.name,
        "document": buyer.document,
        "phone": buyer.phone,
        "email": buyer.email,
        "address": body.encode_address(order.address),
        "collected": body.encode_collector(order.collected),
    }


def _order(row: Row[Any]) -> Order:
    with sound():
        return _made(row)


def _made(row: Row[Any]) -> Order:
    parts = body.decode(row.body, row.collected)
    seen_as = Status(row.seen_status) if row.seen_status else None
    return Order(
        id=row.id,
        connection=row.connection,
        remote_id=row.remote_id,
        group=row.grp,
        number=row.number,
        channel=row.channel,
        kind=Kind(row.kind),
        status=Status(row.status),
        currency=row.currency,
        total=row.total,
        placed_at=row.placed_at,
        due_at=row.due_at,
        archived=row.archived,
        version=row.version,
        seen=Seen(seen_as, row.seen_word, row.seen_at, parts.pop("seen_invoice")),
        buyer=Buyer(row.name, row.document, row.phone, row.email),
        address=body.decode_address(row.address),
        **parts,
    )


__all__ = ["add", "by_code", "by_remote", "get", "is_open", "save", "several", "touch"]
