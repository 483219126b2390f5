"""An order's parts that no query looks into, as one JSON text, and back.

Personal data stays out: it has a table of its own. Of who collected an order only the time is here.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from desktop.order import (
    Address,
    Cancellation,
    CancelState,
    Collected,
    Hold,
    Invoice,
    Label,
    Line,
    Order,
    Package,
    Payment,
    PaymentKind,
    Refund,
    Return,
)
from desktop.store.tables import from_ms, to_ms

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode(order: Order) -> str:
    """Compact JSON; absent parts and default values are left out."""
    body: dict[str, Any] = {
        "lines": [_line(line) for line in order.lines],
        "payment": _plain(order.payment),
    }
    for name in ("invoice", "hold", "cancellation", "returned"):
        part = getattr(order, name)
        if part is not None:
            body[name] = _plain(part)
    if order.collected is not None:
        body["collected"] = {"at": to_ms(order.collected.at)}
    for name in ("packages", "refunds"):
        parts = getattr(order, name)
        if parts:
            body[name] = [_plain(part) for part in parts]
    if order.seen.invoice:
        body["seen_invoice"] = order.seen.invoice
    if order.shelf:
        body["shelf"] = order.shelf
    if order.pickup_code:
        body["pickup_code"] = order.pickup_code
    return _encode(body)


def decode(text: str, collector: str = "") -> dict[str, Any]:
    """Keyword arguments for Order, but for `seen_invoice`, which belongs to its `seen`. `collector` is who
    collected it, empty when nobody did or when that was erased."""
    body = json.loads(text)
    made: dict[str, Any] = {
        "lines": tuple(_made_line(part) for part in body["lines"]),
        "payment": _payment(body["payment"]),
        "packages": tuple(_package(part) for part in body.get("packages", ())),
        "refunds": tuple(
            Refund(
                from_ms(part["at"]),
                part["amount"],
                part.get("reason", ""),
                tuple(part.get("lines", ())),
            )
            for part in body.get("refunds", ())
        ),
        "shelf": body.get("shelf", ""),
        "pickup_code": body.get("pickup_code", ""),
        "seen_invoice": body.get("seen_invoice", ""),
    }
    for name, make in _MAKERS.items():
        if name in body:
            made[name] = make(body[name])
    if "collected" in body:
        who = json.loads(collector) if collector else {"name": ""}
        made["collected"] = Collected(from_ms(body["collected"]["at"]), **who)
    return made


def encode_collector(collected: Collected | None) -> str:
    """Name, document and signature of who collected the order; empty when nobody did."""
    if collected is None:
        return ""
    who = _plain(collected)
    del who["at"]
    return _encode(who)


def encode_address(address: Address) -> str:
    return _encode(_plain(address))


def decode_address(text: str) -> Address:
    return Address(**json.loads(text))


def plain(value: Any) -> Any:
    """`value` as JSON can hold it: times as milliseconds, Decimals as strings."""
    if isinstance(value, datetime):
        return to_ms(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {str(name): plain(part) for name, part in value.items()}
    if is_dataclass(value):
        return _plain(value)
    return value


_NAMES: dict[type, tuple[tuple[str, Any], ...]] = {}


def _plain(part: Any) -> dict[str, Any]:
    names = _NAMES.get(type(part))
    if names is None:
        names = tuple((f.name, f.default) for f in fields(part))
        _NAMES[type(part)] = names
    result = {}
    for name, default in names:
        value = getattr(part, name)
        if value != default:
            result[name] = value if type(value) in (str, int) else plain(value)
    return result


def _line(line: Line) -> list[Any]:
    """A line as a list: most of an order's bytes are lines."""
    return [
        line.number, line.sku, line.name, str(line.quantity), line.unit_price, line.total, line.ean,
        line.unit, line.unit_weight_g, line.remote_id,
        None if line.picked is None else str(line.picked), line.short_reason,
    ]  # fmt: skip


def _made_line(part: list[Any]) -> Line:
    number, sku, name, quantity, unit_price, total, ean, unit, weight, remote, picked, short = part
    return Line(
        number, sku, name, Decimal(quantity), unit_price, total, ean, unit, weight, remote,
        None if picked is None else Decimal(picked), short,
    )  # fmt: skip


def _time(part: dict[str, Any], *names: str) -> dict[str, Any]:
    return part | {name: from_ms(part[name]) for name in names if name in part}


def _payment(part: dict[str, Any]) -> Payment:
    part = _time(part, "settled_at")
    return Payment(**part | {"kind": PaymentKind(part["kind"])})


def _package(part: dict[str, Any]) -> Package:
    part = _time(part, "shipped_at", "delivered_at")
    if "size_mm" in part:
        part["size_mm"] = tuple(part["size_mm"])
    return Package(**part | {"label": Label(part.get("label", ""))})


def _cancellation(part: dict[str, Any]) -> Cancellation:
    return Cancellation(**_time(part, "at") | {"state": CancelState(part["state"])})


def _returned(part: dict[str, Any]) -> Return:
    return Return(**_time(part, "at") | {"lines": tuple(part.get("lines", ()))})


_MAKERS = {
    "invoice": lambda part: Invoice(**_time(part, "issued_at")),
    "hold": lambda part: Hold(**_time(part, "at")),
    "cancellation": _cancellation,
    "returned": _returned,
}
