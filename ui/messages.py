"""What the program says: a sentence, its colour and its sound, together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from desktop.errors import BalcaoError, UserError
from desktop.i18n import tr_error
from ui.sounds import Sounds

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """`tone` is ok, attention or stop; `text` is translated."""

    tone: str
    text: str


class Messages:
    """GUI thread only. What is said before a window shows is kept and said when one does."""

    def __init__(self, sounds: Sounds | None = None) -> None:
        self.sounds = sounds or Sounds()
        self._show: Callable[[Message], None] | None = None
        self._waiting: list[Message] = []

    def shown_by(self, show: Callable[[Message], None]) -> None:
        """`show` gets every message from now on, and those that waited."""
        self._show = show
        waiting, self._waiting = self._waiting, []
        for message in waiting:
            show(message)

    def ok(self, text: str) -> None:
        """Done as asked."""
        self._say("ok", text)

    def attention(self, text: str) -> None:
        """Not as asked, or something to look at: nothing bad has happened."""
        self._say("attention", text)

    def stop(self, text: str) -> None:
        """Do not go on."""
        self._say("stop", text)

    def error(self, error: BalcaoError) -> None:
        """The sentence of an error: attention for what cannot be, stop for a fault of the world."""
        tone = "attention" if isinstance(error, UserError) else "stop"
        self._say(tone, tr_error(error))

    def _say(self, tone: str, text: str) -> None:
        log.info("%s", tone)
        self.sounds.play(tone)
        message = Message(tone, text)
        if self._show is None:
            self._waiting.append(message)
        else:
            self._show(message)
