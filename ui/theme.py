"""The look in tokens: colours, type, space. One palette and one style sheet, applied once per change.

Widgets carry dynamic properties that the style sheet reads: `role` (how big and heavy a text is), `tone`
(what a colour means), `kind` (what a button or a frame is). Nothing else sets a colour or a font.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from string import Template

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget

import resources


@dataclass(frozen=True, slots=True)
class Tokens:
    """One column of the look. `*_soft` are fills under text of their colour, `*_edge` their borders;
    `accent_ink` stands on every strong fill."""

    background: str
    card: str
    line: str
    ink: str
    dim: str
    accent: str
    accent_ink: str
    accent_soft: str
    ok: str
    ok_soft: str
    attention: str
    attention_soft: str
    stop: str
    stop_soft: str
    preparing: str
    preparing_soft: str
    accent_edge: str
    ok_edge: str
    attention_edge: str
    stop_edge: str
    preparing_edge: str
    control: str


LIGHT = Tokens(
    background="#F4F5F7", card="#FFFFFF", line="#E1E4E9", ink="#16202B", dim="#5A6672",
    accent="#1558B0", accent_ink="#FFFFFF", accent_soft="#E6EFFB",
    ok="#1B6E2E", ok_soft="#E3F3E7", attention="#8A5A00", attention_soft="#FBF0DA",
    stop="#B3261E", stop_soft="#FBE6E4", preparing="#6A1B9A", preparing_soft="#E6EFFB",
    accent_edge="#E6EFFB", ok_edge="#E3F3E7", attention_edge="#FBF0DA", stop_edge="#FBE6E4",
    preparing_edge="#E6EFFB", control="#808B96",
)  # fmt: skip
DARK = Tokens(
    background="#12171D", card="#1B222A", line="#2C3640", ink="#E8EDF2", dim="#9AA7B4",
    accent="#6EA8FE", accent_ink="#0B1622", accent_soft="#1D304A",
    ok="#6FCF86", ok_soft="#1A3323", attention="#F0B95A", attention_soft="#3A2E14",
    stop="#FF8A80", stop_soft="#44211F", preparing="#C69CF0", preparing_soft="#1D304A",
    accent_edge="#1D304A", ok_edge="#1A3323", attention_edge="#3A2E14", stop_edge="#44211F",
    preparing_edge="#1D304A", control="#6F7D8A",
)  # fmt: skip
CONTRAST = Tokens(
    background="#000000", card="#000000", line="#FFFFFF", ink="#FFFFFF", dim="#FFFFFF",
    accent="#FFFF00", accent_ink="#000000", accent_soft="#000000",
    ok="#FFFFFF", ok_soft="#000000", attention="#FFFF00", attention_soft="#000000",
    stop="#FFFF00", stop_soft="#000000", preparing="#FFFFFF", preparing_soft="#000000",
    accent_edge="#FFFF00", ok_edge="#FFFFFF", attention_edge="#FFFF00", stop_edge="#FFFF00",
    preparing_edge="#FFFFFF", control="#FFFFFF",
)  # fmt: skip
THEMES = {"light": LIGHT, "dark": DARK, "contrast": CONTRAST}

# Type, in pixels.
SMALL, TEXT, LEAD, TITLE, NAME, SHELF = 13, 15, 18, 28, 40, 84
REGULAR, STRONG, COUNTER = QFont.Weight.Normal, QFont.Weight.DemiBold, QFont.Weight.Bold
FAMILIES = ("Inter", "Segoe UI", "Noto Sans", "DejaVu Sans")

# Space and sizes, in pixels; space comes in steps of 4.
STEP, GAP, MARGIN, RADIUS = 4, 8, 16, 10
ROW, ROW_TWO_LINES, BUTTON, NEXT_BUTTON, COUNTER_BUTTON, SCAN_LINE = 44, 66, 48, 56, 84, 52

_current = LIGHT
_icons: dict[tuple[str, str, int], QIcon] = {}


def apply(app: QApplication, name: str) -> None:
    """Dresses the program in "light", "dark", "contrast" or, for "system", in what the system wishes.

    Costs a re-polish of every widget: for a start and a change of the setting, not for states.
    """
    global _current  # noqa: PLW0603
    _current = THEMES.get(name) or _of_system(app)
    _icons.clear()
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setFont(font(TEXT))
    app.setPalette(_palette(_current))
    app.setStyleSheet(_style_sheet(_current))


def follow_system(
    app: QApplication, chosen: Callable[[], str], changed: Callable[[], None]
) -> None:
    """Applies the theme again when the system's wish changes while `chosen()` is "system", then calls
    `changed`."""

    def look() -> None:
        if chosen() == "system" and _of_system(app) is not _current:
            apply(app, "system")
            changed()

    hints = app.styleHints()
    hints.colorSchemeChanged.connect(look)
    if hasattr(hints, "accessibility"):
        hints.accessibility().contrastPreferenceChanged.connect(look)


def tokens() -> Tokens:
    return _current


def color(token: str) -> QColor:
    """The colour of a token (a field of `Tokens`) in the current theme."""
    return QColor(getattr(_current, token))


@cache
def font(px: int = TEXT, weight: QFont.Weight = REGULAR) -> QFont:
    """The program's font with figures of one width, so that numbers do not jump when they change. The same
    object each time: made anew for each text that is measured, it took half of a page's time."""
    wanted = QFont(list(FAMILIES))
    wanted.setPixelSize(px)
    wanted.setWeight(weight)
    if hasattr(QFont, "Tag"):
        wanted.setFeature(QFont.Tag("tnum"), 1)
    return wanted


