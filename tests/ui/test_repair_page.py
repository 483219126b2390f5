"""The repair page: every kind of trouble, and each way out of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit

from desktop.errors import PlatformAway, UserError
from desktop.journey import Step
from desktop.order import Buyer, Invoice, Status
from desktop.store import orders, outbox, print_jobs, setup
from desktop.store.outbox import State
from tests.ui.conftest import NOW, put
from tests.unit.orders import order
from ui import theme
from ui.pages.repair import RepairPage
from ui.widgets import Label

# The offscreen screen says this of every window.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

S = Status
CONNECTION = "Loja São Paulo"
LONG = "Maria Aparecida da Conceição Albuquerque de Vasconcelos e Souza Guimarães"


@pytest.fixture
def page(desk, qtbot):
    desk.store.do(lambda s: setup.add_connection(s, setup.Connection(CONNECTION, "vtex", {}), []))
    page = RepairPage(desk)
    qtbot.addWidget(page)
    page.resize(1102, 650)
    page.show()
    qtbot.waitUntil(lambda: desk.tasks.idle)
    return page


def an_order(desk, n: int = 1, status: Status = S.SHIPPED, **changes):
    named = {"number": str(1050 + n), "remote_id": f"v{n}-01", "invoice": Invoice(str(n))}
    return put(desk.store, [order(status, **(named | changes))])[0]


def in_trouble(desk, page, qtbot, one, step, state, data=None, field="", why="so"):
    """A push of `one` that ended badly, shown on the page; returns its id."""

    def write(session) -> int:
        key = outbox.enqueue(session, one.id, CONNECTION, step, data or {}, "Ana", NOW)
        push_id = next(p.id for p in outbox.of_order(session, one.id) if p.key == key)
        token = outbox.lease(session, push_id, NOW, NOW + timedelta(minutes=2))
        reason = UserError("The platform refused: {reason}", reason=why)
        assert outbox.settle(session, push_id, token or "", state, NOW, NOW, reason, field)
        session.changed.add(one.id)
        return push_id

    push_id = desk.store.do(write)
    qtbot.waitUntil(lambda: ("Entry", push_id) in [row.key for row in page.list.rows()])
    page.list.mark(("Entry", push_id))
    return push_id


def push_of(desk, push_id: int):
    with desk.store.read() as session:
        return outbox.get(session, push_id)


def press(page, qtbot, text: str) -> None:
    def found() -> list[QAbstractButton]:
        buttons = page.pane.findChildren(QAbstractButton)
        return [button for button in buttons if button.isVisible() and button.text() == text]

    qtbot.waitUntil(lambda: len(found()) == 1)
    found()[0].click()


def test_a_calm_store_is_calm(page):
    words = [w.text() for w in page.findChildren(Label) if w.isVisible()]
    assert "Nothing waits for you" in words
    assert page.back() is False
    page.next()


def test_a_refused_push_is_mended_and_sent_again(desk, page, qtbot, heard):
    one = an_order(desk, packages=1)
    data = {"carrier": "Jadlog", "tracking": "OLD"}
    push_id = in_trouble(desk, page, qtbot, one, Step.SHIP, State.REFUSED, data, "tracking", "used")
    editor = page.pane.form.field_widget("tracking")
    assert editor.text() == "OLD" and editor.property("wrong") == "true"
    assert "used" in page.pane.banner.lead
    assert not page.pane.big.isEnabled()
    editor.selectAll()
    QTest.keyClicks(editor, "NEW1")
    assert page.pane.big.isEnabled()
    page.next()
    qtbot.waitUntil(lambda: page.list.rows() == [])
    sent = push_of(desk, push_id)
    assert sent.state is State.WAITING
    assert sent.data == {"carrier": "Jadlog", "tracking": "NEW1"}
    assert heard.messages[-1].text == "Mended; it is sent again."
    with desk.store.read() as session:
        assert orders.get(session, one.id).packages[0].tracking == "NEW1"


def test_a_refused_push_is_sent_again_as_it_is(desk, page, qtbot):
    push_id = in_trouble(
        desk, page, qtbot, an_order(desk), Step.SHIP, State.REFUSED, {"tracking": "OLD"}
    )
    press(page, qtbot, "Send again")
    qtbot.waitUntil(lambda: page.list.rows() == [])
    assert push_of(desk, push_id).state is State.WAITING
    assert push_of(desk, push_id).data == {"tracking": "OLD"}


def test_what_was_done_there_by_hand_is_told(desk, page, qtbot):
    push_id = in_trouble(desk, page, qtbot, an_order(desk), Step.ACCEPT, State.REFUSED)
    assert page.pane.form is None and page.pane.big.text() == "Send again"
    press(page, qtbot, "Done there already")
    qtbot.waitUntil(lambda: page.list.rows() == [])
    assert push_of(desk, push_id).state is State.DONE


def test_a_wrong_mend_stays_with_its_sentence(desk, page, qtbot):
    one = an_order(desk, status=S.INVOICED)
    data = {"key": {"key": "", "number": "7", "total": 22695}}
    push_id = in_trouble(desk, page, qtbot, one, Step.INVOICE, State.REFUSED, data, "number")
    editor = page.pane.form.field_widget("key")
    editor.setFocus()
    QTest.keyClicks(editor, "1234")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: editor.property("wrong") == "true")
    assert editor.text() == "1234"
    assert push_of(desk, push_id).state is State.REFUSED


@pytest.mark.parametrize(
    ("button", "state"), [("It arrived already", State.DONE), ("Send again", State.WAITING)]
)
def test_only_a_person_can_tell_of_a_note(desk, page, qtbot, button, state):
    one = an_order(desk, status=S.RETURNED)
    push_id = in_trouble(desk, page, qtbot, one, Step.TAKE_BACK, State.UNKNOWN, {"reason": "r"})
    assert page.list.rows()[0].mark == "no answer"
    press(page, qtbot, button)
    qtbot.waitUntil(lambda: page.list.rows() == [])
    assert push_of(desk, push_id).state is state


def test_what_the_program_looks_up_itself_needs_nobody(desk, page, qtbot):
    with qtbot.waitSignal(page.counted) as counted:
        in_trouble(desk, page, qtbot, an_order(desk), Step.DELIVER, State.UNKNOWN)
    assert counted.args == [0]
    assert page.list.rows()[0].mark == "checking"
    assert page.pane.big.text() == "Look it up now"


class Sync:
    """Reads again what it is told can be read."""

    def __init__(self, desk, can: bool) -> None:
        self.desk, self.can = desk, can

    def read_again(self, connection: str, remote_id: str) -> None:
        if not self.can:
            raise PlatformAway("{host} does not answer.", host="shop")
        self.desk.store.do(lambda s: setup.unpark(s, connection, [remote_id]))


def park(desk, page, qtbot, raw: bytes) -> None:
    reason = UserError("The order has no items.")
    desk.store.do(lambda s: setup.park(s, CONNECTION, "v9-01", reason, raw, NOW))
    qtbot.waitUntil(lambda: len(page.list.rows()) == 1)


def test_an_unreadable_answer_is_shown_safely_and_read_again(desk, page, qtbot, heard):
    park(desk, page, qtbot, "{\u202e\x07}".encode() * 30_000)
    [box] = [w for w in page.pane.findChildren(QPlainTextEdit) if w.isVisible()]
    assert box.isReadOnly() and box.toPlainText().startswith("{··}")
    assert len(box.toPlainText()) <= 20_000
    page.next()
    assert "not running" in heard.messages[-1].text
    desk.sync = Sync(desk, can=False)
    page.next()
    qtbot.waitUntil(lambda: heard.messages[-1].text == "shop does not answer.")
    desk.sync = Sync(desk, can=True)
    page.next()
    qtbot.waitUntil(lambda: page.list.rows() == [])


def test_letting_go_wants_a_second_press(desk, page, qtbot):
    park(desk, page, qtbot, b"{}")
    press(page, qtbot, "Let go")
    qtbot.wait(50)
    assert len(page.list.rows()) == 1
    press(page, qtbot, "Let go: press again")
    qtbot.waitUntil(lambda: page.list.rows() == [])
    with desk.store.read() as session:
        assert setup.all_parked(session) == []


def test_a_paper_that_may_have_come_out_is_asked_about(desk, page, qtbot):
    one = an_order(desk)

    def unsure(session):
        wanted = print_jobs.Wanted(one.id, "label", 1, "v", b"x")
        job, _prints = print_jobs.put(
            session, wanted, "Zebra", "Ana", NOW, NOW + timedelta(hours=1)
        )
        print_jobs.claim(session, "Zebra", NOW)
        print_jobs.lose(session, "Zebra", NOW)
        session.changed.add(one.id)
        return job.id

    answers = []

    class Printing:
        def answer(self, *what):
            answers.append(what)

    job_id = desk.store.do(unsure)
    qtbot.waitUntil(lambda: len(page.list.rows()) == 1)
    assert page.list.rows()[0].mark == "did it print?"
    desk.printing = Printing()
    press(page, qtbot, "Print again")
    qtbot.waitUntil(lambda: answers == [(job_id, False, "Ana Souza")])


def test_typing_survives_news_of_other_orders(desk, page, qtbot):
    one, two = an_order(desk), an_order(desk, 2)
    in_trouble(desk, page, qtbot, two, Step.SHIP, State.REFUSED, {"tracking": "X"})
    in_trouble(desk, page, qtbot, one, Step.SHIP, State.REFUSED, {"tracking": "OLD"}, "tracking")
    QTest.keyClicks(page.pane.form.field_widget("service"), "PAC")
    with qtbot.waitSignal(page.counted):
        desk.store.do(lambda s: s.changed.add(two.id))
    assert page.pane.form.values()["service"] == "PAC"


def test_keys_alone_are_enough(desk, page, qtbot):
    one = an_order(desk)
    in_trouble(desk, page, qtbot, one, Step.SHIP, State.REFUSED, {"tracking": "OLD"}, "tracking")
    page.list.setFocus()
    QTest.keyClick(page.list, Qt.Key.Key_Return)
    assert page.pane.form.field_widget("tracking").hasFocus()
    assert page.back() is True and page.list.hasFocus()
    assert page.back() is False


def test_the_order_itself_can_be_opened(desk, page, qtbot):
    one = an_order(desk)
    in_trouble(desk, page, qtbot, one, Step.ACCEPT, State.REFUSED)
    with qtbot.waitSignal(page.order_wanted) as wanted:
        press(page, qtbot, "Open order")
    assert wanted.args == [one.id]


@pytest.mark.parametrize("size", [(1102, 650), (760, 600)])
def test_nothing_is_cut(desk, page, qtbot, size):
    page.resize(*size)
    one = an_order(desk, buyer=Buyer(LONG))
    data = {"carrier": LONG, "tracking": "OLD"}
    in_trouble(desk, page, qtbot, one, Step.SHIP, State.REFUSED, data, "tracking", LONG * 2)
    qtbot.wait(20)
    assert page.size().toTuple() == size
    for button in page.pane.findChildren(QAbstractButton):
        if button.isVisible():
            assert button.height() >= theme.BUTTON, button.text()
            assert button.accessibleName() or button.text()
            corner = button.mapTo(page, button.rect().bottomRight())
            assert page.rect().contains(corner), button.text()
