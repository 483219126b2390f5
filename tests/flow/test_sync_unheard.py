"""A platform that does not tell of every change: what is open here is read again now and then."""

from __future__ import annotations

from desktop.connectors import Unreadable
from desktop.errors import PlatformRefused, UserError
from desktop.journey import Step
from desktop.order import Status
from desktop.store import setup
from tests.fakes import SHOP, an_order, page, remote
from tests.flow.scene import AWAY, Scene


def told(scene: Scene, *numbers: str, word: str = "ready") -> None:
    """The orders as the platform has them; it brings them once."""
    found = [remote(an_order(number), word) for number in numbers]
    scene.platform.truth |= {one.facts.remote_id: one for one in found}
    scene.platform.pages.append(page(*found))
    scene.once()


def changed(scene: Scene, number: str, word: str) -> None:
    """A change of which the platform tells nobody."""
    scene.platform.truth[f"r{number}"] = remote(an_order(number), word)


def reads(scene: Scene) -> list[str]:
    return [call.remote_id for call in scene.platform.named("read")]


def test_an_order_of_which_nothing_was_heard_is_read_again(scene: Scene) -> None:
    scene.platform.recheck_s = 300
    told(scene, "1", "2")
    changed(scene, "1", "shipped")
    scene.clock.advance(seconds=299)
    scene.once()
    assert reads(scene) == [] and scene.order(1).status is Status.AWAITING_CREATION
    scene.clock.advance(seconds=2)
    scene.once()
    assert sorted(reads(scene)) == ["r1", "r2"]
    assert scene.order(1).status is Status.SHIPPED
    scene.once()
    assert len(reads(scene)) == 2  # both were heard of now, also the one that had not changed


def test_a_platform_that_tells_all_is_not_asked(scene: Scene) -> None:
    told(scene, "1", "2")
    scene.clock.advance(days=9)
    scene.once()
    assert reads(scene) == []


def test_an_ended_order_is_left_in_peace(scene: Scene) -> None:
    scene.platform.recheck_s = 300
    told(scene, "1", word="delivered")
    scene.do(1, Step.FINALIZE)
    scene.once()
    before = len(reads(scene))  # what was told is read back
    scene.clock.advance(seconds=301)
    scene.once()
    assert len(reads(scene)) == before


def test_one_that_cannot_be_read_waits_for_a_person_and_keeps_nobody(scene: Scene) -> None:
    scene.platform.recheck_s = 300
    told(scene, "1", "2")
    scene.clock.advance(seconds=301)
    scene.platform.reads = [PlatformRefused("gone", 404), UserError("sick")]
    scene.once()
    with scene.store.read() as session:
        assert {one.remote_id for one in setup.all_parked(session)} == {"r1", "r2"}
    scene.once()
    assert len(reads(scene)) == 2
    scene.store.do(lambda s: setup.unpark(s, SHOP, ["r1"]))
    scene.once()
    assert reads(scene)[2:] == ["r1"]


def test_when_none_can_be_had_that_is_trouble(scene: Scene) -> None:
    scene.platform.recheck_s = 300
    told(scene, "1", "2")
    scene.clock.advance(seconds=301)
    scene.platform.reads = [AWAY, AWAY]
    assert scene.once().trouble is AWAY
    assert "is away" in scene.trouble()
    assert scene.once().trouble is None and scene.trouble() == ""


def test_an_unreadable_page_does_not_count_as_heard(scene: Scene) -> None:
    scene.platform.recheck_s = 300
    told(scene, "1")
    scene.clock.advance(seconds=301)
    scene.platform.pages.append(page(bad=[Unreadable("r1", UserError("sick"), b"")]))
    scene.once()
    assert reads(scene) == []  # parked: a person looks at it
