"""The first page: the language, each in its own words. It applies at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QPushButton

from desktop.i18n import LANGUAGES, language
from desktop.i18n import tr as _
from desktop.store import Session, setup
from ui.first_run.page import Given, Page
from ui.widgets import column

# Each in its own language, for whoever cannot read the other two.
HELLO = {
    "pt_BR": "Bem-vindo. Escolha o idioma.",
    "es": "Bienvenido. Elija el idioma.",
    "en": "Welcome. Choose the language.",
}


class LanguagePage(Page):
    def __init__(self, given: Given) -> None:
        super().__init__(given)
        self.group = QButtonGroup(self)
        self.buttons: dict[str, QPushButton] = {}
        for code, name in LANGUAGES.items():
            self.buttons[code] = self._button(code, name)
        self.setLayout(column(*self.buttons.values(), 1, spacing=12))

    def _button(self, code: str, name: str) -> QPushButton:
        button = QPushButton(name)
        button.setProperty("kind", "choice")
        button.setAccessibleDescription(HELLO[code])
        button.setCheckable(True)
        button.setChecked(code == language())
        self.group.addButton(button)
        button.toggled.connect(lambda on: self.language_chosen.emit(code) if on else None)
        return button

    @property
    def title(self) -> str:
        return HELLO[language()]

    @property
    def lead(self) -> str:
        return _("Balcão speaks it from now on, on the screen and on paper.")

    def begin(self) -> None:
        self.buttons[language()].setFocus(Qt.FocusReason.OtherFocusReason)

    def change(self) -> Callable[[Session], None]:
        chosen = language()
        return lambda s: setup.save_settings(s, replace(setup.store_settings(s), language=chosen))
