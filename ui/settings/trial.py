"""Trying what is configured: a button, and beside it what came of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.errors import BalcaoError
from desktop.i18n import tr_error
from ui.closed import close
from ui.tasks import Errands, Tasks
from ui.widgets import SmallButton, WrappedLabel, row


class Trial(QWidget):
    """Signals: `wanted()` by the button; whoever hears it calls `run`."""

    wanted = Signal()

    def __init__(self, tasks: Tasks | Errands, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._worked, self._is_wanted = "", False
        self.button, self.verdict = SmallButton(text), WrappedLabel()
        self.button.clicked.connect(self.wanted)
        line = row(self.button, self.verdict)
        line.setStretch(1, 1)
        self.setLayout(line)

    def run(self, work: Callable[[], None], meanwhile: str, worked: str) -> None:
        """Tries it beside the GUI thread; says `meanwhile`, then `worked` or the sentence of the error."""
        close(self.button, meanwhile)
        self._worked, self._is_wanted = worked, True
        self._say(meanwhile, "dim")
        self._tasks.run(work, self._done, self._failed)

    def clear(self) -> None:
        """What was said, or is about to be, is of something else."""
        self._is_wanted = False
        self._say("", "")

    def _done(self, _nothing: None) -> None:
        self._end(self._worked, "ok")

    def _failed(self, error: BalcaoError) -> None:
        self._end(tr_error(error), "stop")

    def _end(self, text: str, tone: str) -> None:
        close(self.button, "")
        if self._is_wanted:
            self._say(text, tone)

    def _say(self, text: str, tone: str) -> None:
        self.verdict.setText(text)
        self.verdict.set_tone(tone)
