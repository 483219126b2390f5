"""The first-run assistant: each of its pages and what it says when something is missing."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from PySide6.QtCore import Qt

from desktop.connectors.http import KeyUnknown, NotTrusted
from desktop.errors import (
    BalcaoError,
    PlatformAway,
    PlatformDenied,
    PlatformRefused,
    StoreError,
    UserError,
)
from desktop.first_run import Stage
from desktop.i18n import N_, set_language
from desktop.sandbox import KEY, TOKEN, Sandbox
from desktop.secrets import InMemory
from desktop.store import Store
from printing.found import Found
from tests.pictures.camera import Camera
from ui import app
from ui.demo_hands import Script
from ui.first_run.assistant import Assistant
from ui.tasks import Tasks
from ui.window import Window

HOST = "loja014.vtexcommercestable.com.br"
LACKS: dict[str, BalcaoError] = {
    "key": KeyUnknown(N_("{host} does not accept the key. Check key and token."), host=HOST),
    "right": PlatformDenied(
        N_("The key lacks the right “{right}”. Add it on the platform."), right="Feed v3"
    ),
    "clock": PlatformRefused(
        N_("This computer's clock is {minutes} minutes off. Set it right, or invoices get a wrong date."),
        status=200, code="clock", minutes=11,
    ),
    "certificate": NotTrusted(
        N_("This computer does not trust the certificate of {host}. Check the address; if it is right, ask "
           "who runs the network or this computer."),
        host=HOST,
    ),
    "network": PlatformAway(
        N_("{host} cannot be reached. Check the internet line and the address."), host=HOST
    ),
}  # fmt: skip
NO_KEY_STORE = UserError(
    N_("This system has no key store. Before starting Balcão, set the environment variable "
       "{passphrase}: the keys go into an encrypted file. Example: {passphrase}=… balcao. "
       "Or set {variable} to the key itself."),
    variable="BALCAO_LOJA_014_TOKEN", passphrase="BALCAO_PASSPHRASE",
)  # fmt: skip
READ_ONLY = StoreError(
    N_("The data folder cannot be written. Give this user the right to write there.")
)
FOUND = [
    Found("Zebra_ZD220_caixa", "tcp:192.168.0.50:9100", "zebra_zd220"),
    Found("Elgin i9 (balcão)", "tcp:192.168.0.51:9100", "elgin_i9"),
]


class Beginning:
    """The assistant in a window over an empty store, in the language and theme of `look`."""

    def __init__(self, closing: ExitStack, folder: Path, look: tuple[str, str]) -> None:
        language, theme = look
        self.sandbox = closing.enter_context(Sandbox(seed=3, orders=0))
        store = Store(folder)
        closing.callback(store.close)
        app.dress(app.application(), theme, language)
        self.window, tasks = Window(), Tasks()
        closing.callback(tasks.close)
        closing.callback(self.window.deleteLater)
        closing.callback(self.window.close)
        self.assistant = Assistant(store, InMemory(), tasks, Stage.LANGUAGE)
        self.assistant.language_chosen.connect(set_language)
        self.window.cover(self.assistant)

    def script(self, camera: Camera) -> Script:
        self.assistant.begin()
        yield from camera.take("first-language")
        yield from self._on(Stage.STORE)
        yield from self._store(camera)
        yield from self._on(Stage.PLATFORM)
        yield from self._platform(camera)
        yield from self._on(Stage.PRINTERS)
        yield from self._printers(camera)
        yield from self._on(Stage.DONE)
        yield from camera.take("first-done")

    def _on(self, stage: Stage) -> Script:
        self.assistant.next()
        yield f"page {stage}", lambda: self.assistant.stage is stage

    def _store(self, camera: Camera) -> Script:
        page = self.assistant.page
        yield from camera.take("first-store")
        camera.fill(page, {"name": "Loja 014 · Pinheiros", "street": "Rua dos Pinheiros, 1014"})
        camera.fill(page, {"person": "Maria Aparecida da Conceição", "role": "clerk"})
        self.assistant.next()
        yield from camera.take("first-store-refused")
        camera.fill(page, {"role": "manager"})
        self.assistant._refused(READ_ONLY)
        yield from camera.take("first-store-not-saved")

    def _platform(self, camera: Camera) -> Script:
        page = self.assistant.page
        yield from camera.take("first-platform")
        camera.fill(page, {"connector": "vendure"})
        yield from camera.take("first-platform-other")
        camera.fill(page, {"connector": "vtex"})
        yield "its form", page.form.isVisible  # type: ignore[attr-defined]
        given = {"name": "Loja 014", "url": f"https://{HOST}", "key": KEY, "token": TOKEN}
        camera.fill(page, given)
        for lack, error in LACKS.items():
            page._say(error)  # type: ignore[attr-defined]
            yield from camera.take(f"first-platform-{lack}")
        page._refused(NO_KEY_STORE)  # type: ignore[attr-defined]
        yield from camera.take("first-platform-not-kept")
        camera.fill(page, {"url": "example.com"})
        self.assistant.next()
        yield from camera.take("first-platform-address")
        self.sandbox.faults.set("latency=400ms")
        camera.fill(page, {"url": self.sandbox.url})
        self.assistant.next()
        yield from camera.take("first-platform-asking")
        yield "the connection", lambda: not page.closed
        yield from camera.take("first-platform-connected")

    def _printers(self, camera: Camera) -> Script:
        page = self.assistant.page
        yield from camera.take("first-printers")
        page._show_found(FOUND)  # type: ignore[attr-defined]
        page._take(FOUND[0])  # type: ignore[attr-defined]
        page.add.click()  # type: ignore[attr-defined]
        camera.fill(page, {"address": "usb:caixa"})
        page.trial.button.click()  # type: ignore[attr-defined]
        yield from camera.take("first-printers-refused")
        camera.fill(page, {"address": "tcp:127.0.0.1:9"})
        page.trial.button.setFocus(Qt.FocusReason.OtherFocusReason)  # type: ignore[attr-defined]
        page.trial.button.click()  # type: ignore[attr-defined]
        yield "the printer", page.trial.button.isEnabled  # type: ignore[attr-defined]
        yield from camera.take("first-printers-failed")
