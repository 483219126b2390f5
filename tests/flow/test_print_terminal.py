"""`print ORDER KIND --to …`: what came out is said, and what did not never comes out later."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from desktop.__main__ import DONE, FAULT, REFUSED, main
from desktop.errors import UserError
from desktop.local_day import today
from desktop.order import Kind, Package, Person, Role
from desktop.store import Store, orders, print_jobs, setup
from desktop.store.print_jobs import State
from desktop.store.setup import Sender, StoreSettings
from printing import terminal
from printing.terminal import NotPrinted
from tests import paper

WHO = Person("Ana", Role.MANAGER)


@pytest.fixture
def store(tmp_path: Path):
    store = Store(tmp_path / "store")
    yield store
    store.close()


@pytest.fixture
def order(store):
    return store.do(lambda s: orders.add(s, [(paper.order(kind=Kind.PICKUP), "")], paper.AT))[0]


def test_a_place_that_cannot_be_written_prints_neither_now_nor_later(
    store, order, tmp_path, monkeypatch
):
    monkeypatch.setattr(terminal, "PATIENCE_S", 0.5)
    folder = tmp_path / "out"
    folder.write_text("in the way")
    with pytest.raises(NotPrinted, match="cannot be written"):
        terminal.print_order(store, order.number, "receipt", f"file:{folder}/", "", WHO)
    with store.read() as session:
        assert [job.state for job in print_jobs.of_order(session, order.id)] == [State.FAILED]
    folder.unlink()
    terminal.print_order(store, order.number, "label", f"file:{folder}/", "", WHO)
    assert not [one.name for one in folder.iterdir() if "receipt" in one.name]
    [job] = terminal.print_order(store, order.number, "receipt", f"file:{folder}/", "", WHO)
    assert (job["state"], job["printed_now"]) == ("confirmed", True)


def test_a_place_that_cannot_be_written_is_a_fault_and_not_a_refusal(
    store, order, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(terminal, "PATIENCE_S", 0.1)
    store.close()
    (tmp_path / "taken").write_text("in the way")
    words = ["--data", str(store.path.parent), "print", order.number, "receipt", "--to"]
    assert main([*words, f"file:{tmp_path}/taken/"]) == FAULT
    assert "cannot be written" in capsys.readouterr().err
    assert main([*words, "pigeon:home"]) == REFUSED
    assert main([*words, f"file:{tmp_path}/free/"]) == DONE
    assert [one.suffix for one in (tmp_path / "free").iterdir()] == [".escpos"]


def test_a_manifest_that_cannot_be_written_is_a_fault(tmp_path, store):
    left = paper.order(
        packages=(Package(1, carrier="Jadlog", tracking="JD1BR", shipped_at=paper.AT),)
    )
    store.do(lambda s: orders.add(s, [(left, "")], paper.AT - timedelta(hours=1)))
    day = today(paper.AT)
    (tmp_path / "taken").write_text("in the way")
    with pytest.raises(NotPrinted, match="cannot be written"):
        terminal.print_manifest(store, "Jadlog", day, f"file:{tmp_path}/taken/", "")
    with pytest.raises(UserError):
        terminal.print_manifest(store, "Nobody", day, f"file:{tmp_path}/free/", "")


def test_labels_name_the_sender(store, order, tmp_path):
    where = Sender(
        "Rua das Acácias, 77", "Consolação", "São Paulo", "SP", "01310-100", "+55 11 3333-4444",
        "CNPJ 12.345.678/0001-95",
    )  # fmt: skip
    store.do(lambda s: setup.save_settings(s, StoreSettings("Loja Ipê", sender=where)))
    terminal.print_order(store, order.number, "label", f"file:{tmp_path}/out/", "", WHO)
    printed = sorted((tmp_path / "out").iterdir())
    for label in (paper.read_zpl(one.read_bytes())[0] for one in printed):
        text = " ".join(label.texts)
        for words in (
            "Loja Ipê", "Rua das Acácias, 77, Consolação", "01310-100 São Paulo - SP",
            "+55 11 3333-4444 · CNPJ 12.345.678/0001-95",
        ):  # fmt: skip
            assert words in text


def test_a_packing_slip_prints_on_the_paper_that_the_model_has(store, order, tmp_path, capsys):
    store.close()
    words = ["--data", str(store.path.parent), "print", order.number, "packing_slip", "--to"]
    for profile, suffix in (("pdf_a4", ".pdf"), ("zpl_203", ".zpl"), ("elgin_i9", ".escpos")):
        place = tmp_path / profile
        assert main([*words, f"file:{place}/", "--profile", profile]) == DONE
        assert [one.suffix for one in place.iterdir()] == [suffix] * 2
    assert capsys.readouterr().out.count("confirmed") == 6
