"""The page's head: the day it shows, a field to type another, buttons and keys to go on and back."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QDate, QLocale, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from desktop.errors import UserError
from desktop.i18n import language
from desktop.i18n import tr as _
from desktop.local_day import Day, read_day, words
from ui import actions, theme
from ui.closed import close
from ui.widgets import ElidedLabel, Label, SmallButton, column, row

DATE_PX = 132


class DayBar(QWidget):
    """Signals: `day_wanted(Day | None)`, None for today whatever day that is; `refused(UserError)` for
    typed words that are no day."""

    day_wanted = Signal(object)
    refused = Signal(object)

    def __init__(self, title: str, *more: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._day: Day | None = None
        self._title, self._name = Label(title, "title"), ElidedLabel(role="small")
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.date = QLineEdit()
        self.date.setFixedWidth(DATE_PX)
        self.date.setAccessibleName(_("Day"))
        self.date.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.before = _arrow("‹", "day_before")
        self.after = _arrow("›", "day_after")
        self.today = SmallButton(actions.text("today"))
        self._lay_out(more)
        self._listen()

    def _lay_out(self, more: tuple[QWidget, ...]) -> None:
        heading = QWidget()
        heading.setLayout(column(self._title, self._name, spacing=0))
        line = row(heading, self.before, self.date, self.after, self.today, *more)
        line.setStretch(0, 1)
        self.setLayout(line)

    def _listen(self) -> None:
        self.date.returnPressed.connect(self._typed)
        self.before.clicked.connect(lambda: self.go(-1))
        self.after.clicked.connect(lambda: self.go(1))
        self.today.clicked.connect(lambda: self.day_wanted.emit(None))
        for name, days in (("day_before", -1), ("day_after", 1)):
            actions.bind(self, name, partial(self.go, days))
        actions.bind(self, "today", lambda: self.day_wanted.emit(None))

    def show_day(self, day: Day, is_today: bool) -> None:
        self._day = day
        date = QDate(day.date.year, day.date.month, day.date.day)
        # The field beside it says the rest.
        self._name.setText(QLocale(language()).dayName(date.dayOfWeek()))
        self.date.setText(words(day))
        self._show_wrong(False)
        close(self.today, _("This is today already.") if is_today else "", actions.key("today"))

    def go(self, days: int) -> None:
        """So many days on; at the ends of the calendar nothing happens."""
        if self._day is None:
            return
        try:
            self.day_wanted.emit(self._day.shift(days))
        except UserError as error:
            self.refused.emit(error)

    def _typed(self) -> None:
        if self._day is None:
            return
        try:
            day = read_day(self.date.text(), self._day)
        except UserError as error:
            self._show_wrong(True)
            self.refused.emit(error)
            return
        self.day_wanted.emit(day)

    def _show_wrong(self, wrong: bool) -> None:
        theme.set_property(self.date, "wrong", "true" if wrong else "false")


def _arrow(sign: str, name: str) -> SmallButton:
    button = SmallButton(sign)
    button.setFixedWidth(theme.BUTTON)
    button.setAccessibleName(actions.text(name))
    button.setAccessibleDescription(actions.key(name))
    button.setToolTip(f"{actions.text(name)}  {actions.key(name)}")
    return button
