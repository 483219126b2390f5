"""What the tests of the VTEX connector against a running platform share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from desktop.connectors import Done, Pulled, Push, RemoteOrder
from desktop.connectors.vtex import Vtex
from desktop.journey import Step
from desktop.order import Invoice, Order
from desktop.sandbox import Sandbox

Start = Callable[..., tuple[Sandbox, Vtex]]


def pages_of(connector: Vtex) -> Iterator[Pulled]:
    """Pages until the queue is empty, each acknowledged once the test has taken it."""
    cursor = ""
    while True:
        page = connector.pull(cursor)
        yield page
        connector.acknowledge(page.receipt)
        cursor = page.cursor
        if not page.more:
            return


def drain(connector: Vtex) -> list[Pulled]:
    return list(pages_of(connector))


def remotes(pages: list[Pulled]) -> dict[str, RemoteOrder]:
    return {r.facts.remote_id + r.facts.group: r for page in pages for r in page.orders}


def push(order: Order, step: Step, **data: Any) -> Push:
    return Push(f"key-{order.remote_id}-{step}", step, data, order)


def only(connector: Vtex, order_id: str) -> RemoteOrder:
    (remote,) = connector.read(order_id)
    return remote


def told(connector: Vtex, order: Order, step: Step, **data: Any) -> None:
    """Sends a step and sees it confirmed by what the platform then shows, and not before."""
    one = push(order, step, **data)
    assert not connector.confirms(one, only(connector, order.remote_id))
    assert connector.push(one) == Done()
    assert connector.confirms(one, only(connector, order.remote_id))


def with_invoice(order: Order, number: str = "1234") -> Order:
    at = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
    return replace(order, invoice=Invoice(number, total=order.total, issued_at=at, key="3" * 44))
