"""For all tests: no screen, a quiet log, and settings of the property tests."""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Iterator

import keyring
import pytest
from hypothesis import HealthCheck, settings
from keyring.backends import fail

# Before anything imports Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

settings.register_profile(
    "balcao", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("balcao")

# Nobody's own key store; and keyring would choose among the ones that tests declare.
keyring.set_keyring(fail.Keyring())


@pytest.fixture(autouse=True)
def no_unexpected_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A warning or worse in Balcão's own log fails the test, unless it cleared `caplog` after looking."""
    yield
    rooms = ("desktop", "printing", "ui")
    bad = [
        record.getMessage()
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.levelno >= logging.WARNING and record.name.split(".")[0] in rooms
    ]
    assert not bad, f"logged: {bad}"


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """What a test starts it ends, from the store's writer to the printers.

    Only the sandbox's threads for its lines may end a little later than the lines of a shared sandbox.
    """
    before = set(threading.enumerate())
    yield
    left = [
        thread.name
        for thread in set(threading.enumerate()) - before
        if not thread.daemon or thread.name in {"writer", "http-watchdog"}
    ]
    assert not left, f"still running: {left}"


@pytest.fixture(autouse=True, scope="session")
def collected_at_the_end() -> Iterator[None]:
    """Files and sockets that were left open are found while the warnings still count."""
    yield
    gc.unfreeze()
    gc.collect()
