"""Each page of the assistant by keyboard alone: what is stored, and what is said when it cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop.errors import StoreError, UserError
from desktop.first_run import Stage, stage
from desktop.i18n import language
from desktop.order import Person, Role
from desktop.sandbox import KEY, TOKEN
from desktop.store import setup
from tests.printers import FakePrinter
from tests.ui.first_run.walk import K
from tests.unit.http.server import Server, says
from ui.help import HelpDialog

ALT = Qt.KeyboardModifier.AltModifier
NEXT = {"pt_BR": "Avançar", "es": "Siguiente", "en": "Next"}


def stored(walk_, what):
    with walk_.assistant._store.read() as session:
        return what(session)


def where(walk_):
    return stored(walk_, lambda s: stage(s, setup.store_settings(s)))


# --- language -------------------------------------------------------------------------------------------


def test_a_language_applies_at_once_and_is_stored_when_it_is_confirmed(walk):
    here = walk()
    assert here.focus is here.page.buttons["en"]
    for key, code in ((K.Key_Up, "es"), (K.Key_Up, "pt_BR"), (K.Key_Down, "es")):
        here.press(key)
        assert language() == code and here.assistant.next_button.text() == NEXT[code]
        assert here.focus is here.page.buttons[code]
    assert stored(here, setup.store_settings).language == "pt_BR"
    here.on(Stage.STORE)
    assert stored(here, setup.store_settings).language == "es"
    assert here.assistant.title.text() == "Su tienda"


def test_the_first_page_has_no_way_back(walk):
    here = walk()
    assert not here.assistant.back_button.isVisible()
    here.press(K.Key_Escape)
    assert here.assistant.stage is Stage.LANGUAGE and here.window.isVisible()


# --- store ----------------------------------------------------------------------------------------------


def test_name_address_and_person_are_stored(walk):
    here = walk(Stage.STORE)
    for text in ("Loja 014", "Rua das Flores, 100", "Centro", "Recife", "PE", "50010-000", "81 3333",
                 "CNPJ 12.345.678/0001-95", "Ana Souza"):  # fmt: skip
        here.type(text)
        here.press(K.Key_Tab)
    here.on(Stage.PLATFORM)
    settings = stored(here, setup.store_settings)
    assert settings.store_name == "Loja 014"
    assert settings.sender == setup.Sender(
        "Rua das Flores, 100", "Centro", "Recife", "PE", "50010-000", "81 3333",
        "CNPJ 12.345.678/0001-95",
    )  # fmt: skip
    assert stored(here, setup.all_people) == [Person("Ana Souza", Role.MANAGER)]


def test_what_was_confirmed_is_shown_again_and_can_be_changed(walk):
    here = walk(Stage.STORE)
    here.type("Loja 014")
    here.go_to(here.page.forms[2].field_widget("person"))
    here.type("Ana")
    here.on(Stage.PLATFORM)
    here.press(K.Key_Left, held=ALT)
    assert here.assistant.stage is Stage.STORE
    assert here.page.forms[0].values() == {"name": "Loja 014"}
    here.go_to(here.page.forms[2].field_widget("person"))
    here.type("Bia")
    here.on(Stage.PLATFORM)
    assert [p.name for p in stored(here, setup.all_people)] == ["Bia"]
    assert stored(here, setup.store_settings).store_name == "Loja 014"


def test_nobody_who_may_refund_is_refused_beside_the_role(walk):
    here = walk(Stage.STORE)
    here.go_to(here.page.forms[2].field_widget("person"))
    here.type("Ana")
    here.go_to(here.page.forms[3].field_widget("role"))
    here.press(K.Key_Down, K.Key_Return)
    assert here.assistant.stage is Stage.STORE
    assert here.focus is here.page.forms[3].field_widget("role")
    assert stored(here, setup.all_people) == []
    here.press(K.Key_Up)
    here.on(Stage.PLATFORM)


def test_an_empty_store_may_wait(walk):
    here = walk(Stage.STORE)
    here.on(Stage.PLATFORM)
    assert stored(here, setup.all_people) == []


def test_a_store_that_cannot_be_written_says_so_and_keeps_what_is_typed(walk, monkeypatch):
    def full(*_given):
        raise StoreError("The disk is full. Make room.")

    here = walk(Stage.STORE)
    here.type("Loja 014")
    with monkeypatch.context() as broken:
        broken.setattr(setup, "save_settings", full)
        here.press(K.Key_Return)
        here.until(here.assistant.trouble.isVisible)
    assert here.assistant.trouble.lead == "The disk is full. Make room."
    assert here.assistant.stage is Stage.STORE
    assert here.page.forms[0].values() == {"name": "Loja 014"}
    here.press(K.Key_Return)
    here.until(lambda: here.assistant.stage is Stage.PLATFORM)
    assert not here.assistant.trouble.isVisible()


# --- platform -------------------------------------------------------------------------------------------


def fill_in(here, url, key, token):
    """Types the fields of a VTEX account, and Enter."""
    form = here.page.form
    for name, text in {"url": url, "key": key, "token": token}.items():
        here.go_to(form.field_widget(name))
        here.type(text)
    here.press(K.Key_Return)


def shown(here):
    verdict = here.page.verdict
    here.until(verdict.isVisible)
    return verdict.word.text(), verdict.says.text(), verdict.todo.text()


def test_the_right_key_is_tested_stored_and_told(walk, sandbox, secrets):
    here = walk(Stage.PLATFORM)
    assert here.focus is here.page.form.field_widget("url")
    fill_in(here, sandbox.url, KEY, TOKEN)
    here.until(lambda: stored(here, setup.all_connections))
    here.settled()
    (connection,) = stored(here, setup.all_connections)
    assert (connection.name, connection.connector) == ("vtex", "vtex")
    assert dict(connection.settings) == {"url": sandbox.url, "key": KEY, "dialect": "classic"}
    assert secrets.get("vtex", "token") == TOKEN
    assert stored(here, lambda s: setup.mapping_of(s, "vtex"))
    assert not here.page.form.isVisible() and not here.page.verdict.isVisible()
    here.on(Stage.PRINTERS)
    here.press(K.Key_Escape)
    assert here.assistant.stage is Stage.PLATFORM and not here.page.form.isVisible()


def test_a_wrong_key_is_named_keeps_nothing_and_can_be_corrected(walk, sandbox, secrets):
    here = walk(Stage.PLATFORM)
    fill_in(here, sandbox.url, KEY, "wrong")
    word, said, todo = shown(here)
    assert word == "Wrong key" and "127.0.0.1" in said and todo
    assert stored(here, setup.all_connections) == [] and secrets.get("vtex", "token") == ""
    assert here.focus is here.page.form.field_widget("token")
    here.type(TOKEN)
    assert not here.page.verdict.isVisible()
    here.press(K.Key_Return)
    here.until(lambda: stored(here, setup.all_connections))
    assert secrets.get("vtex", "token") == TOKEN


def test_no_network_is_told_and_may_be_saved_anyway(walk, secrets):
    here = walk(Stage.PLATFORM)
    fill_in(here, "http://127.0.0.1:9", KEY, TOKEN)
    assert shown(here)[0] == "No answer"
    assert stored(here, setup.all_connections) == []
    here.go_to(here.page.verdict.save)
    here.press(K.Key_Space)
    here.until(lambda: stored(here, setup.all_connections))
    here.settled()
    assert secrets.get("vtex", "token") == TOKEN
    here.on(Stage.PRINTERS)


def test_a_missing_right_is_named(walk, sandbox):
    sandbox.refuse(None, "feed-config", 403, "Forbidden")
    here = walk(Stage.PLATFORM)
    fill_in(here, sandbox.url, KEY, TOKEN)
    word, said, todo = shown(here)
    assert word == "A right is missing" and "Feed v3" in said and todo
    assert stored(here, setup.all_connections) == []


@pytest.fixture
def late_server():
    """A platform whose clock is eleven minutes ahead of this computer's."""
    error = b'{"error": {"code": "OMS007", "message": "Order Not Found"}}'
    ahead = format_datetime(datetime.now(UTC) + timedelta(minutes=11), usegmt=True)
    server = Server(says(error, "404 Not Found", Date=ahead))
    yield server
    server.close()


