"""Pulling: pages, their acknowledgement, the cursor, and trouble with the platform."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from desktop.connectors import Unreadable
from desktop.errors import PlatformAway, PlatformDenied, UserError
from desktop.journey import Step
from desktop.store import orders, setup
from desktop.sync import Pass
from tests.fakes import NOW, SHOP, an_order, page, remote, wait_until
from tests.flow.scene import AWAY


def test_a_page_is_acknowledged_only_after_it_is_committed(scene):
    seen: list[tuple[Any, int]] = []

    def look(receipt: Any) -> None:
        with scene.store.read() as session:
            seen.append((receipt, len(orders.by_remote(session, SHOP, ["r50", "r51"]))))

    scene.platform.on_acknowledge = look
    scene.platform.pages = [page(remote(an_order("50")), receipt="a", more=True),
                            page(remote(an_order("51")), receipt="b")]  # fmt: skip
    assert scene.once().new == 2
    assert sorted(seen)[0][0] == "a"
    assert all(found >= n for n, (_, found) in enumerate(sorted(seen), 1))


def test_a_page_that_could_not_be_stored_is_not_acknowledged(scene, monkeypatch):
    def fail(*_given):
        raise RuntimeError("a bug")

    scene.platform.pages = [page(remote(an_order("50")), receipt="a")]
    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(setup, "save_cursor", fail)
        scene.sync.pull(Pass())
    assert scene.platform.named("acknowledge") == []
    scene.platform.pages = [page(remote(an_order("50")), receipt="a")]
    assert scene.once().new == 1
    assert [call.extra for call in scene.platform.named("acknowledge")] == ["a"]


def test_the_next_page_is_fetched_while_one_is_stored(scene, monkeypatch):
    storing = threading.Event()
    real = setup.save_cursor

    def slow(session, name, cursor):
        storing.set()
        wait_until(lambda: len(scene.platform.named("pull")) == 2, "the second pull")
        real(session, name, cursor)

    monkeypatch.setattr(setup, "save_cursor", slow)
    scene.platform.pages = [page(remote(an_order("50")), cursor="1", more=True), page(cursor="2")]
    assert scene.once().new == 1
    assert storing.is_set()
    assert [call.extra for call in scene.platform.named("pull")] == ["", "1"]


def test_the_cursor_goes_on_from_what_is_stored(scene):
    scene.platform.pages = [page(cursor="7")]
    scene.once()
    scene.once()
    assert [call.extra for call in scene.platform.named("pull")] == ["", "7"]


def test_trouble_is_kept_until_a_pull_succeeds(scene):
    scene.platform.pages = [PlatformDenied("The key lacks the right “{right}”.", right="Feed")]
    assert isinstance(scene.once().trouble, PlatformDenied)
    assert scene.trouble() == "The key lacks the right “Feed”."
    scene.once()
    assert scene.trouble() == ""


def test_trouble_with_the_pull_does_not_keep_pushes_back(scene):
    scene.platform.pages = [AWAY, AWAY]
    scene.do(1, Step.ACCEPT)
    assert scene.once().sent == 1


def test_after_too_many_requests_nothing_is_asked_until_the_named_time(scene):
    scene.platform.pages = [PlatformAway("Too many requests", after_s=60)]
    scene.once()
    scene.do(1, Step.ACCEPT)
    scene.clock.advance(seconds=59)
    scene.once()
    assert len(scene.platform.calls) == 1
    scene.clock.advance(seconds=2)
    done = scene.once()
    assert (done.sent, done.trouble) == (1, None)


def test_a_shorter_quiet_time_does_not_end_a_longer_one(scene):
    scene.sync._ask_quiet(60)
    scene.sync._ask_quiet(2)
    scene.clock.advance(seconds=30)
    scene.once()
    assert scene.platform.calls == []


def test_a_lost_acknowledgement_brings_the_page_again_and_changes_nothing(scene):
    again = remote(an_order("50"))
    scene.platform.acks = [AWAY]
    scene.platform.pages = [page(again, receipt="a"), page(again, receipt="b")]
    assert scene.once().trouble is AWAY
    done = scene.once()
    assert (done.new, done.changed, done.unchanged, done.trouble) == (0, 0, 1, None)


def test_what_is_unreadable_again_and_again_does_not_keep_a_pass_going(scene):
    bad = Unreadable("r9", UserError("cut off"), b"{")
    scene.platform.pages = [page(bad=[bad]) for _ in range(5)]
    assert scene.once().moved == 0


def test_an_order_can_be_read_again_on_demand(scene):
    scene.store.do(lambda s: setup.park(s, SHOP, "r70", UserError("cut off"), b"{", NOW))
    scene.platform.truth["r70"] = remote(an_order("70"))
    scene.sync.read_again("r70")
    with scene.store.read() as session:
        assert ("r70", "") in orders.by_remote(session, SHOP, ["r70"])
        assert setup.all_parked(session) == []
