"""The window: stages at the left, the scan line on top, one page, the status line. It only arranges.

It stands before the store is open; `start` brings it to life with a desk and its pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.i18n import tr as _
from desktop.i18n import tr_error
from ui import actions, theme
from ui.blank import Blank
from ui.scan import ScanListener
from ui.scan_line import ScanLine
from ui.sidebar import Sidebar
from ui.status_line import StatusLine
from ui.widgets import Banner, Flash

# A page is a QWidget with `title` and `refresh()`, and where it makes sense with `scanned(text) -> bool`,
# `search(text)`, `back() -> bool`, `leave(then) -> bool`, `next()`, `show_view(view)`, `open_order(id)`, the
# signal `order_wanted(id)`, `work_place`, the widget where the keys belong while nothing else is asked (None
# for the scan line), and for the help page `order`, the one that is open, and `steps`, where not all
# can be taken there.
Pages: TypeAlias = Mapping[str, Callable[[Any], QWidget]]
HOME = "orders"
_EVERYWHERE = frozenset({"help", "screen"})


class Window(QMainWindow):
    """Signals: `shown(str)` the view or page that is open now; `closed()` once, when it goes."""

    shown = Signal(str)
    closed = Signal()

    def __init__(self, training: bool = False) -> None:
        super().__init__()
        self.setWindowTitle("Balcão")
        self.setMinimumSize(900, 600)
        self.resize(1366, 768)
        self.training = training
        self.desk: Any = None
        self._frame: QWidget | None = None
        self._factories: Pages = {}
        self._view = HOME
        self._pages: dict[str, QWidget] = {}
        self.sidebar = Sidebar(training)
        self.scan_line = ScanLine()
        self.banner, self.status = Banner(), StatusLine()
        self._stack = QStackedWidget()
        opening = Blank(large=True)
        opening.say(_("Opening the store…"))
        self._stack.addWidget(opening)
        self.listener = ScanListener(self)
        self._lay_out(training)
        self._listen()
        self.scan_line.setFocus()

    def _lay_out(self, training: bool) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(theme.MARGIN, 14, theme.MARGIN, 0)
        right.setSpacing(12)
        right.addWidget(self.scan_line)
        right.addWidget(self.banner)
        right.addWidget(self._stack, 1)
        right.addWidget(self.status)
        frame = QFrame()
        frame.setProperty("kind", "training" if training else "plain")
        whole = QHBoxLayout(frame)
        whole.setContentsMargins(*[4 if training else 0] * 4)
        whole.setSpacing(0)
        whole.addWidget(self.sidebar)
        whole.addLayout(right, 1)
        self.setCentralWidget(frame)
        self.flash = Flash(self.scan_line)

    def _listen(self) -> None:
        self.listener.typed.connect(self._typed)
        self.listener.repeated.connect(self._repeated)
        self.scan_line.entered.connect(self._entered)
        self.scan_line.textEdited.connect(self._search)
        self.sidebar.view_chosen.connect(self.show_view)
        self.sidebar.page_chosen.connect(self.show_page)
        self.status.help_wanted.connect(self.help)
        for name in ("orders", "pickup", "shipments", "repair", "settings"):
            actions.bind(self, name, partial(self.show_page, name))
        actions.bind(self, "help", self.help)
        actions.bind(self, "next", partial(self._here, "next"))
        actions.bind(self, "update", self._update)
        actions.bind(self, "screen", self._full_screen)
        actions.bind(self, "person", self.sidebar.choose_person)
        actions.bind(self, "scan", self._to_scan_line)

    def start(self, desk: Any, pages: Pages, view: str) -> None:
        """Brings the window to life at `view`; `pages` make their widgets when they are first shown."""
        self.desk, self._factories = desk, pages
        desk.messages.shown_by(lambda said: self.flash.say(said.tone, said.text))
        self.listener.scanned.connect(desk.bridge.scanned)
        desk.bridge.scanned.connect(self.scanned)
        self.sidebar.person_chosen.connect(desk.stand)
        self.listener.listen()
        self.show_view(view)
        self.scan_line.setFocus()

    def cover(self, page: QWidget) -> None:
        """Shows `page` in place of everything else, for a window that has not started, until `uncover`."""
        self._frame = self.takeCentralWidget()
        self.setCentralWidget(page)
        self._keys(False)

    def uncover(self) -> None:
        """Shows the window's own parts again; the page goes."""
        assert self._frame is not None
        self.setCentralWidget(self._frame)
        self._frame = None
        self._keys(True)

    def _keys(self, on: bool) -> None:
        for action in self.actions():
            action.setEnabled(on or action.objectName() in _EVERYWHERE)

    # --- where we are ---------------------------------------------------------------------------------

    @property
    def page_name(self) -> str:
        """The page that is shown, or "" before the start."""
        shown = self._stack.currentWidget()
        return next((name for name, page in self._pages.items() if page is shown), "")

    def page(self, name: str) -> QWidget:
        """The page, made on first use."""
        if name not in self._pages:
            made = self._factories[name](self.desk)
            made.setProperty("kind", "page")
            if hasattr(made, "order_wanted"):
                made.order_wanted.connect(self.open_order)
            self._pages[name] = made
            self._stack.addWidget(made)
        return self._pages[name]

    def show_page(self, name: str) -> None:
        """Shows orders, pickup, shipments, repair or settings."""
        if name not in self._factories or not self._may_leave(name, partial(self.show_page, name)):
            return
        self._turn_to(self.page(name))
        self._mark(self._view if name == HOME else name)

    def _turn_to(self, page: QWidget) -> None:
        """Shows a page. A focus that its predecessor held and that finds no place there goes to the scan
        line; Qt would give it to any button."""
        held = self.page_name != "" and self._stack.isAncestorOf(QApplication.focusWidget() or self)
        self._stack.setCurrentWidget(page)
        focus = QApplication.focusWidget() or page
        if held and (focus is page or not page.isAncestorOf(focus)):
            self._to_scan_line()

    def show_view(self, view: str) -> None:
        """Shows the orders of a stage (a `queries.View`)."""
        if not self._may_leave(HOME, partial(self.show_view, view)):
            return
        self.scan_line.empty()
        self._view = view
        self._call(HOME, "show_view", view)
        self.show_page(HOME)

    def open_order(self, order_id: int) -> None:
        """Shows one order's page."""
        if self._may_leave(HOME, partial(self.open_order, order_id)):
            self.show_page(HOME)
            self._call(HOME, "open_order", order_id)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Besides Tab: what Qt does when the widget with the focus is hidden or closed. On a page with a
        `work_place` the focus then goes there; the next in the Tab chain may be any button, for an Enter
        that was meant for the work."""
        focus, page = QApplication.focusWidget(), self._pages.get(self.page_name)
        if focus is None or (focus.isVisible() and focus.isEnabled()):
            return super().focusNextPrevChild(forward)
        if page is None or not page.isAncestorOf(focus) or not hasattr(page, "work_place"):
            return super().focusNextPrevChild(forward)
        (page.work_place or self.scan_line).setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def _may_leave(self, name: str, then: Callable[[], object]) -> bool:
        """Whether the page that is shown lets another one, or the end for "", take its place. A page
        with unsaved edits asks, and calls `then` once they are settled."""
        shown = self.page_name
        may = shown == name or self._here("leave", then) is not False
        if not may:
            self.sidebar.mark(self._view if shown == HOME else shown)
        return may

    def _mark(self, name: str) -> None:
        self.sidebar.mark(name)
        self.shown.emit(name)

    def _call(self, name: str, method: str, *values: object) -> object:
        """Calls a method that the page may have; None when it has none."""
        if name not in self._factories:
            return None
        act = getattr(self.page(name), method, None)
        return act(*values) if act is not None else None

    def _here(self, method: str, *values: object) -> object:
        return self._call(self.page_name, method, *values)

    # --- what comes in --------------------------------------------------------------------------------

    def scanned(self, text: str) -> None:
        """A code goes to the open dialog, to the page that is shown, then to the orders."""
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            if not getattr(dialog, "scanned", lambda _text: False)(text):
                self.desk.messages.sounds.play("attention")
            return
        if self.sidebar.badge(text) or self._here("scanned", text):
            return
        if self.page_name != HOME and self._call(HOME, "scanned", text):
            self.show_page(HOME)
            return
        self.desk.messages.attention(_unknown(text))

    def _entered(self, text: str) -> None:
        """Typed and sent with Enter: a code, or words that the search has found already."""
        if self.desk is None:
            return
        if self._here("scanned", text):
            self.scan_line.clear()
        elif self.page_name != HOME:
            self.show_page(HOME)
            self._search(text)

    def _typed(self, text: str) -> None:
        if self.isActiveWindow():
            self.scan_line.type(text)

    def _search(self, text: str) -> None:
        if self.desk is not None:
            self._here("search", text)

    def _repeated(self, _code: str) -> None:
        if self.desk is not None:
            self.desk.messages.sounds.play("soft")

    # --- keys -----------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.home()
        else:
            super().keyPressEvent(event)

    def home(self) -> None:
        """One level back: what was typed, what a page has open, the orders; focus to the scan line."""
        if self.scan_line.text():
            self.scan_line.empty()
        elif not self._here("back") and self.page_name != HOME:
            self.show_page(HOME)
        self._to_scan_line()

    def help(self) -> None:
        from ui.help import HelpDialog  # noqa: PLC0415

        page = self._pages.get(self.page_name)
        HelpDialog(self, self.page_name, page, self.desk).show()

    def _update(self) -> None:
        if self.desk is not None and self.desk.sync is not None:
            self.desk.sync.wake()

    def _full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _to_scan_line(self) -> None:
        self.scan_line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.scan_line.selectAll()

    def come_forward(self) -> None:
        """In front of other programs' windows with the keyboard, or where the desktop does not let it, marked
        in the task bar."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        QApplication.alert(self)

    def redraw(self) -> None:
        """After a change of theme: what style sheets do not reach."""
        self.sidebar.redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.flash.place()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_leave("", self.close):
            event.ignore()
            return
        self.listener.stop()
        self.closed.emit()
        super().closeEvent(event)


def _unknown(code: str) -> str:
    """What is said of a code that nothing here knows."""
    from desktop.scan import misread_key  # noqa: PLC0415

    misread = misread_key(code)
    if misread is not None:
        return tr_error(misread)
    return _("“{code}” is not known here. Read it again, or type what it is.", code=code[:60])
