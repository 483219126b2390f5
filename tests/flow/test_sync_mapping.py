"""The mapping changes: orders are looked at again with the new meaning of the platform's words."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.errors import PlatformAway, PlatformRefused, UserError
from desktop.journey import Step
from desktop.order import Order, Payment, PaymentKind, Status
from desktop.sandbox import Sandbox
from desktop.store import Store, journal, orders, setup
from desktop.store.outbox import State
from desktop.sync import Sync
from tests.fakes import SHOP, an_order, page, remote
from tests.flow.scene import AWAY, Scene
from tests.flow.shop import connected

S = Status


def map_word(store: Store, word: str, status: Status | None, **more: Any) -> None:
    """What the settings page does with one row changed or added."""

    def change(session: Any) -> None:
        rows = setup.mapping_of(session, SHOP) | {word: setup.MapRow(word, status, **more)}
        setup.set_mapping(session, SHOP, rows.values())

    store.do(change)


def bring(scene: Scene, number: str, word: str, **changes: Any) -> int:
    """An order that the platform has in `word`, taken in; its id."""
    seen = remote(an_order(number, **changes), word)
    scene.platform.truth[f"r{number}"] = seen
    scene.platform.pages = [page(seen)]
    scene.once()
    with scene.store.read() as session:
        [(order, _)] = orders.by_remote(session, SHOP, [f"r{number}"]).values()
    return order.id


def reads(scene: Scene) -> list[str]:
    return [call.remote_id for call in scene.platform.named("read")]


def test_known_orders_follow_a_changed_mapping_without_a_change_on_the_platform(tmp_path):
    with Sandbox(seed=3, orders=0) as shop:
        ids = [shop.place() for _ in range(3)]
        for one in ids[:2]:
            shop.move(one, "handling")
        store, service = connected(tmp_path, shop)
        try:
            service.once()
            before = len(shop.received)
            map_word(store, "handling", S.IN_PREPARATION)
            assert service.once()[SHOP].changed == 2
            assert [_stored(store, one).status for one in ids] == [
                S.IN_PREPARATION, S.IN_PREPARATION, S.AWAITING_CREATION,
            ]  # fmt: skip
            asked = [call.path for call in shop.received[before:] if call.kind == "detail"]
            assert sorted(path.rsplit("/", 1)[1] for path in asked) == sorted(ids[:2])
            before = len(shop.received)
            service.once()
            assert [call.kind for call in shop.received[before:]] == ["feed"]
        finally:
            service.close()
            store.close()


def _stored(store: Store, remote_id: str) -> Order:
    with store.read() as session:
        [(order, _)] = orders.by_remote(session, SHOP, [remote_id]).values()
    return order


def test_the_move_is_journalled_as_the_platforms_act(scene):
    order_id = bring(scene, "50", "handling")
    map_word(scene.store, "handling", S.INVOICED)
    scene.once()
    with scene.store.read() as session:
        last = journal.of_order(session, order_id)[-1]
    assert (last.who, last.what) == ("platform", "observe")
    assert last.data == {"from": "accepted", "to": "invoiced"}


def test_nothing_that_a_clerk_did_is_undone(scene):
    order_id = bring(scene, "50", "ready")
    scene.do(order_id, Step.ACCEPT)
    scene.do(order_id, Step.PREPARE)
    scene.platform.truth["r50"] = remote(an_order("50"), "handling")
    scene.once()
    assert scene.order(order_id).seen.status is S.ACCEPTED
    map_word(scene.store, "handling", S.AWAITING_CREATION)
    scene.once()
    order = scene.order(order_id)
    assert (order.status, order.seen.status) == (S.IN_PREPARATION, S.AWAITING_CREATION)
    assert scene.states(order_id) == [State.DONE]


def test_only_open_orders_that_a_changed_row_may_concern_are_read(scene):
    bring(scene, "50", "handling")
    bring(scene, "51", "ready")
    gone = bring(scene, "52", "handling", payment=Payment(PaymentKind.ON_DELIVERY))
    scene.do(gone, Step.CANCEL, reason="x")
    scene.once()
    before = reads(scene)
    map_word(scene.store, "handling", S.IN_PREPARATION)
    scene.once()
    assert reads(scene)[len(before) :] == ["r50"]


@pytest.mark.parametrize("creates", [True, False])
def test_a_mapping_that_means_the_same_asks_for_nothing(scene, creates):
    bring(scene, "50", "ready")
    before = reads(scene)
    map_word(scene.store, "ready", S.AWAITING_CREATION, creates=creates)
    scene.once()
    assert reads(scene) == before


def test_a_row_switched_off_takes_its_meaning_away(scene):
    order_id = bring(scene, "50", "handling")
    map_word(scene.store, "handling", S.ACCEPTED, active=False)
    scene.once()
    order = scene.order(order_id)
    assert (order.status, order.seen.status, order.seen.word) == (S.ACCEPTED, None, "handling")
    map_word(scene.store, "handling", S.INVOICED)
    scene.once()
    assert scene.order(order_id).status is S.INVOICED


def test_it_is_made_up_for_when_the_line_was_down_and_by_another_program(scene):
    order_id = bring(scene, "50", "handling")
    map_word(scene.store, "handling", S.INVOICED)
    scene.platform.reads = [AWAY]
    assert scene.once().trouble is AWAY
    assert scene.order(order_id).status is S.ACCEPTED
    other = Sync(scene.store, SHOP, scene.platform, scene.clock)
    assert other.once().trouble is None
    other.close()
    assert scene.order(order_id).status is S.INVOICED


def test_too_many_requests_stop_the_reading_until_the_named_time(scene):
    for n in range(50, 53):
        bring(scene, str(n), "handling")
    map_word(scene.store, "handling", S.INVOICED)
    scene.platform.reads = [PlatformAway("Too many requests", after_s=60) for _ in range(3)]
    scene.once()
    asked = len(reads(scene))
    scene.once()
    assert len(reads(scene)) == asked
    scene.clock.advance(seconds=61)
    assert scene.once().changed == 3


def test_an_order_that_cannot_be_had_now_holds_up_no_other(scene):
    ids = [bring(scene, str(n), "handling") for n in range(50, 53)]
    map_word(scene.store, "handling", S.INVOICED)
    scene.platform.reads = [AWAY]
    done = scene.once()
    assert (done.changed, done.trouble) == (2, None)
    assert scene.once().changed == 1
    assert {scene.order(one).status for one in ids} == {S.INVOICED}


@pytest.mark.parametrize(
    "error", [UserError("cut off"), PlatformRefused("The platform refused ({number}).", 404, number=404)]
)  # fmt: skip
def test_what_cannot_be_read_is_parked_and_asked_for_once(scene, error):
    order_id = bring(scene, "50", "handling")
    map_word(scene.store, "handling", S.INVOICED)
    scene.platform.reads = [error]
    scene.once()
    asked = len(reads(scene))
    scene.once()
    assert len(reads(scene)) == asked
    with scene.store.read() as session:
        [parked] = setup.all_parked(session)
    assert (parked.remote_id, str(parked.reason)) == ("r50", str(error))
    assert scene.order(order_id).status is S.ACCEPTED


def test_an_order_that_the_platform_delivers_in_another_way_now_is_asked_for_once(scene):
    bring(scene, "50", "handling")
    del scene.platform.truth["r50"]
    map_word(scene.store, "handling", S.INVOICED)
    scene.once()
    asked = len(reads(scene))
    scene.once()
    assert len(reads(scene)) == asked


def test_a_page_that_brings_the_order_spares_its_reading(scene):
    order_id = bring(scene, "50", "handling")
    before = reads(scene)
    map_word(scene.store, "handling", S.INVOICED)
    scene.platform.pages = [page(remote(an_order("50"), "handling"))]
    scene.once()
    assert scene.order(order_id).status is S.INVOICED
    assert reads(scene) == before


def test_an_order_parked_for_want_of_a_row_comes_in_when_the_row_is_there(scene):
    unknown = remote(an_order("60"), "teleported")
    scene.platform.truth["r60"] = unknown
    scene.platform.pages = [page(unknown)]
    assert scene.once().parked == 1
    scene.once()
    assert "r60" not in reads(scene), "as long as there is no row nobody asks"
    map_word(scene.store, "teleported", S.ACCEPTED)
    assert scene.once().new == 1
    with scene.store.read() as session:
        assert setup.all_parked(session) == []


def test_an_order_that_moved_on_to_another_unknown_word_stays_parked(scene):
    scene.platform.truth["r60"] = remote(an_order("60"), "beamed")
    scene.platform.pages = [page(remote(an_order("60"), "teleported"))]
    scene.once()
    map_word(scene.store, "teleported", S.ACCEPTED)
    scene.once()
    scene.once()
    assert reads(scene) == ["r60"]
    with scene.store.read() as session:
        [parked] = setup.all_parked(session)
    assert "beamed" in str(parked.reason)
