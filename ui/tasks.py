"""Slow reads beside the window: two plain threads, answers on the GUI thread."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from ui.bridge import Failed, deliver, raise_error

T = TypeVar("T")
THREADS = 2


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

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.on_error: Failed = raise_error
        self._queue: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._running: dict[str, _Task] = {}
        self._waiting: dict[str, _Task] = {}
        self._closed = False
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
            return
        self._start(task)

    @property
    def idle(self) -> bool:
        """Whether every keyed task has delivered its answer."""
        return not self._running

    def close(self) -> None:
        """Waits for what is running; nothing is delivered any more."""
        if self._closed:
            return
        self._closed = True
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _start(self, task: _Task) -> None:
        if task.key:
            self._running[task.key] = task
        self._queue.put(task)

    def _serve(self) -> None:
        while (task := self._queue.get()) is not None:
            if self._closed:
                continue
            try:
                task.answer.set_result(task.work())
            except BaseException as error:
                task.answer.set_exception(error)
            self._arrived.emit(task)

    def _deliver(self, task: _Task) -> None:
        if self._closed:
            return
        newer = None
        if task.key:
            del self._running[task.key]
            newer = self._waiting.pop(task.key, None)
        if newer is None:
            deliver(task.answer, task.done, task.failed or self.on_error)
        else:
            self._start(newer)
