"""Slow reads beside the window: two plain threads, answers on the GUI thread."""

from __future__ import annotations

import itertools
import queue
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from ui.bridge import Failed, deliver, raise_error

T = TypeVar("T")
THREADS = 2
# How long a thread in Python code may keep the window waiting; Python's own 5 ms are a third of a frame.
SWITCH_S = 0.001
_END = 0


@dataclass(eq=False, slots=True)
class _Task:
    work: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Failed | None
    key: str
    answer: Future[Any]


class Tasks(QObject):
    """`run` is called on the GUI thread; `work` runs on another and must not touch widgets.

    Of the tasks with one key a single one runs, the newest waits for it and the others between are
    dropped; an answer is dropped too when a newer question has been asked since.
    """

    _arrived = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.on_error: Failed = raise_error
        # Callbacks and work may hold widgets, and a widget whose last holder is another thread would die
        # there. So tasks stay here until they are delivered, and the threads know them by number.
        self._tasks: dict[int, _Task] = {}
        self._numbers = itertools.count(1)
        self._queue: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._running: set[str] = set()
        self._waiting: dict[str, _Task] = {}
        self._closed = False
        sys.setswitchinterval(SWITCH_S)
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._threads = [
            threading.Thread(target=self._serve, name=f"task-{n}") for n in range(THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def run(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Failed | None = None,
        key: str = "",
    ) -> None:  # fmt: skip
        """Runs `work` beside the window, then `done(result)` or `failed(error)` on the GUI thread.

        Without `failed` a BalcaoError's sentence is shown; any other exception is a bug.
        """
        if self._closed:
            return
        task = _Task(work, done, failed, key, Future())
        if key and key in self._running:
            self._waiting[key] = task
        else:
            self._start(task)

    @property
    def idle(self) -> bool:
        """Whether every task has delivered its answer."""
        return not self._tasks

    def close(self) -> None:
        """Waits for what is running; nothing is delivered any more."""
        if self._closed:
            return
        self._closed = True
        for _thread in self._threads:
            self._queue.put(_END)
        for thread in self._threads:
            thread.join()
        self._tasks.clear()
        self._waiting.clear()

    def _start(self, task: _Task) -> None:
        number = next(self._numbers)
        self._tasks[number] = task
        if task.key:
            self._running.add(task.key)
        self._queue.put(number)

    def _serve(self) -> None:
        while (number := self._queue.get()) != _END:
            if not self._closed:
                self._carry_out(self._tasks[number])
                self._arrived.emit(number)

    def _carry_out(self, task: _Task) -> None:
        try:
            task.answer.set_result(task.work())
        except BaseException as error:
            task.answer.set_exception(error)

    def _deliver(self, number: int) -> None:
        if self._closed:
            return
        task = self._tasks.pop(number)
        self._running.discard(task.key)
        newer = self._waiting.pop(task.key, None)
        if newer is None:
            deliver(task.answer, task.done, task.failed or self.on_error)
        else:
            self._start(newer)


class Errands:
    """Tasks of something that may go before they are done: after `end` their answers are dropped."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks, self._ended = tasks, False

    def run(
        self, work: Callable[[], T], done: Callable[[T], None], failed: Failed | None = None
    ) -> None:
        def still(deliver: Callable[[Any], None]) -> Callable[[Any], None]:
            return lambda answer: None if self._ended else deliver(answer)

        self._tasks.run(work, still(done), still(failed or self._tasks.on_error))

    def end(self) -> None:
        self._ended = True
