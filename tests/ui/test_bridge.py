"""What other threads say arrives on the GUI thread, in order, merged and at the right address."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import Future

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtWidgets import QWidget

from desktop.errors import StoreError, UserError
from desktop.journey import Step
from desktop.order import Status
from desktop.store import setup
from tests.ui.conftest import ANA


class Ear(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.heard = []

    def hear(self, what=None):
        assert QThread.currentThread() is self.thread()
        self.heard.append(what)


@pytest.fixture
def ear(qapp):
    return Ear()


def test_changed_orders_arrive_on_the_gui_thread(desk, filled, ear, qtbot):
    desk.bridge.orders_changed.connect(ear.hear)
    with qtbot.waitSignal(desk.bridge.orders_changed):
        desk.work.do(filled[1].id, Step.ACCEPT, {}, ANA)
    assert filled[1].id in set().union(*ear.heard)


def test_settings_are_a_change_of_state_and_no_order(desk, ear, qtbot):
    desk.bridge.orders_changed.connect(ear.hear)
    with qtbot.waitSignal(desk.bridge.state_changed):
        desk.store.write(lambda s: setup.set_people(s, [ANA]))
    assert ear.heard == []


def test_a_burst_of_announcements_is_merged(desk, ear, qtbot):
    desk.bridge.orders_changed.connect(ear.hear)
    for n in range(1, 101):
        desk.store.do(lambda s, n=n: s.changed.add(n))
    qtbot.waitUntil(lambda: bool(ear.heard))
    assert ear.heard == [frozenset(range(1, 101))]


def test_an_answer_and_an_error_reach_their_callbacks(desk, filled, ear, qtbot):
    wrong = Ear()
    desk.bridge.watch(desk.work.do(filled[1].id, Step.ACCEPT, {}, ANA), ear.hear, wrong.hear)
    desk.bridge.watch(desk.work.do(filled[1].id, Step.ACCEPT, {}, ANA), ear.hear, wrong.hear)
    qtbot.waitUntil(lambda: bool(ear.heard) and bool(wrong.heard))
    assert ear.heard[0].status is Status.ACCEPTED
    assert isinstance(wrong.heard[0], UserError)


def test_an_error_without_a_callback_is_said(desk, filled, heard, ear, qtbot):
    desk.bridge.watch(desk.work.do(filled[0].id, Step.ACCEPT, {}, ANA), ear.hear)
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert heard.messages[0].tone == "attention" and heard.sounds == ["attention"]
    assert ear.heard == []


def test_the_callback_of_a_widget_that_is_gone_is_dropped(desk, qtbot):
    class Page(QWidget):
        def done(self, _result):
            self.show()

    page, future = Page(), Future()
    desk.bridge.watch(future, page.done)
    page.deleteLater()
    qtbot.waitUntil(lambda: not _lives(page))
    future.set_result(1)
    qtbot.wait(20)


def _lives(widget):
    import shiboken6

    return shiboken6.isValid(widget)


def test_nothing_arrives_after_the_close(desk, ear, qtbot):
    desk.bridge.orders_changed.connect(ear.hear)
    future = Future()
    desk.bridge.watch(future, ear.hear)
    desk.bridge.close()
    future.set_result(1)
    desk.store.do(lambda s: s.changed.add(1))
    qtbot.wait(20)
    assert ear.heard == []


# --- tasks --------------------------------------------------------------------------------------------


def test_a_task_runs_beside_the_window_and_answers_on_it(desk, ear, qtbot):
    desk.tasks.run(threading.current_thread, ear.hear)
    qtbot.waitUntil(lambda: bool(ear.heard))
    assert ear.heard[0].name.startswith("task-")


def test_of_one_key_only_the_newest_answers_and_one_runs(desk, ear, qtbot):
    gate, ran = threading.Event(), []

    def work(n):
        ran.append(n)
        gate.wait(5)
        return n

    for n in range(5):
        desk.tasks.run(lambda n=n: work(n), ear.hear, key="search")
    qtbot.waitUntil(lambda: ran == [0])
    gate.set()
    qtbot.waitUntil(lambda: bool(ear.heard))
    assert desk.tasks.idle
    assert (ran, ear.heard) == ([0, 4], [4])


def test_a_thread_in_python_code_keeps_the_window_waiting_a_millisecond(desk):
    assert sys.getswitchinterval() <= 0.001


def test_tasks_of_different_keys_run_at_once(desk, ear, qtbot):
    meet = threading.Barrier(2, timeout=5)
    for key in ("a", "b"):
        desk.tasks.run(meet.wait, ear.hear, key=key)
    qtbot.waitUntil(lambda: len(ear.heard) == 2)


def test_a_tasks_error_goes_to_its_callback_or_is_said(desk, ear, heard, qtbot):
    def fail():
        raise StoreError("The disk is full.")

    desk.tasks.run(fail, ear.hear, ear.hear)
    qtbot.waitUntil(lambda: bool(ear.heard))
    desk.tasks.run(fail, ear.hear)
    qtbot.waitUntil(lambda: bool(heard.messages))
    assert isinstance(ear.heard[0], StoreError) and len(ear.heard) == 1
    assert heard.messages[0].tone == "stop"


def test_a_bug_in_a_task_is_raised_where_the_hook_sees_it(desk, ear, qtbot):
    with qtbot.captureExceptions() as caught:
        desk.tasks.run(lambda: 1 // 0, ear.hear)
        qtbot.waitUntil(lambda: bool(caught))
    assert caught[0][0] is ZeroDivisionError


def test_a_widget_never_dies_in_another_thread(desk, qtbot):
    died = []

    class Page(QWidget):
        def ask(self):
            return 1

        def done(self, _answer):
            pass

        def __del__(self):
            died.append(threading.current_thread())

    for _ in range(20):
        page, other = Page(), Page()
        desk.tasks.run(page.ask, page.done)
        desk.bridge.watch(desk.store.write(lambda _s: 1), other.done)
        del page, other
    qtbot.waitUntil(lambda: len(died) == 40)
    assert set(died) == {threading.current_thread()}


def test_closing_waits_for_what_runs_and_drops_the_rest(desk, ear, qtbot):
    started, ran = threading.Event(), []

    def slow():
        started.set()
        ran.append("slow")

    desk.tasks.run(slow, ear.hear)
    started.wait(5)
    desk.tasks.close()
    desk.tasks.run(lambda: ran.append("late"), ear.hear)
    qtbot.wait(20)
    assert (ran, ear.heard) == (["slow"], [])
    assert not any(t.name.startswith("task-") for t in threading.enumerate())