def test_a_clock_that_is_off_is_told_with_how_far(walk, late_server):
    here = walk(Stage.PLATFORM)
    fill_in(here, late_server.url, KEY, TOKEN)
    word, said, _todo = shown(here)
    assert word == "Wrong clock" and "11 minutes" in said
    assert stored(here, setup.all_connections) == []


def test_an_edit_while_it_is_tested_gives_the_test_up(walk, sandbox):
    sandbox.faults.set("latency=250ms")
    here = walk(Stage.PLATFORM)
    fill_in(here, sandbox.url, KEY, TOKEN)
    here.type("other")
    assert here.assistant.next_button.isEnabled()
    here.settled()
    assert stored(here, setup.all_connections) == []


def test_going_on_while_it_is_tested_drops_the_answer(walk, sandbox):
    sandbox.faults.set("latency=250ms")
    here = walk(Stage.PLATFORM)
    fill_in(here, sandbox.url, KEY, TOKEN)
    here.go_to(here.page.later)
    here.on(Stage.PRINTERS)
    here.settled()
    assert stored(here, setup.all_connections) == []


def test_an_address_that_is_none_is_refused_beside_its_field(walk):
    here = walk(Stage.PLATFORM)
    fill_in(here, "http://example.com", KEY, TOKEN)
    assert here.focus is here.page.form.field_widget("url")
    assert not here.page.verdict.isVisible()
    assert stored(here, setup.all_connections) == []


