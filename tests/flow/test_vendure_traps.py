"""What a real Vendure does that a client would not expect of a list of orders. See also the platform notes in
`desktop/connectors/_vendure_list.py`: each test first shows the trap, then that Balcão is not in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from desktop.connectors import _vendure_list as lists
from desktop.connectors._vendure_list import Cursor
from desktop.journey import Step
from desktop.order import Status
from desktop.store import setup
from tests.flow.vendure import TO_PACKED, Counter
from tests.vendure import Server
from tests.vendure.shop import Cart, Owner, place

S = Status
Begin = Callable[..., Counter]


def times(owner: Owner, order_id: str) -> tuple[str, str]:
    found = owner.ask(
        "query ($id: ID!) { order(id: $id) { updatedAt orderPlacedAt } }", id=order_id
    )
    return found["updatedAt"], found["orderPlacedAt"]


def put_back(shop: Server, order_id: str, by: timedelta) -> None:
    """As if the order had been placed, and last changed, so long ago."""
    at = (datetime.now(UTC) - by).strftime("%Y-%m-%d %H:%M:%S")
    shop.trick(
        sql=f"UPDATE \"order\" SET orderPlacedAt = '{at}.000', updatedAt = '{at}' WHERE id = {order_id}"
    )


# ---- the unsafe cursor


def test_shipping_and_delivering_do_not_move_the_time_of_change_and_are_seen_all_the_same(
    shop: Server, counter: Begin
) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    put_back(shop, placed.id, timedelta(hours=1))
    before = times(owner, placed.id)
    here.sees()
    here.walk(placed.id, Step.ACCEPT)
    shipment = owner.fulfil(placed.id, code="BR1")
    owner.move_fulfilment(shipment, "Shipped")
    owner.move_fulfilment(shipment, "Delivered")
    assert times(owner, placed.id) == before, "Vendure tells of such changes by now"
    here.sees()
    assert here.status(placed.id) is S.ACCEPTED  # no list holds it
    here.clock.advance(minutes=6)
    here.sees()
    assert here.status(placed.id) is S.DELIVERED


def test_a_payment_that_the_shop_settles_is_seen(
    shop: Server, counter: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "SWEEP", timedelta(0))
    placed, here, owner = place(shop.url, "deposito"), counter(), Owner(shop.url)
    put_back(shop, placed.id, timedelta(hours=1))
    before = times(owner, placed.id)
    here.sees()
    assert here.status(placed.id) is S.AWAITING_PAYMENT
    owner.settle(placed.id)
    assert times(owner, placed.id) == before, "Vendure tells of such changes by now"
    here.sees()
    assert here.status(placed.id) is S.AWAITING_CREATION


def test_a_cart_begun_before_the_cursor_and_placed_after_it_comes_in(
    shop: Server, counter: Begin
) -> None:
    cart, here = Cart(shop.url), counter()
    cart.address()
    checked = cart.check_out()
    owner = Owner(shop.url)
    past = (datetime.now(UTC) - timedelta(hours=3)).strftime("%Y-%m-%d %H:%M:%S")
    shop.trick(
        sql=f"UPDATE \"order\" SET createdAt = '{past}', updatedAt = '{past}' WHERE id = {checked.id}"
    )
    here.sees()
    assert checked.id not in here.known()
    cart.pay()
    changed, at = times(owner, checked.id)
    assert changed < at, "placing an order moves its time of change by now"
    here.sees()
    assert here.status(checked.id) is S.AWAITING_CREATION


def test_what_the_list_missed_comes_with_the_open_orders(
    shop: Server, counter: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = counter()
    here.sees()
    placed = place(shop.url)
    put_back(shop, placed.id, timedelta(hours=2))  # a transaction that was committed late
    here.sees()
    assert placed.id not in here.known()
    monkeypatch.setattr(lists, "SWEEP", timedelta(0))
    here.sees()
    assert placed.id in here.known()


def test_a_field_that_somebody_changes_is_seen_at_once(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    put_back(shop, placed.id, timedelta(hours=1))
    here.sees()
    owner.ask(
        "mutation ($i: UpdateOrderInput!) { setOrderCustomFields(input: $i) { id } }",
        i={"id": placed.id, "customFields": {"document": "98765432100"}},
    )
    here.sees()
    assert here.order(placed.id).buyer.document == "98765432100"


# ---- ties and pages


def test_orders_of_one_second_all_come_in_and_once(
    shop: Server, counter: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    owner = Owner(shop.url)
    wanted = [place(shop.url, goods=(("1", 1),)) for _ in range(5)]
    for placed in wanted[:4]:
        put_back(shop, placed.id, timedelta(minutes=1))
    assert len({times(owner, placed.id) for placed in wanted[:4]}) < 4
    here = counter()
    done = here.sees()
    assert here.known() == {placed.id for placed in wanted}
    assert done.new == 5
    again = here.sees()
    assert (again.new, again.changed) == (0, 0)


def test_an_order_that_leaves_the_list_while_it_is_read_hides_none(
    shop: Server, monkeypatch: pytest.MonkeyPatch, counter: Begin
) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    owner, platform = Owner(shop.url), counter().platform
    placed = [place(shop.url, goods=(("1", 1),)) for _ in range(5)]
    for n, one in enumerate(placed):
        put_back(shop, one.id, timedelta(hours=9 - n))
    page = platform.pull("")
    found = [order.facts.remote_id for order in page.orders]
    assert found == [placed[0].id, placed[1].id] and page.more
    owner.cancel(placed[0].id)
    while page.more:
        page = platform.pull(page.cursor)
        found += [order.facts.remote_id for order in page.orders]
    assert set(found) == {one.id for one in placed}


# ---- what is no order


def test_open_carts_never_come_in(shop: Server, counter: Begin) -> None:
    owner = Owner(shop.url)
    Cart(shop.url)
    waiting = Cart(shop.url)
    waiting.address()
    waiting.check_out()
    given_up = Cart(shop.url)
    given_up.address()
    owner.cancel(given_up.check_out().id)
    owner.draft()
    here = counter()
    here.sees()
    placed = place(shop.url)
    here.sees()
    assert here.known() == {placed.id}
    # They are all in the list of a client that asks for nothing special.
    found = owner.ask("{ orders { items { id state active orderPlacedAt } } }")["items"]
    assert {one["state"] for one in found} == {
        "AddingItems", "ArrangingPayment", "Cancelled", "Draft", "PaymentSettled",
    }  # fmt: skip
    assert [one["id"] for one in found if not one["active"] and one["orderPlacedAt"]] == [placed.id]


def test_the_first_look_takes_what_waits_and_leaves_what_is_long_gone(
    shop: Server, counter: Begin
) -> None:
    owner = Owner(shop.url)
    waiting, gone, road, ended = (place(shop.url, goods=(("1", 1),)) for _ in range(4))
    for placed in (gone, road, ended):
        shipment = owner.fulfil(placed.id)
        owner.move_fulfilment(shipment, "Shipped")
        if placed is ended:
            owner.move_fulfilment(shipment, "Delivered")
    for placed, days in ((waiting, 400), (gone, 400), (road, 7), (ended, 7)):
        put_back(shop, placed.id, timedelta(days=days))
    here = counter()
    here.sees()
    assert {one: here.status(one) for one in here.known()} == {
        waiting.id: S.AWAITING_CREATION, road.id: S.SHIPPED,
    }  # fmt: skip


def test_an_order_that_is_being_changed_comes_in_when_it_is_itself_again(
    shop: Server, counter: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "SWEEP", timedelta(0))
    placed, owner = place(shop.url), Owner(shop.url)
    owner.move_order(placed.id, "Modifying")
    here = counter()
    here.sees()
    assert here.known() == set()
    owner.move_order(placed.id, "PaymentSettled")
    here.sees()
    assert here.status(placed.id) is S.AWAITING_CREATION


# ---- a page that cannot be had


def test_one_sick_order_does_not_keep_the_others(shop: Server, counter: Begin) -> None:
    placed = [place(shop.url) for _ in range(3)]
    # The server itself breaks over it, and over each page that holds it.
    shop.trick(sql=f"UPDATE \"order\" SET currencyCode = 'XYZ' WHERE id = {placed[1].id}")
    here = counter()
    done = here.sees()
    assert here.known() == {placed[0].id, placed[2].id}
    assert done.parked >= 1
    with here.store.read() as session:
        (parked,) = setup.all_parked(session)
    assert parked.remote_id == placed[1].id and "CurrencyCode" in str(parked.reason)
    shop.trick(sql=f"UPDATE \"order\" SET currencyCode = 'BRL' WHERE id = {placed[1].id}")
    here.sees()
    assert here.known() == {one.id for one in placed}


def test_an_idle_pull_is_one_call_and_keeps_its_place(shop: Server, counter: Begin) -> None:
    here = counter()
    page = here.platform.pull("")
    while page.more:
        page = here.platform.pull(page.cursor)
    at = Cursor.read(page.cursor)
    assert at.is_whole and at.swept
    calls: list[str] = []
    call = here.platform._session.http.call
    here.platform._session.http.call = (  # type: ignore[method-assign]
        lambda *given, **named: calls.append(named["body"]["query"]) or call(*given, **named)
    )
    page = here.platform.pull(page.cursor)
    assert len(calls) == 1 and not page.more
    assert Cursor.read(page.cursor).since >= at.since


def test_the_cursor_goes_by_the_clock_of_the_server(
    shop: Server, counter: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        lists,
        "datetime",
        type("Wrong", (datetime,), {"now": lambda _tz: datetime(2031, 1, 1, tzinfo=UTC)}),
    )
    here = counter()
    page = here.platform.pull("")
    while page.more:
        page = here.platform.pull(page.cursor)
    since = datetime.fromisoformat(Cursor.read(page.cursor).since)
    assert abs(datetime.now(UTC) - since) < timedelta(minutes=4)


def test_nothing_is_done_twice_by_looking_often(shop: Server, counter: Begin) -> None:
    placed, here, owner = place(shop.url), counter(), Owner(shop.url)
    here.sees()
    here.walk(placed.id, *TO_PACKED, Step.SHIP)
    for _ in range(3):
        here.clock.advance(minutes=6)
        here.sees()
    assert len(owner.events(placed.id, "ORDER_FULFILLMENT")) == 1
    assert here.known() >= {placed.id} and len(here.pushes(placed.id)) == 2
