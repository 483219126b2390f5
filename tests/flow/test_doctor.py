"""`doctor` names what keeps a store from working, each with what to do, and nothing where all is well."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from desktop.__main__ import main
from desktop.i18n import set_language
from desktop.sandbox import KEY, TOKEN, Sandbox
from desktop.store import Store, setup
from desktop.store.setup import Printer
from tests.printers import FakePrinter


@pytest.fixture
def here(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BALCAO_LOJA_TOKEN", TOKEN)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")

    def run(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert main(["--data", str(tmp_path / "store"), "--json", *words]) == code
        return json.loads(capsys.readouterr().out)

    return run


def doctor(here: Any, code: int = 0) -> dict[str, dict[str, str]]:
    return {" ".join((one["what"], one["name"])).strip(): one for one in here("doctor", code=code)}


def connect(here: Any, shop: Sandbox, **values: str) -> None:
    given = {"name": "loja", "url": shop.url, "key": KEY} | values
    here("connect", "vtex", *(f"{name}={value}" for name, value in given.items()))


def add_printer(folder: Path, address: str) -> None:
    store = Store(folder)
    store.do(lambda s: setup.set_printers(s, [Printer("Labels", "zpl-203", address, ("label",))]))
    store.close()


def test_a_store_in_order(here, tmp_path):
    with Sandbox(seed=1, orders=0) as shop, FakePrinter() as printer:
        connect(here, shop)
        add_printer(tmp_path / "store", printer.address)
        found = doctor(here)
    assert {one["health"] for one in found.values()} == {"good"}
    assert {"Database", "Data folder", "Disk space", "Platform loja", "Printer Labels"} <= set(
        found
    )
    assert not any(printer.jobs), "asking a printer prints nothing"


def test_nothing_is_made_where_nothing_is(here, tmp_path):
    found = doctor(here)
    assert found["Database"]["health"] == "attention"
    assert list((tmp_path / "store").iterdir()) == []


def test_a_store_without_platform_and_printer_is_told_what_is_next(here, tmp_path):
    Store(tmp_path / "store").close()
    found = doctor(here)
    assert "Connect one" in found["Platform"]["says"]
    assert "Add one" in found["Printer"]["says"]


def test_a_key_that_is_not_accepted(here, monkeypatch):
    with Sandbox(seed=1, orders=0) as shop:
        connect(here, shop)
        monkeypatch.setenv("BALCAO_LOJA_TOKEN", "other")
        found = doctor(here, code=3)
    assert found["Platform loja"]["health"] == "fault"
    assert "other" not in json.dumps(found)
    assert found["Database"]["health"] == "good", "one fault hides no other check"


def test_a_platform_that_is_away(here):
    with Sandbox(seed=1, orders=0) as shop:
        connect(here, shop)
    assert doctor(here, code=3)["Platform loja"]["health"] == "fault"


def test_a_printer_that_is_off(here, tmp_path):
    with Sandbox(seed=1, orders=0) as shop, FakePrinter() as printer:
        connect(here, shop)
        add_printer(tmp_path / "store", printer.address)
        printer.mode = "refuse"
        found = doctor(here, code=3)
    assert found["Printer Labels"]["health"] == "fault"
    assert "Check its address" in found["Printer Labels"]["says"]


def test_a_printer_file_that_cannot_be_written(here, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    Store(tmp_path / "store").close()
    add_printer(tmp_path / "store", f"file:{blocked}/out/")
    assert "cannot be written" in doctor(here, code=3)["Printer Labels"]["says"]


def test_a_damaged_database(here, tmp_path):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / Store.FILE).write_bytes(b"not a database" * 100)
    found = doctor(here, code=3)
    assert found["Database"]["health"] == "fault"
    assert "Restore a backup" in found["Database"]["says"]


def test_a_journal_that_was_altered(here, tmp_path):
    with Sandbox(seed=1, orders=2) as shop:
        connect(here, shop)
        here("sync", "--once")
        with closing(sqlite3.connect(tmp_path / "store" / Store.FILE)) as raw, raw:
            raw.execute("UPDATE journal SET who = 'nobody' WHERE seq = 2")
        found = doctor(here)
    assert found["Database"]["health"] == "attention"
    assert "line 2" in found["Database"]["says"]


def test_a_folder_that_cannot_be_one(here, tmp_path):
    (tmp_path / "store").write_text("a file")
    assert doctor(here, code=3)["Data folder"]["health"] == "fault"


def test_a_machine_without_display(here, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert "no display" in doctor(here)["Window"]["says"]


def test_a_person_reads_it_line_by_line(tmp_path, capsys):
    try:
        assert main(["--data", str(tmp_path / "store"), "--language", "pt_BR", "doctor"]) == 0
    finally:
        set_language("en")
    printed = capsys.readouterr().out
    assert "Pasta de dados" in printed
    assert str(tmp_path / "store") in printed
    assert len(printed.splitlines()) >= 5