@cache
def metrics(px: int = TEXT, weight: QFont.Weight = REGULAR) -> QFontMetrics:
    """Measures texts in that font."""
    return QFontMetrics(font(px, weight))


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Sets a dynamic property that the style sheet reads, and lets the widget look again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def pixmap(name: str, token: str = "ink", px: int = 20, ratio: float = 1.0) -> QPixmap:
    """An icon of `resources/icons` in the colour of a token, `px` logical pixels square."""
    drawn = QPixmap(QSize(px, px) * ratio)
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    source = resources.path(f"icons/{name}.svg").read_text("utf-8")
    painter = QPainter(drawn)
    try:
        svg = source.replace("currentColor", color(token).name())
        QSvgRenderer(QByteArray(svg.encode())).render(painter)
    finally:
        painter.end()
    return drawn


def icon(name: str, token: str = "ink", px: int = 20) -> QIcon:
    """The same for buttons and fields; ask again after a change of theme."""
    key = (name, token, px)
    if key not in _icons:
        made = QIcon()
        for ratio in (1.0, 2.0):
            made.addPixmap(pixmap(name, token, px, ratio))
        _icons[key] = made
    return _icons[key]


def _of_system(app: QApplication) -> Tokens:
    hints = app.styleHints()
    # Qt 6.10 and later tell the wish for contrast.
    if hasattr(hints, "accessibility"):
        preference = hints.accessibility().contrastPreference()
        if preference is Qt.ContrastPreference.HighContrast:
            return CONTRAST
    return DARK if hints.colorScheme() is Qt.ColorScheme.Dark else LIGHT


def _style_sheet(look: Tokens) -> str:
    sizes = {
        "small": SMALL,
        "text": TEXT,
        "lead": LEAD,
        "title": TITLE,
        "name": NAME,
        "shelf": SHELF,
    }
    values = {**asdict(look), **{f"px_{name}": f"{px}px" for name, px in sizes.items()}}
    source = resources.path("theme.qss").read_text("utf-8")
    return Template(source).substitute(values)


def _palette(look: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for where, value in {
        role.Window: look.background, role.WindowText: look.ink, role.Base: look.card,
        role.AlternateBase: look.background, role.Text: look.ink, role.PlaceholderText: look.dim,
        role.Button: look.card, role.ButtonText: look.ink, role.BrightText: look.stop,
        role.Highlight: look.accent, role.HighlightedText: look.accent_ink, role.Link: look.accent,
        role.ToolTipBase: look.card, role.ToolTipText: look.ink, role.Mid: look.line,
        role.Light: look.card, role.Midlight: look.line, role.Dark: look.dim, role.Shadow: look.line,
        role.Accent: look.accent,
    }.items():  # fmt: skip
        palette.setColor(where, QColor(value))
    for where in (role.Text, role.ButtonText, role.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(look.dim))
    return palette
