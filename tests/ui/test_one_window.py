"""A second start of the program: real processes on one folder, and the socket between them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from desktop.store import Store, setup
from tests.fakes import wait_until
from ui import last, one_window
from ui.one_window import FirstWindow, ask, socket_name

DEADLINE_S = 40.0
# The program itself, with somebody who writes down what is to be seen, minimises the window once the list
# stands, and closes a sentence that waits for it.
WATCHED = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from ui import app
from ui.window import Window

said = []

def say(**what):
    if what not in said:
        said.append(what)
        print(json.dumps(what), flush=True)

def look():
    for window in QApplication.topLevelWidgets():
        if isinstance(window, QMessageBox) and window.isVisible():
            say(sentence=window.text())
            window.accept()
        if not isinstance(window, Window) or not window.isVisible():
            continue
        if window.desk is None or window.desk.sync is None:
            continue
        if {"window": "listed"} not in said:
            say(window="listed")
            window.showMinimized()
        elif window.isMinimized():
            say(window="minimised")
        elif {"window": "minimised"} in said:
            say(window="in front", active=window.isActiveWindow())

qt = app.application()
timer = QTimer()
timer.timeout.connect(look)
timer.start(10)
sys.exit(app.run(Path(sys.argv[1])))
"""


class Start:
    """A start of the program on a folder; `says` reads what it shows."""

    def __init__(self, folder: Path) -> None:
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", WATCHED, str(folder)], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip

    def says(self, **what: Any) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr and self.process.stderr.read()
        assert json.loads(line) == what

    def ends(self) -> tuple[int, str]:
        """The exit code, and what it still said."""
        out, complaint = self.process.communicate(timeout=DEADLINE_S)
        assert "Traceback" not in complaint
        return self.process.returncode, out

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def begin() -> Iterator[Any]:
    with ExitStack() as stack:

        def start(folder: Path) -> Start:
            made = Start(folder)
            stack.callback(made.kill)
            killer = threading.Timer(DEADLINE_S, made.process.kill)
            killer.start()
            stack.callback(killer.join)
            stack.callback(killer.cancel)
            return made

        yield start


@pytest.fixture(autouse=True)
def no_socket_left(tmp_path: Path) -> Iterator[None]:
    """Who is killed leaves one."""
    yield
    for folder in (tmp_path, *tmp_path.iterdir()):
        QLocalServer.removeServer(socket_name(folder))


def a_store(folder: Path) -> Path:
    store = Store(folder)
    known = setup.StoreSettings("Loja 014", "en", "light", set_up="done")
    store.do(lambda s: setup.save_settings(s, known))
    store.close()
    last.save(folder, last.Last("en", "light"))
    return folder


def test_a_second_start_brings_the_first_window_forward(tmp_path, begin):
    folder = a_store(tmp_path / "data")
    first = begin(folder)
    first.says(window="listed")
    first.says(window="minimised")
    second = begin(folder)
    assert second.ends() == (0, "")
    first.says(window="in front", active=True)
    assert first.process.poll() is None


def test_another_way_to_write_the_folder_is_the_same_folder(tmp_path, begin):
    folder = a_store(tmp_path / "data")
    link = tmp_path / "link"
    try:
        link.symlink_to(folder, target_is_directory=True)
    except OSError:
        pytest.skip("this system lets not everybody make links")
    first = begin(folder)
    first.says(window="listed")
    first.says(window="minimised")
    assert begin(link / "." / ".." / "link").ends() == (0, "")
    first.says(window="in front", active=True)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no file to wait for here")
def test_the_assistant_of_a_first_start_comes_forward_too(tmp_path, begin):
    folder = tmp_path / "fresh"
    first = begin(folder)
    door = Path(tempfile.gettempdir()) / socket_name(folder)
    wait_until(door.exists, "the first start hears others")
    assert begin(folder).ends() == (0, "")
    assert first.process.poll() is None


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot halt a process")
def test_a_first_one_that_does_not_answer_is_named_in_a_sentence(tmp_path, begin):
    folder = a_store(tmp_path / "data")
    first = begin(folder)
    first.says(window="listed")
    first.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    second = begin(folder)
    second.says(
        sentence="Balcão is open already on this computer. Look for its window in the task bar."
    )
    assert time.monotonic() - began >= one_window.PATIENCE_MS / 1000
    assert second.ends() == (3, "")


