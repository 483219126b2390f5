"""Sentences with their tones and sounds, and the bell for new orders."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QElapsedTimer

from desktop.errors import PlatformAway, StoreError, UserError
from desktop.i18n import set_language
from desktop.journey import Step
from tests.ui.conftest import ANA, put, some_orders
from ui import sounds
from ui.bell import Bell
from ui.messages import Message, Messages
from ui.sounds import DesktopPlayer, Sounds


def test_each_tone_has_its_sound(heard):
    messages = Messages(Sounds(heard.play))
    messages.shown_by(heard.messages.append)
    messages.ok("Done.")
    messages.attention("Look.")
    messages.stop("Stop.")
    assert heard.sounds == ["ok", "attention", "stop"]
    assert heard.messages == [
        Message("ok", "Done."), Message("attention", "Look."), Message("stop", "Stop."),
    ]  # fmt: skip


def test_what_is_said_before_a_window_is_said_later(heard):
    messages = Messages(Sounds(heard.play))
    messages.ok("First.")
    messages.ok("Second.")
    messages.shown_by(heard.messages.append)
    messages.ok("Third.")
    assert [message.text for message in heard.messages] == ["First.", "Second.", "Third."]


@pytest.mark.parametrize(
    ("error", "tone"),
    [
        (UserError("There is no order “{n}”.", n=7), "attention"),
        (StoreError("The disk is full ({n})."  , n=7), "stop"),
        (PlatformAway("No answer ({n}).", n=7), "stop"),
    ],
)  # fmt: skip
def test_an_error_is_its_sentence(heard, error, tone):
    messages = Messages(Sounds(heard.play))
    messages.shown_by(heard.messages.append)
    messages.error(error)
    assert heard.messages == [Message(tone, str(error))]


def test_an_errors_sentence_is_translated(heard):
    set_language("pt_BR")
    try:
        messages = Messages(Sounds(heard.play))
        messages.shown_by(heard.messages.append)
        messages.error(UserError("Your role may not do this. Ask a manager."))
    finally:
        set_language("en")
    assert heard.messages[0].text != "Your role may not do this. Ask a manager."


def test_sounds_off_leaves_the_stop_tone_alone(heard):
    quiet = Sounds(heard.play)
    quiet.on = False
    for name in sounds.NAMES:
        quiet.play(name)
    assert heard.sounds == ["stop"]


def test_the_desktops_player_does_not_wait(tmp_path):
    player = DesktopPlayer([sys.executable, "-c", "import time; time.sleep(30)"])
    took = QElapsedTimer()
    took.start()
    for _ in range(5):
        player(tmp_path / "ok.wav")
    assert took.elapsed() < 3000
    assert len(player._playing) == 3, "more tones at once than that are left out"
    player.close()
    assert player._playing == []


def test_a_system_without_a_player_is_silent(monkeypatch):
    monkeypatch.setattr(sounds.shutil, "which", lambda _name: None)
    monkeypatch.setattr(sys, "platform", "linux")
    sounds._command.cache_clear()
    try:
        Sounds().play("ok")
    finally:
        sounds._command.cache_clear()


# --- the bell -----------------------------------------------------------------------------------------


@pytest.fixture
def bell(desk, qtbot):
    made = Bell(desk)
    made._timer.setInterval(30)
    made.start()
    qtbot.waitUntil(lambda: desk.tasks.idle)
    return made


def come(desk, n=1):
    """New orders that await creation."""
    waiting = some_orders()[1]
    start = 5000 + come.count
    come.count += n
    return put(
        desk.store,
        [replace(waiting, number=str(start + i), remote_id=f"N{start + i}") for i in range(n)],
    )


come.count = 0


def test_a_new_order_rings_until_somebody_looks(desk, bell, heard, qtbot):
    come(desk)
    qtbot.waitUntil(lambda: heard.sounds.count("new_order") >= 3)
    assert bell.rings
    bell.taken()
    assert not bell.rings
    rung = heard.sounds.count("new_order")
    qtbot.wait(80)
    assert heard.sounds.count("new_order") == rung


def test_a_new_order_rings_until_it_is_accepted(desk, bell, heard, qtbot):
    (new,) = come(desk)
    qtbot.waitUntil(lambda: bell.rings)
    desk.work.do(new.id, Step.ACCEPT, {}, ANA).result()
    qtbot.waitUntil(lambda: not bell.rings)


def test_a_seen_order_does_not_ring_again_and_a_newer_one_does(desk, bell, heard, qtbot):
    come(desk)
    qtbot.waitUntil(lambda: bell.rings)
    bell.taken()
    come(desk)
    qtbot.waitUntil(lambda: bell.rings)


def test_what_waited_at_the_start_does_not_ring(desk, heard, qtbot):
    come(desk, 3)
    bell = Bell(desk)
    bell.start()
    qtbot.waitUntil(lambda: desk.tasks.idle)
    assert not bell.rings and "new_order" not in heard.sounds
