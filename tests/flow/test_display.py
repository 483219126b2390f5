"""A display that is not there, and one that goes away under a window that works."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalServer

from desktop.order import Status
from desktop.store import Store, journal, orders, setup
from tests.ui.conftest import some_orders
from ui import display, last
from ui.app import LOCK_FILE
from ui.one_window import socket_name

ON_LINUX = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="elsewhere a display does not go by itself"
)
DEADLINE_S = 60.0
ORDERS = 400
# The program, with a clerk who accepts one order after the other and writes down what was acknowledged.
CLERK = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop.__main__ import main
from desktop.journey import Step
from ui import app
from ui.messages import Messages
from ui.window import Window

attention = Messages.attention
def told(self, text):
    print("told", text, flush=True)
    attention(self, text)
Messages.attention = told

def look():
    for window in QApplication.topLevelWidgets():
        if isinstance(window, Window) and window.desk is not None and window.desk.sync is not None:
            timer.stop()
            print("at work", flush=True)
            work(window.desk, iter(window.page("orders").table.model.ids[:]))

def work(desk, ids):
    order_id = next(ids, None)
    if order_id is None:
        return
    def done(_order):
        print("accepted", order_id, flush=True)
        QTimer.singleShot(5, lambda: work(desk, ids))
    desk.bridge.watch(desk.work.do(order_id, Step.ACCEPT, {}, desk.person), done)

timer = QTimer()
timer.timeout.connect(look)
QTimer.singleShot(0, lambda: None)
before = app.application
def application(argv=None):
    made = before(argv)
    if not timer.isActive():
        timer.start(20)
    return made
app.application = application
sys.exit(main(["--language", "en", "--data", sys.argv[1]]))
"""


# The program as `python -m desktop` starts it; it says which window it shows.
SHOWN = """
import sys
sys.argv[0] = "desktop/__main__.py"
from desktop.__main__ import main
from ui.window import Window

show = Window.show
def shown(self):
    show(self)
    print("shown", int(self.winId()), flush=True)
Window.show = shown
sys.exit(main())
"""


@contextmanager
def a_screen() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """An X server, and what it is called."""
    words = ["Xvfb", "-displayfd", "1", "-screen", "0", "1366x768x24", "-nolisten", "tcp"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as screen:
        try:
            assert screen.stdout is not None
            yield f":{screen.stdout.readline().strip()}", screen
        finally:
            screen.kill()


@pytest.fixture
def screen() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    with a_screen() as made:
        yield made


@pytest.fixture(autouse=True)
def no_socket_left(tmp_path: Path) -> Iterator[None]:
    """Who is killed leaves the one by which a second start is heard."""
    yield
    for folder in tmp_path.iterdir():
        QLocalServer.removeServer(socket_name(folder))


def nobodys() -> str:
    """A display that nobody serves."""
    n = next(n for n in range(700, 900) if not Path(f"/tmp/.X11-unix/X{n}").exists())
    return f":{n}"


def environment(**more: str) -> dict[str, str]:
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_SESSION_TYPE")
    return {k: v for k, v in os.environ.items() if k not in names} | more


@contextmanager
def program(words: list[str], **more: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(**more),
    ) as process:  # fmt: skip
        killer = threading.Timer(DEADLINE_S, process.kill)
        killer.start()
        try:
            yield process
        finally:
            process.kill()
            killer.cancel()
            killer.join()


def a_store(folder: Path) -> Path:
    store = Store(folder)
    known = setup.StoreSettings("Loja 014", "en", "light", set_up="done")
    waiting = some_orders()[1]
    several = [
        (replace(waiting, number=str(n), remote_id=f"R{n}"), "") for n in range(1, ORDERS + 1)
    ]
    store.do(lambda s: setup.save_settings(s, known))
    store.do(lambda s: orders.add(s, several, waiting.placed_at))
    store.close()
    last.save(folder, last.Last("en", "light"))
    return folder


def read_until(process: subprocess.Popen[str], words: str, times: int = 1) -> list[str]:
    assert process.stdout is not None
    lines: list[str] = []
    while sum(line.startswith(words) for line in lines) < times:
        line = process.stdout.readline()
        assert line, (lines, process.stderr and process.stderr.read())
        lines.append(line.strip())
    return lines


@ON_LINUX
def test_the_desktop_finds_its_entry_by_what_the_window_is_called(tmp_path, screen):
    """Run from the source, too, where the file is called otherwise."""
    if shutil.which("xprop") is None:
        pytest.skip("xprop is not installed")
    entry = Path(__file__).parents[2] / "resources" / "packaging" / "balcao.desktop"
    [wanted] = re.findall("^StartupWMClass=(.+)$", entry.read_text("utf-8"), re.MULTILINE)
    words = ["-c", SHOWN, "--data", str(a_store(tmp_path / "data"))]
    with program(words, DISPLAY=screen[0], QT_QPA_PLATFORM="xcb") as shown:
        [*_, line] = read_until(shown, "shown")
        look = ["xprop", "-display", screen[0], "-id", line.split()[1], "WM_CLASS"]
        said = subprocess.run(look, capture_output=True, text=True, check=True, timeout=20).stdout
    assert said.split('"')[1] == wanted, said


@ON_LINUX
def test_a_display_that_goes_away_takes_nothing_along(tmp_path, screen):
    folder = a_store(tmp_path / "data")
    name, server = screen
    with program(["-c", CLERK, str(folder)], DISPLAY=name) as process:
        said = read_until(process, "accepted", 20)
        assert not any(line.startswith("told") for line in said)
        server.send_signal(signal.SIGKILL)
        out, complaint = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 3
    assert "Traceback" not in complaint and display.GONE in complaint
    accepted = [int(line.split()[1]) for line in (*said, *out.splitlines()) if "accepted" in line]
    assert 20 <= len(accepted) < ORDERS
    _nothing_is_lost(folder, accepted)
    with program(["-c", CLERK, str(folder)], QT_QPA_PLATFORM="offscreen") as again:
        lines = read_until(again, "at work")
    assert "told Balcão ended unexpectedly last time. What was saved is still there." in lines


@ON_LINUX
def test_a_practice_whose_display_goes_away_ends(tmp_path, screen):
    name, server = screen
    words = ["--verbose", "demo", "--out", str(tmp_path / "out")]
    with program(["-m", "desktop", *words], DISPLAY=name) as process:
        assert process.stderr is not None
        while "the list is painted" not in (line := process.stderr.readline()):
            assert line, process.returncode
        server.send_signal(signal.SIGKILL)
        _, complaint = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 3
    assert "Traceback" not in complaint and "A tela sumiu com o Balcão aberto" in complaint


def _nothing_is_lost(folder: Path, accepted: list[int]) -> None:
    """What was acknowledged stands there whole, and what stands there is told of."""
    store = Store(folder)
    with store.read() as session:
        assert journal.first_broken(session) is None
        found = orders.several(session, list(range(1, ORDERS + 1)))
        moved = {n for n, (order, _) in found.items() if order.status is Status.ACCEPTED}
        written = {
            n for n in found if any(e.what == "accept" for e in journal.of_order(session, n))
        }
    store.close()
    assert set(accepted) <= moved
    assert moved == written


@ON_LINUX
def test_a_killed_program_is_found_out_at_the_next_start(tmp_path):
    """Its lock is nobody's then."""
    folder = a_store(tmp_path / "data")
    for expected in (False, True):
        with program(["-c", CLERK, str(folder)], QT_QPA_PLATFORM="offscreen") as process:
            lines = read_until(process, "at work")
            assert any("ended unexpectedly" in line for line in lines) is expected
            process.kill()
            process.communicate()
        assert (folder / LOCK_FILE).exists()


@ON_LINUX
@pytest.mark.parametrize("platform", ["", "xcb"])
def test_a_display_that_nobody_serves_is_named_and_nothing_is_begun(tmp_path, platform):
    more = {"QT_QPA_PLATFORM": platform} if platform else {}
    name = nobodys()
    words = ["-m", "desktop", "--data", str(tmp_path / "data")]
    with program(words, DISPLAY=name, **more) as process:
        out, complaint = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, out) == (3, "")
    assert len(complaint.splitlines()) == 1
    assert f"The display “{name}” does not answer" in complaint and "set DISPLAY to" in complaint
    assert not (tmp_path / "data").exists()


