"""The look: every pair that is used can be read, every icon and sound is there."""

from __future__ import annotations

import re
import wave
from dataclasses import asdict, fields
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import QLineEdit, QPushButton

import resources
from ui import actions, sounds, theme
from ui.widgets import (
    Banner,
    BigButton,
    Chip,
    ElidedLabel,
    Flash,
    Sign,
    SmallButton,
    WrappedLabel,
)

TEXTS = [
    ("ink", "background"), ("ink", "card"), ("ink", "accent_soft"),
    ("dim", "background"), ("dim", "card"), ("dim", "accent_soft"),
    ("accent", "card"), ("accent", "background"), ("accent", "accent_soft"),
    ("accent_ink", "accent"), ("accent_ink", "ok"), ("accent_ink", "attention"), ("accent_ink", "stop"),
    ("ok", "card"), ("ok", "background"), ("ok", "ok_soft"),
    ("attention", "card"), ("attention", "background"), ("attention", "attention_soft"),
    ("stop", "card"), ("stop", "background"), ("stop", "stop_soft"),
    ("preparing", "card"), ("preparing", "preparing_soft"),
]  # fmt: skip
EDGES = [
    ("control", "card"),
    ("control", "background"),
    ("accent", "card"),
    ("accent", "background"),
]
UI = Path(theme.__file__).parent
LONG = "Maria Aparecida da Conceição Albuquerque de Vasconcelos e Souza Guimarães"


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance."""

    def light(name: str) -> float:
        parts = QColor(name).getRgbF()[:3]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("pair", TEXTS, ids="-on-".join)
def test_text_has_contrast(name, pair):
    look = asdict(theme.THEMES[name])
    assert contrast(look[pair[0]], look[pair[1]]) >= 4.5


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("pair", EDGES, ids="-on-".join)
def test_borders_of_fields_and_focus_have_contrast(name, pair):
    look = asdict(theme.THEMES[name])
    assert contrast(look[pair[0]], look[pair[1]]) >= 3.0


def test_high_contrast_knows_black_white_and_yellow_alone():
    assert set(asdict(theme.CONTRAST).values()) == {"#000000", "#FFFFFF", "#FFFF00"}


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("kind", ["", "scan"])
def test_what_stands_in_an_empty_field_can_be_read(qtbot, qapp, name, kind):
    """Qt writes it half transparent where nobody says otherwise."""
    theme.apply(qapp, name)
    field = QLineEdit()
    field.setProperty("kind", kind)
    shown(qtbot, field)
    ink = field.palette().placeholderText().color()
    assert ink.alpha() == 255
    assert contrast(ink.name(), theme.THEMES[name].card) >= 4.5


@pytest.mark.parametrize("name", theme.THEMES)
def test_what_is_marked_is_told_apart_in_every_theme(name):
    """By its fill, or where fills are alike by its edge."""
    look = theme.THEMES[name]
    assert look.accent_soft != look.card or look.accent_edge not in {look.card, look.line}


@pytest.mark.parametrize("name", theme.THEMES)
def test_a_theme_dresses_everything_and_names_only_tokens(qapp, name):
    theme.apply(qapp, name)
    assert qapp.palette().window().color().name().upper() == theme.THEMES[name].background
    used = set(re.findall(r"\$(\w+)", resources.path("theme.qss").read_text("utf-8")))
    known = {field.name for field in fields(theme.Tokens)}
    assert {name for name in used if not name.startswith("px_")} <= known
    assert "$" not in qapp.styleSheet()


def test_an_unknown_theme_is_the_systems(qapp):
    theme.apply(qapp, "system")
    wanted = theme.DARK if qapp.styleHints().colorScheme() is Qt.ColorScheme.Dark else theme.LIGHT
    assert theme.tokens() is wanted


def test_figures_have_one_width():
    metrics = QFontMetrics(theme.font(theme.TEXT, theme.STRONG))
    assert len({metrics.horizontalAdvance(figure) for figure in "0123456789"}) == 1


@pytest.mark.parametrize(
    "file", sorted(resources.path("icons").glob("*.svg")), ids=lambda f: f.stem
)
def test_an_icon_draws_in_the_tokens_colour(qapp, file):
    source = file.read_text("utf-8")
    assert 'stroke-width="2"' in source and "currentColor" in source
    picture = theme.pixmap(file.stem, "stop", 24).toImage()
    drawn = [
        picture.pixelColor(x, y) for x in range(24) for y in range(24)
        if picture.pixelColor(x, y).alpha() > 200
    ]  # fmt: skip
    assert drawn
    assert all(abs(c.red() - 0xB3) < 8 and abs(c.green() - 0x26) < 8 for c in drawn)


def test_every_icon_is_used():
    """Words come before icons: few are needed, and none lies about."""
    code = "".join(file.read_text("utf-8") for file in UI.rglob("*.py"))
    there = {file.stem for file in resources.path("icons").glob("*.svg")}
    assert {name for name in there if f'"{name}"' not in code} == set()


@pytest.mark.parametrize("name", sounds.NAMES)
def test_every_sound_is_a_short_tone(name):
    with wave.open(str(resources.path(f"sounds/{name}.wav"))) as file:
        seconds = file.getnframes() / file.getframerate()
        samples = memoryview(file.readframes(file.getnframes())).cast("h")
    assert 0.03 < seconds < 1.0
    assert max(samples) > 2000


def test_no_two_actions_share_a_key():
    """But those of pages that are never shown together."""
    apart = {"export", "back"}
    keys = [action.key for action in actions.ACTIONS.values() if action.name not in apart]
    assert len(set(keys)) == len(keys)


# --- widgets ------------------------------------------------------------------------------------------


def shown(qtbot, widget, wide=400):
    qtbot.addWidget(widget)
    widget.resize(wide, widget.sizeHint().height())
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def test_buttons_are_large_enough_for_a_finger(qtbot):
    assert shown(qtbot, SmallButton("Print", "F9")).height() >= 48
    assert shown(qtbot, BigButton("Pack", "F4")).height() == 56
    assert shown(qtbot, BigButton("Hand over", "Enter", "ok", counter=True)).height() == 84


def test_a_focused_button_keeps_its_size_and_shows_a_frame(qtbot):
    button = shown(qtbot, SmallButton("Print", "F9"))
    before, size = button.grab().toImage(), button.sizeHint()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(button.hasFocus)
    after = button.grab().toImage()
    assert button.sizeHint() == size
    column = [after.pixelColor(button.width() // 2, y).name() for y in range(3)]
    assert column == [theme.LIGHT.accent.lower()] * 3
    assert before.pixelColor(button.width() // 2, 1).name() != theme.LIGHT.accent.lower()


def test_a_closed_step_says_why_and_cannot_be_pressed(qtbot):
    button = shown(qtbot, BigButton("Ship", "F4"))
    button.show_step("Ship", "F4", closed="The invoice is missing.")
    assert not button.isEnabled()
    assert button.hint == "The invoice is missing."
    assert button.accessibleDescription() == "The invoice is missing."
    button.show_step("Ship", "F4")
    assert button.isEnabled() and button.text() == "Ship" and button.hint == "F4"


def test_the_verb_is_drawn_left_and_the_hint_right(qtbot):
    button = shown(qtbot, BigButton("Pack", "F4"), 500)
    picture = button.grab().toImage()
    ground, middle = QColor(theme.LIGHT.accent), picture.height() // 2

    def has_ink(start, end):
        return any(
            picture.pixelColor(x, y) != ground
            for x in range(start, end) for y in range(middle - 8, middle + 8)
        )  # fmt: skip

    assert has_ink(20, 70) and has_ink(455, 480)
    assert not has_ink(150, 400)


def test_a_verb_too_long_for_its_button_stands_smaller(qtbot):
    button = shown(qtbot, BigButton("Problema en la entrega", "Enter"), 240)
    fits = [px for px in (20, 18, 16, 15) if button._verb_font(208).pixelSize() == px]
    assert fits and fits[0] < 20
    wide = QFontMetrics(button._verb_font(208)).horizontalAdvance(button.text())
    assert wide <= 208
    assert button._verb_font(600).pixelSize() == 20


def test_a_sign_follows_the_theme(qtbot, qapp):
    sign = shown(qtbot, Sign("check", "ok", 40))
    before = colours(sign)
    theme.apply(qapp, "dark")
    assert theme.LIGHT.ok.lower() in before and theme.DARK.ok.lower() in colours(sign)


def colours(widget):
    picture = widget.grab().toImage()
    return {picture.pixelColor(x, y).name() for x in range(40) for y in range(40)}


def test_long_words_never_make_a_row_wider(qtbot):
    for label in (ElidedLabel(LONG, "title"), WrappedLabel(LONG, "title")):
        shown(qtbot, label, 200)
        assert label.minimumSizeHint().width() <= 200
        assert label.width() == 200
    cut = shown(qtbot, ElidedLabel(LONG), 200)
    assert cut.toolTip() == LONG
    cut.setText("Ana")
    assert cut.toolTip() == ""
    assert shown(qtbot, ElidedLabel("Ana"), 200).toolTip() == ""


def test_labels_read_no_markup(qtbot):
    label = shown(qtbot, WrappedLabel("<b>Ana</b>"))
    assert label.textFormat() is Qt.TextFormat.PlainText
    banner = shown(qtbot, Banner())
    banner.say("<img src=x>", "a & b")
    assert banner.accessibleName() == "<img src=x> a & b"
    assert "&lt;img" in banner.findChild(type(banner._words)).text()


def test_a_banner_without_words_takes_no_room(qtbot):
    banner = Banner()
    qtbot.addWidget(banner)
    assert banner.isHidden()
    banner.say("Internet away 14 min.", "You can still pick.", "attention")
    assert not banner.isHidden()


def test_a_chip_shows_a_word_in_its_tone(qtbot):
    chip = shown(qtbot, Chip("late", "stop"))
    assert (
        chip.grab().toImage().pixelColor(chip.width() // 2, 3).name().upper()
        == theme.LIGHT.stop_soft
    )
    chip.show_text("", "ok")
    assert chip.isHidden()


def test_a_flash_lies_over_its_place_in_the_colour_of_its_tone(qtbot):
    from PySide6.QtWidgets import QVBoxLayout, QWidget

    place = QWidget()
    button = QPushButton("x")
    QVBoxLayout(place).addWidget(button)
    flash = Flash(button)
    shown(qtbot, place, 600)
    where = button.geometry()
    flash.say("stop", "Do not hand over.")
    assert button.geometry() == where
    assert flash.geometry().topLeft() == where.topLeft() and flash.width() == where.width()
    assert flash.grab().toImage().pixelColor(300, 4).name().upper() == theme.LIGHT.stop
    assert flash.text() == flash.accessibleName() == "Do not hand over."
    flash.say("ok", "Done.")
    qtbot.waitUntil(flash.isHidden, timeout=4000)
