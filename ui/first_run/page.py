"""What a page of the assistant is: it asks, and says how to store what was confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.errors import UserError
from desktop.i18n import tr as _
from desktop.secrets import Secrets
from desktop.store import Session, Store
from ui.settings.section import State
from ui.tasks import Errands
from ui.widgets import column, row


@dataclass(frozen=True, slots=True)
class Given:
    """What a page works with; `state` is the store as it was when the page was made."""

    store: Store
    secrets: Secrets
    tasks: Errands
    state: State


class Page(QWidget):
    """Signals: `changed()` what Next says has changed; `renewed()` the page is another now, and the focus
    may have gone; `onward()` the page is done without Next;
    `training_wanted()` practising comes first; `language_chosen(code)` for all that is said from now on."""

    changed = Signal()
    renewed = Signal()
    onward = Signal()
    training_wanted = Signal()
    language_chosen = Signal(str)

    def __init__(self, given: Given) -> None:
        super().__init__()
        self.given = given

    @property
    def title(self) -> str:
        raise NotImplementedError

    @property
    def lead(self) -> str:
        """One sentence under the title: what this is for."""
        raise NotImplementedError

    @property
    def verb(self) -> str:
        """What Next does."""
        return _("Next")

    @property
    def closed(self) -> str:
        """Why Next cannot be pressed now, or ""."""
        return ""

    def begin(self) -> None:
        """Puts the focus where the hands are needed first."""

    def takes_next(self) -> bool:
        """Whether the page has something of its own to do first when Next is pressed, and began with it."""
        return False

    def give_up(self) -> bool:
        """Whether something was under way that Back gives up instead of leaving the page."""
        return False

    def change(self) -> Callable[[Session], None]:
        """What confirming stores. Raises UserError, with the field at fault, when it cannot be."""
        return lambda _session: None

    def show_error(self, error: UserError) -> bool:
        """Shows a refusal beside its field; False when the field is not here."""
        return False


def beside(*parts: QWidget, stretch: tuple[int, ...] = (1, 1)) -> QHBoxLayout:
    """Columns of this width to each other, each from the top."""
    line = row(spacing=24)
    for part, share in zip(parts, stretch, strict=True):
        line.addLayout(column(part, 1), share)
    return line
