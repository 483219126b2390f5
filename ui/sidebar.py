"""The left side: the stages with their counts, the pages, and who stands at the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.i18n import N_
from desktop.i18n import tr as _
from ui import actions, theme
from ui.nav import Entry, NavList
from ui.widgets import ElidedLabel, Label, Rule, SmallButton, column, row

if TYPE_CHECKING:
    from desktop.order import Person

NARROWEST, WIDEST, SIDE = 232, 272, 10


class Sidebar(QFrame):
    """Signals: `view_chosen(View)`, `page_chosen(name)`, `person_chosen(Person)`."""

    view_chosen = Signal(object)
    page_chosen = Signal(object)
    person_chosen = Signal(object)

    def __init__(self, training: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "sidebar")
        self.setFixedWidth(NARROWEST)
        self._people: list[Person] = []
        self.views, self.pages = NavList(), NavList()
        self.views.chosen.connect(self.view_chosen)
        self.pages.chosen.connect(self.page_chosen)
        self._store_name = ElidedLabel(role="small")
        body = QVBoxLayout(self)
        # All rows fit a screen of 768 pixels.
        body.setContentsMargins(0, 10, 0, 0)
        body.setSpacing(2)
        body.addWidget(self._head(training))
        body.addWidget(self._middle(), 1)
        body.addLayout(self._foot())

    def _head(self, training: bool) -> QWidget:
        head = QWidget()
        brand = row(Label("Balcão", "brand"), 1)
        if training:
            word = QLabel(_("TRAINING"))
            word.setProperty("kind", "training")
            brand.addWidget(word)
        lines = QVBoxLayout(head)
        lines.setContentsMargins(22, 0, 12, 0)
        lines.setSpacing(0)
        lines.addLayout(brand)
        lines.addWidget(self._store_name)
        return head

    def _middle(self) -> QWidget:
        """Stages and pages; they scroll where the screen is too low for all of them."""
        rows = QWidget()
        whole = QVBoxLayout(rows)
        whole.setContentsMargins(SIDE, 0, SIDE, 0)
        whole.setSpacing(2)
        whole.addWidget(self.views)
        whole.addWidget(Rule())
        whole.addWidget(self.pages)
        whole.addStretch(1)
        area = QScrollArea()
        # One of its own, which is not filled. To ask for the one it has takes 18 ms of the start: the
        # binding looks through all classes of widgets for that of a widget it did not make.
        area.setViewport(QWidget())
        area.setWidget(rows)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        rows.setAutoFillBackground(False)
        return area

    def _foot(self) -> QVBoxLayout:
        self._person = SmallButton("", kind="quiet")
        self._person.setProperty("align", "left")
        self._person.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._person.clicked.connect(self.choose_person)
        self._settings = SmallButton("", kind="quiet")
        self._settings.setIconSize(QSize(22, 22))
        self._settings.setCheckable(True)
        self._settings.setFixedWidth(48)
        self._settings.setAccessibleName(actions.text("settings"))
        self._settings.setToolTip(f"{actions.text('settings')}  {actions.key('settings')}")
        self._settings.clicked.connect(lambda: self.page_chosen.emit("settings"))
        self.redraw()
        line = row(self._person, self._settings, spacing=0)
        line.setContentsMargins(8, 0, 8, 0)
        foot = column(spacing=2)
        foot.addLayout(line)
        return foot

    def redraw(self) -> None:
        """After a change of theme."""
        self._person.setIcon(theme.icon("person", "dim"))
        self._settings.setIcon(theme.icon("settings", "dim"))

    def mark(self, name: str) -> None:
        """Shows which view or page is open."""
        self.views.mark(name)
        self.pages.mark(name)
        self._settings.setChecked(name == "settings")

    def show_overview(
        self, views: Sequence[Entry], pages: Sequence[Entry], store_name: str
    ) -> None:
        """The counts, and whose store this is."""
        self.views.show_entries(views)
        self.pages.show_entries(pages)
        self._store_name.setText(store_name)
        wanted = max(self.views.wanted_width(), self.pages.wanted_width()) + 2 * SIDE
        self.setFixedWidth(min(max(NARROWEST, wanted), WIDEST))

    def show_people(self, people: Sequence[Person], person: Person) -> None:
        self._people = list(people)
        words = f"{person.name} · {_(person.role.label)}"
        metrics = theme.metrics(theme.SMALL)
        wide = self.width() - 110
        self._person.setText(metrics.elidedText(words, Qt.TextElideMode.ElideRight, wide))
        self._person.setToolTip(f"{words}  {actions.key('person')}")
        self._person.setAccessibleName(f"{actions.text('person')}: {words}")

    def badge(self, text: str) -> bool:
        """Whether `text` is the badge of somebody in the list, who stands at the window from now on."""
        from desktop.scan import ScanKind, classify  # noqa: PLC0415

        scan = classify(text)
        named = [p for p in self._people if p.name.casefold() == scan.value.casefold()]
        if scan.kind is not ScanKind.BADGE or not named:
            return False
        self.person_chosen.emit(named[0])
        return True

    def choose_person(self) -> None:
        """Opens the list of people."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for person in self._people:
            action = menu.addAction(f"{person.name} · {_(person.role.label)}")
            action.triggered.connect(lambda _=False, p=person: self.person_chosen.emit(p))
        if not self._people:
            action = menu.addAction(_("Nobody is named yet: name people in the settings"))
            action.triggered.connect(lambda: self.page_chosen.emit("settings"))
        at = self._person.mapToGlobal(self._person.rect().topLeft())
        at.setY(at.y() - menu.sizeHint().height())
        menu.popup(at)


PAGES = (
    Entry("pickup", N_("Pickup counter"), "ok"),
    Entry("shipments", N_("Shipments"), "attention", counted=False),
    Entry("repair", N_("Repair"), "stop"),
)
MANAGERS_PAGES = frozenset({"shipments"})