def test_after_a_first_one_that_was_killed_a_start_opens_normally(tmp_path, begin):
    folder = a_store(tmp_path / "data")
    first = begin(folder)
    first.says(window="listed")
    first.process.kill()
    first.process.wait()
    third = begin(folder)
    third.says(window="listed")
    third.says(window="minimised")
    assert begin(folder).ends() == (0, "")
    third.says(window="in front", active=True)


def test_two_folders_have_two_windows(tmp_path, begin):
    one, other = begin(a_store(tmp_path / "one")), begin(a_store(tmp_path / "other"))
    one.says(window="listed")
    other.says(window="listed")
    one.says(window="minimised")
    other.says(window="minimised")


# --- the socket -------------------------------------------------------------------------------------------


@pytest.fixture
def first(tmp_path, qapp):
    made = FirstWindow(tmp_path)
    yield made
    made.close()
    made.deleteLater()


def connected(folder: Path, qtbot) -> QLocalSocket:
    caller = QLocalSocket()
    caller.connectToServer(socket_name(folder))
    qtbot.waitUntil(lambda: caller.state() is QLocalSocket.LocalSocketState.ConnectedState)
    return caller


@pytest.mark.parametrize("words", [b"\n", b"SHOW\n", b"show it\n", b"\x00\xff\n"])
def test_what_is_no_call_brings_nothing_forward(first, tmp_path, qtbot, words):
    heard = []
    first.wanted.connect(lambda: heard.append(1))
    caller = connected(tmp_path, qtbot)
    caller.write(words)
    qtbot.waitUntil(lambda: caller.state() is QLocalSocket.LocalSocketState.UnconnectedState)
    assert heard == [] and caller.bytesAvailable() == 0


def test_a_caller_that_says_nothing_and_one_that_never_ends_do_not_keep_the_next_one_out(
    first, tmp_path, qtbot
):
    heard = []
    first.wanted.connect(lambda: heard.append(1))
    silent, endless, real = (connected(tmp_path, qtbot) for _ in range(3))
    endless.write(b"x" * 100_000)
    real.write(b"sh")
    real.write(b"ow\n")
    qtbot.waitUntil(lambda: heard == [1])
    silent.abort()
    endless.abort()


def test_nobody_there_is_soon_known(tmp_path):
    began = time.monotonic()
    assert not ask(tmp_path, 200)
    assert 0.15 < time.monotonic() - began < 2


def test_one_that_takes_the_call_and_says_nothing_is_not_waited_for_forever(tmp_path, qapp):
    mute = QLocalServer()
    assert mute.listen(socket_name(tmp_path))
    try:
        began = time.monotonic()
        assert not ask(tmp_path, 200)
        assert time.monotonic() - began < 2
    finally:
        mute.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no files to be left here")
def test_a_socket_that_somebody_left_is_taken_over(tmp_path, qapp):
    place = Path(tempfile.gettempdir()) / socket_name(tmp_path)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(place))
    assert place.exists()
    made = FirstWindow(tmp_path)
    assert made._server.isListening()
    made.close()
    assert not place.exists()


def test_folders_and_users_have_names_of_their_own(tmp_path, monkeypatch):
    names = {socket_name(tmp_path), socket_name(tmp_path / "b"), socket_name(tmp_path / "b" / "..")}
    assert len(names) == 2
    if sys.platform != "win32":
        mine = socket_name(tmp_path)
        monkeypatch.setattr(os, "getuid", lambda: 4711)
        assert socket_name(tmp_path) != mine
    # As long as the narrowest system lets a socket's path be.
    assert all(len(name) < 40 for name in names)
