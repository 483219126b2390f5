"""The left side: the stages with their counts, the pages, and who stands at the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QLabel,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.i18n import N_, tr_n
from desktop.i18n import tr as _
from desktop.order import Person
from ui import actions, theme
from ui.widgets import ElidedLabel, Label, Rule, SmallButton, column, row

WIDTH = 232


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the sidebar: `name` is a view or a page, `label` translated, `token` its dot's colour."""

    name: str
    label: str
    token: str
    count: int = 0
    late: int = 0
    counted: bool = True


class Sidebar(QFrame):
    """Signals: `view_chosen(View)`, `page_chosen(str)`, `person_chosen(Person)`."""

    view_chosen = Signal(object)
    page_chosen = Signal(str)
    person_chosen = Signal(object)

    def __init__(self, training: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "sidebar")
        self.setFixedWidth(WIDTH)
        self._people: list[Person] = []
        self._rows: dict[str, NavButton] = {}
        self._group = QButtonGroup(self)
        self._store_name = ElidedLabel(role="small")
        self._views, self._pages = QVBoxLayout(), QVBoxLayout()
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 12, 0, 4)
        body.setSpacing(4)
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
        whole.setContentsMargins(12, 0, 12, 0)
        whole.setSpacing(4)
        for part in (self._views, self._pages):
            part.setSpacing(0)
        whole.addLayout(self._views)
        whole.addWidget(Rule())
        whole.addLayout(self._pages)
        whole.addStretch(1)
        area = QScrollArea()
        area.setWidget(rows)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setAutoFillBackground(False)
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

    def show_views(self, entries: Sequence[Entry]) -> None:
        self._show(self._views, entries, self.view_chosen)

    def show_pages(self, entries: Sequence[Entry]) -> None:
        self._show(self._pages, entries, self.page_chosen)

    def _show(self, place: QVBoxLayout, entries: Sequence[Entry], chosen: Signal) -> None:
        for n, entry in enumerate(entries):
            if entry.name not in self._rows:
                button = NavButton(entry)
                button.clicked.connect(lambda _=False, name=entry.name: chosen.emit(name))
                self._group.addButton(button)
                self._rows[entry.name] = button
                place.insertWidget(n, button)
            self._rows[entry.name].show_entry(entry)
        gone = [
            place.itemAt(n).widget()
            for n in range(place.count())
            if place.itemAt(n).widget().entry.name not in {entry.name for entry in entries}
        ]
        for button in gone:
            self._group.removeButton(button)
            del self._rows[button.entry.name]
            button.hide()
            button.deleteLater()

    def mark(self, name: str) -> None:
        """Shows which view or page is open."""
        self._settings.setChecked(name == "settings")
        self._group.setExclusive(False)
        for known, button in self._rows.items():
            button.setChecked(known == name)
        self._group.setExclusive(name in self._rows)

    def show_store(self, name: str) -> None:
        self._store_name.setText(name)

    def show_people(self, people: Sequence[Person], person: Person) -> None:
        self._people = list(people)
        words = f"{person.name} · {_(person.role.label)}"
        metrics = QFontMetrics(theme.font(theme.SMALL))
        self._person.setText(metrics.elidedText(words, Qt.TextElideMode.ElideRight, 118))
        self._person.setToolTip(f"{words}  {actions.key('person')}")
        self._person.setAccessibleName(f"{actions.text('person')}: {words}")

    def choose_person(self) -> None:
        """Opens the list of people."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for person in self._people:
            action = menu.addAction(f"{person.name} · {_(person.role.label)}")
            action.triggered.connect(lambda _=False, p=person: self.person_chosen.emit(p))
        if not self._people:
            menu.addAction(_("Name people in the settings")).setEnabled(False)
        at = self._person.mapToGlobal(self._person.rect().topLeft())
        at.setY(at.y() - menu.sizeHint().height())
        menu.popup(at)


class NavButton(QAbstractButton):
    """Dot, word, badge of what is late, count; numbers stand below each other."""

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setFixedHeight(theme.ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.show_entry(entry)

    def show_entry(self, entry: Entry) -> None:
        self.entry = entry
        self.setText(entry.label)
        name = f"{entry.label}: {entry.count}" if entry.counted else entry.label
        if entry.late:
            name += ", " + tr_n("{n} late", "{n} late", entry.late)
        self.setAccessibleName(name)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 24, theme.ROW)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_ground(painter)
        right = self._draw_count(painter, self.width() - 12)
        right = self._draw_late(painter, right)
        self._draw_word(painter, right)

    def _draw_ground(self, painter: QPainter) -> None:
        area = self.rect().adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self.underMouse():
            painter.setBrush(theme.color("accent_soft" if self.isChecked() else "background"))
            painter.drawRoundedRect(area, 8, 8)
        if self.isChecked():
            painter.setBrush(theme.color("accent"))
            painter.drawRoundedRect(QRect(1, 8, 4, self.height() - 16), 2, 2)
        painter.setBrush(theme.color(self.entry.token))
        painter.drawEllipse(QRect(16, self.height() // 2 - 5, 10, 10))
        if self.hasFocus():
            pen = painter.pen()
            pen.setStyle(Qt.PenStyle.SolidLine)
            pen.setColor(theme.color("accent"))
            pen.setWidth(3)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 8, 8)

    def _draw_count(self, painter: QPainter, right: int) -> int:
        if not self.entry.counted:
            return right
        font = theme.font(theme.TEXT, theme.STRONG)
        wide = QFontMetrics(font).horizontalAdvance(f"{self.entry.count}")
        painter.setFont(font)
        painter.setPen(theme.color("ink" if self.entry.count else "dim"))
        area = QRect(right - wide, 0, wide, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, f"{self.entry.count}")
        return right - wide - 8

    def _draw_late(self, painter: QPainter, right: int) -> int:
        if not self.entry.late:
            return right
        font = theme.font(theme.SMALL - 1, theme.STRONG)
        words = f"{self.entry.late}!"
        wide = QFontMetrics(font).horizontalAdvance(words) + 14
        area = QRect(right - wide, self.height() // 2 - 10, wide, 20)
        painter.setPen(theme.color("stop_edge"))
        painter.setBrush(theme.color("stop_soft"))
        painter.drawRoundedRect(area, 10, 10)
        painter.setFont(font)
        painter.setPen(theme.color("stop"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
        return area.left() - 6

    def _draw_word(self, painter: QPainter, right: int) -> None:
        font = theme.font(theme.TEXT, theme.STRONG if self.isChecked() else theme.REGULAR)
        area = QRect(36, 0, right - 36, self.height())
        painter.setFont(font)
        painter.setPen(theme.color("ink"))
        shown = QFontMetrics(font).elidedText(
            self.entry.label, Qt.TextElideMode.ElideRight, area.width()
        )
        self.setToolTip(self.entry.label if shown != self.entry.label else "")
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)


PAGES = (
    Entry("pickup", N_("Pickup counter"), "ok"),
    Entry("repair", N_("Repair"), "stop"),
)
