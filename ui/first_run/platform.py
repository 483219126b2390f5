"""The third page: an account on a platform, tried on the spot; or practising first.

Nothing is kept before the platform has taken it, or the person has said to keep it anyway; then account and
keys are kept together.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop import accounts, connectors
from desktop.accounts import Account
from desktop.errors import BalcaoError, UserError
from desktop.i18n import tr as _
from desktop.i18n import tr_error
from desktop.lacks import ADVICE, Lack, lack
from desktop.store import setup
from desktop.store.setup import Connection
from ui.first_run.page import Given, Page, beside
from ui.forms import Form
from ui.settings.section import shows
from ui.widgets import Card, Label, Sign, SmallButton, WrappedLabel, column, row


class PlatformPage(Page):
    def __init__(self, given: Given) -> None:
        super().__init__(given)
        self._connected = next(iter(given.state.connections), None)
        # The question that is under way; an answer to an older one is not looked at.
        self._asked, self._asking = 0, False
        self._account: Account | None = None
        # The one that asks for the least comes first.
        self._connector = min(connectors.names(), key=lambda n: len(connectors.load(n).fields))
        self.kind = Form(accounts.kind(), {"connector": self._connector})
        self.name = Form(accounts.NAME, {"name": self._connector})
        self.form = Form(connectors.load(self._connector).fields)
        self.verdict, self._done = _Verdict(), _Done()
        self.later, self.practise = (
            SmallButton(_("Connect later")),
            SmallButton(_("Practise first")),
        )
        self._lay_out()
        for form in (self.kind, self.name, self.form):
            form.changed.connect(self._edited)
        self.verdict.save.clicked.connect(self._keep_anyway)
        self.later.clicked.connect(self.onward)
        self.practise.clicked.connect(self.training_wanted)
        self._show()

    def _lay_out(self) -> None:
        self._card, self._other = Card(), _choices(self.practise, self.later)
        self._card.body.setSpacing(12)
        self._card.body.addLayout(beside(self.kind, self.name))
        self._card.body.addWidget(self.form)
        left, self._right = QWidget(), QWidget()
        left.setLayout(column(self._card, self._done, 1))
        self._right.setLayout(column(self.verdict, self._other, 1, spacing=12))
        body = row(left, self._right, spacing=12)
        body.setStretch(0, 3)
        body.setStretch(1, 2)
        self.setLayout(body)

    def _show(self) -> None:
        """The form, or what is connected."""
        if self._connected is not None:
            self._done.say(self._connected)
        self._done.setVisible(self._connected is not None)
        for part in (self._card, self._right):
            part.setVisible(self._connected is None)
        self.verdict.hide()
        self.changed.emit()

    def _edited(self) -> None:
        self.give_up()
        self.verdict.hide()
        chosen = self.kind.values()["connector"]
        if chosen != self._connector:
            if self.name.values().get("name") in (None, self._connector):
                self.name.set_values({"name": chosen})
            self._connector = chosen
            self._renew()
        self.changed.emit()

    def _renew(self) -> None:
        """The fields of another connector; what has the same name keeps its value."""
        before, self.form = (
            self.form,
            Form(connectors.load(self._connector).fields, self.form.values()),
        )
        self.form.changed.connect(self._edited)
        self._card.body.replaceWidget(before, self.form)
        before.hide()
        before.deleteLater()
        last = self.name.field_widget("name")
        for field in self.form.fields:
            QWidget.setTabOrder(last, self.form.field_widget(field.name))
            last = self.form.field_widget(field.name)

    # --- what the shell asks --------------------------------------------------------------------------

    @property
    def title(self) -> str:
        return _("Connect a platform")

    @property
    def lead(self) -> str:
        return _("Orders come from it, and every status goes back to it. It is tried right here.")

    @property
    def verb(self) -> str:
        if self._connected:
            return _("Next")
        return _("Test again") if self.verdict.isVisibleTo(self) else _("Test and connect")

    @property
    def closed(self) -> str:
        return _("Asking the platform…") if self._asking else ""

    def begin(self) -> None:
        if self._connected is None:
            self.form.focus_first()

    def takes_next(self) -> bool:
        if self._connected is None:
            self._test()
        return self._connected is None

    def give_up(self) -> bool:
        """Stops waiting for an answer."""
        was, self._asking = self._asking, False
        self._asked += 1
        self.changed.emit()
        return was

    def show_error(self, error: UserError) -> bool:
        return any(shows(form, error) for form in (self.kind, self.name, self.form))

    # --- test and keep --------------------------------------------------------------------------------

    def _test(self) -> None:
        self.verdict.hide()
        try:
            account = self._account = accounts.read(self._given())
            with self.given.store.read() as session:
                setup.check_free(session, account.name)
        except UserError as error:
            self._refused(error)
            return
        self._wait(partial(accounts.ask, account), lambda: self._keep(account), self._say)

    def _given(self) -> dict[str, str]:
        return self.kind.values() | self.name.values() | self.form.values()

    def _keep_anyway(self) -> None:
        assert self._account is not None
        self._keep(self._account)

    def _keep(self, account: Account) -> None:
        keep = partial(accounts.keep, self.given.store, self.given.secrets, account)
        self._wait(keep, lambda: self._kept(account), self._refused)

    def _wait(
        self,
        work: Callable[[], None],
        done: Callable[[], None],
        failed: Callable[[BalcaoError], None],
    ) -> None:
        """Does it beside the GUI thread; an edit meanwhile gives it up."""
        self._asked += 1
        number = self._asked

        def end(then: Callable[[], None]) -> None:
            if number == self._asked:
                self._asking = False
                then()

        self._asking = True
        self.changed.emit()
        self.given.tasks.run(
            work, lambda _nothing: end(done), lambda error: end(lambda: failed(error))
        )

    def _kept(self, account: Account) -> None:
        self._connected = Connection(account.name, account.connector, account.plain)
        self._show()
        self.renewed.emit()

    def _say(self, error: BalcaoError) -> None:
        """What the platform's answer lacks; the hands go to where it can be mended."""
        if isinstance(error, UserError):
            self._refused(error)
            return
        self.verdict.say(error)
        self.changed.emit()
        hidden = [field.name for field in self.form.fields if field.secret]
        if lack(error) is Lack.KEY and hidden:
            self.form.field_widget(hidden[0]).setFocus(Qt.FocusReason.OtherFocusReason)

    def _refused(self, error: BalcaoError) -> None:
        if not isinstance(error, UserError) or not self.show_error(error):
            self.verdict.refuse(error)
        self.changed.emit()