def test_waiting_for_an_answer_can_be_given_up(walk, sandbox):
    sandbox.faults.set("latency=250ms")
    here = walk(Stage.PLATFORM)
    fill_in(here, sandbox.url, KEY, TOKEN)
    assert not here.assistant.next_button.isEnabled()
    here.press(K.Key_Escape)
    assert here.assistant.next_button.isEnabled() and here.assistant.stage is Stage.PLATFORM
    here.settled()
    assert stored(here, setup.all_connections) == []


def test_keys_that_cannot_be_kept_leave_no_account(walk, sandbox, secrets, monkeypatch):
    def locked(*_given):
        raise UserError("The key store is locked. Unlock it.")

    monkeypatch.setattr(secrets, "set", locked)
    here = walk(Stage.PLATFORM)
    fill_in(here, sandbox.url, KEY, TOKEN)
    assert shown(here)[:2] == ("Not saved", "The key store is locked. Unlock it.")
    assert not here.page.verdict.save.isVisible()
    assert stored(here, setup.all_connections) == []


def test_another_platform_asks_for_its_own_fields(walk):
    here = walk(Stage.PLATFORM)
    here.go_to(here.page.kind.field_widget("connector"))
    here.press(K.Key_Up)
    assert here.page.name.values() == {"name": "vendure"}
    assert [f.name for f in here.page.form.fields][:2] == ["url", "user"]
    here.press(K.Key_Tab)
    assert here.focus is here.page.name.field_widget("name")
    for name in ("url", "user", "password", "key", "channel"):
        here.press(K.Key_Tab)
        assert here.focus is here.page.form.field_widget(name)


def test_connecting_later_goes_on(walk):
    here = walk(Stage.PLATFORM)
    here.go_to(here.page.later)
    here.on(Stage.PRINTERS)
    assert stored(here, setup.all_connections) == []


def test_next_has_the_focus_again_after_the_test(walk, sandbox):
    sandbox.refuse(None, "feed-config", 403, "Forbidden")
    sandbox.faults.set("latency=250ms")
    here = walk(Stage.PLATFORM)
    fill_in(here, sandbox.url, KEY, TOKEN)
    shown(here)
    assert here.focus is here.page.form.field_widget("token")
    here.go_to(here.assistant.next_button)
    here.press(K.Key_Return)
    assert not here.assistant.next_button.isEnabled()
    shown(here)
    assert here.focus is here.assistant.next_button


# --- printers -------------------------------------------------------------------------------------------