@ON_LINUX
def test_without_any_display_the_window_says_so_and_the_commands_work(tmp_path):
    words = ["-m", "desktop", "--data", str(tmp_path / "data")]
    with program(words) as process:
        out, complaint = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, out) == (3, "")
    assert complaint == "There is no display here, so no window; the commands work without.\n"
    with program([*words, "orders"]) as process:
        process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names no display."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@ON_LINUX
def test_a_display_that_answers_is_one(screen, bare):
    bare.setenv("DISPLAY", screen[0])
    assert display.has_display()
    bare.setenv("QT_QPA_PLATFORM", "wayland;xcb")
    assert display.has_display()


@ON_LINUX
def test_asking_does_not_turn_away_the_window_that_comes_next(screen, bare):
    """A bare server begins anew when its last guest has left."""
    bare.setenv("DISPLAY", screen[0])
    assert [display.has_display() for _ in range(60)] == [True] * 60


@ON_LINUX
@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:size=800x600", "linuxfb"])
def test_a_window_that_needs_no_server_asks_none(bare, platform):
    bare.setenv("QT_QPA_PLATFORM", platform)
    bare.setenv("DISPLAY", nobodys())
    assert display.has_display()


@ON_LINUX
@pytest.mark.parametrize("name", ["", "nonsense", ":x", "::::", "\udcff", "unix:/nowhere:0"])
def test_a_name_that_is_none_does_not_answer(bare, name):
    bare.setenv("DISPLAY", name)
    assert not display.has_display()


@ON_LINUX
def test_a_wayland_server_is_asked_too(bare, tmp_path):
    bare.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    bare.setenv("WAYLAND_DISPLAY", "wayland-7")
    assert not display.has_display()
    with socket.socket(socket.AF_UNIX) as server:
        bare.chdir(tmp_path)
        server.bind("wayland-7")
        server.listen()
        assert display.has_display()
        bare.setenv("DISPLAY", nobodys())
        assert display.has_display()


@ON_LINUX
def test_without_the_library_that_asks_the_window_tries(bare):
    bare.setenv("DISPLAY", nobodys())

    def missing(_name: str) -> None:
        raise OSError("no such library")

    bare.setattr("ctypes.CDLL", missing)
    assert display.has_display()