class _Verdict(Card):
    """What is missing, and what to do about it."""

    def __init__(self) -> None:
        super().__init__("banner", margin=14)
        self.setProperty("tone", "stop")
        self.word = Label(role="lead-strong", tone="stop")
        self.says, self.todo = WrappedLabel(role="strong"), WrappedLabel()
        self.body.addLayout(row(Sign("stop", "stop", 24), self.word, 1))
        self.body.addWidget(self.says)
        self.save = SmallButton(_("Save anyway"))
        self.body.addWidget(self.todo)
        self.body.addLayout(row(self.save, 1))

    def say(self, error: BalcaoError) -> None:
        advice = ADVICE[lack(error)]
        self.save.show()
        self._show(_(advice.word), tr_error(error), _(advice.todo))

    def refuse(self, error: BalcaoError) -> None:
        """Something of this computer's own: the place of the keys, the database."""
        self.save.hide()
        self._show(_("Not saved"), tr_error(error), "")

    def _show(self, word: str, says: str, todo: str) -> None:
        self.word.setText(word)
        self.says.setText(says)
        self.todo.setText(todo)
        self.todo.setVisible(bool(todo))
        self.setAccessibleName(" ".join(filter(None, (word, says, todo))))
        self.show()


class _Done(Card):
    """What is connected already."""

    def __init__(self) -> None:
        super().__init__()
        self._words, self._more = WrappedLabel(role="lead-strong"), WrappedLabel(tone="dim")
        line = row(Sign("check", "ok", 32), self._words, spacing=12)
        line.setStretch(1, 1)
        self.body.addLayout(line)
        self.body.addWidget(self._more)

    def say(self, connection: Connection) -> None:
        title = connectors.load(connection.connector).title
        self._words.setText(_("“{name}” is connected.", name=connection.name))
        self._more.setText(
            _("{platform}: orders come in as soon as the orders page opens. More platforms, and what "
              "their words mean here, in the settings.", platform=title)
        )  # fmt: skip


def _choices(practise: SmallButton, later: SmallButton) -> QWidget:
    """The ways past this page without an account."""
    card = Card()
    card.body.addWidget(Label(_("No access yet?"), "lead-strong"))
    said = _("Practise on a platform of this computer's own: twelve orders, everything works, nothing leaves "
             "the house. What is set up here waits.")  # fmt: skip
    card.body.addWidget(WrappedLabel(said))
    card.body.addLayout(column(practise, later))
    return card