def test_a_typed_printer_prints_a_test_page_and_is_stored(walk, store):
    with FakePrinter() as printer:
        here = walk(Stage.PRINTERS)
        assert here.focus is here.page.form.field_widget("address")
        here.type(printer.address)
        here.go_to(here.page.trial.button)
        here.press(K.Key_Space)
        (job,) = printer.wait_for_jobs(1)
        assert job.startswith(b"^XA") or b"^XA" in job
        here.until(here.page.trial.button.isEnabled)
        assert here.page.trial.verdict.text().startswith("It has left")
        here.go_to(here.assistant.next_button)
        here.on(Stage.DONE)
    (kept,) = stored(here, setup.all_printers)
    assert (kept.name, kept.profile, kept.address) == (
        "Label printer, ZPL, 203 dpi", "zpl_203", printer.address
    )  # fmt: skip


def test_enter_after_a_test_page_goes_on_and_adds_nothing(walk):
    with FakePrinter() as printer:
        here = walk(Stage.PRINTERS)
        here.type(printer.address)
        here.go_to(here.page.trial.button)
        here.press(K.Key_Space)
        printer.wait_for_jobs(1)
        here.until(here.page.trial.button.isEnabled)
        assert here.page.verb == "Next"
        here.on(Stage.DONE)
    assert len(stored(here, setup.all_printers)) == 1


def test_several_printers_one_into_a_folder(walk, tmp_path):
    here = walk(Stage.PRINTERS)
    here.type(f"file:{tmp_path}/papers/")
    here.go_to(here.page.trial.button)
    here.press(K.Key_Space)
    here.settled()
    assert [file.name for file in (tmp_path / "papers").iterdir()] == ["0001-test.zpl"]
    here.go_to(here.page.add)
    here.press(K.Key_Return)
    assert len(here.page.list.rows()) == 1
    here.go_to(here.page.form.field_widget("address"))
    here.type("192.0.2.1")
    here.go_to(here.page.form.field_widget("name"))
    here.type("Second")
    here.on(Stage.DONE)
    kept = {printer.name: printer.address for printer in stored(here, setup.all_printers)}
    assert kept == {
        "Label printer, ZPL, 203 dpi": f"file:{tmp_path}/papers/", "Second": "tcp:192.0.2.1:9100",
    }  # fmt: skip


def test_an_address_that_no_printer_has_is_refused(walk):
    here = walk(Stage.PRINTERS)
    here.type("the printer")
    here.press(K.Key_Return)
    assert here.assistant.stage is Stage.PRINTERS
    assert here.focus is here.page.form.field_widget("address")
    assert stored(here, setup.all_printers) == []


def test_a_printer_that_was_found_fills_the_form(walk, monkeypatch):
    from printing import found

    zebra = found.Found("Zebra_ZD220_caixa", "tcp:192.0.2.7:9100", "zebra_zd220")
    monkeypatch.setattr(found, "printers", lambda: [zebra])
    here = walk(Stage.PRINTERS)
    here.until(here.page.found.rows)
    here.go_to(here.page.found)
    here.press(K.Key_Return)
    here.go_to(here.page.form.field_widget("address"))
    here.on(Stage.DONE)
    assert stored(here, setup.all_printers) == [
        setup.Printer("Zebra_ZD220_caixa", "zebra_zd220", "tcp:192.0.2.7:9100")
    ]


def test_without_a_printer_it_goes_on(walk):
    here = walk(Stage.PRINTERS)
    assert here.assistant.next_button.text() == "Go on without"
    here.on(Stage.DONE)
    assert where(here) is Stage.DONE


@pytest.mark.parametrize("size", [(900, 600), (1024, 768), (1366, 768)])
def test_targets_are_large_enough(walk, size):
    here = walk(Stage.STORE, size)
    for button in (here.assistant.back_button, here.assistant.next_button):
        assert button.height() >= 48
        assert button.visibleRegion().boundingRect().size() == button.size()


def test_help_opens_and_the_keys_of_the_pages_rest(walk):
    here = walk(Stage.STORE)
    here.press(K.Key_F2, K.Key_F8, K.Key_F12)
    assert here.assistant.stage is Stage.STORE and QApplication.activePopupWidget() is None
    here.press(K.Key_F1)
    here.until(lambda: here.window.findChildren(HelpDialog))
    (dialog,) = here.window.findChildren(HelpDialog)
    here.until(dialog.isActiveWindow)
    dialog.close()
