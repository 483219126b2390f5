"""`print ORDER KIND --to …`: what came out is said, and what did not never comes out later."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.errors import UserError
from desktop.order import Person, Role
from desktop.store import Store, orders, print_jobs, setup
from desktop.store.print_jobs import State
from desktop.store.setup import StoreSettings
from printing import terminal
from tests import paper

WHO = Person("Ana", Role.MANAGER)


@pytest.fixture
def store(tmp_path: Path):
    store = Store(tmp_path / "store")
    yield store
    store.close()


@pytest.fixture
def order(store):
    return store.do(lambda s: orders.add(s, [(paper.order(), "")], paper.AT))[0]


def test_a_place_that_cannot_be_written_prints_neither_now_nor_later(
    store, order, tmp_path, monkeypatch
):
    monkeypatch.setattr(terminal, "PATIENCE_S", 0.5)
    folder = tmp_path / "out"
    folder.write_text("in the way")
    with pytest.raises(UserError, match="cannot be written"):
        terminal.print_order(store, order.number, "receipt", f"file:{folder}/", "", WHO)
    with store.read() as session:
        assert [job.state for job in print_jobs.of_order(session, order.id)] == [State.FAILED]
    folder.unlink()
    terminal.print_order(store, order.number, "label", f"file:{folder}/", "", WHO)
    assert not [one.name for one in folder.iterdir() if "receipt" in one.name]
    [job] = terminal.print_order(store, order.number, "receipt", f"file:{folder}/", "", WHO)
    assert (job["state"], job["printed_now"]) == ("confirmed", True)


def test_labels_name_the_sender(store, order, tmp_path):
    lines = ("Rua das Acácias, 77", "01310-100 São Paulo - SP")
    store.do(lambda s: setup.save_settings(s, StoreSettings("Loja Ipê", sender=lines)))
    terminal.print_order(store, order.number, "label", f"file:{tmp_path}/out/", "", WHO)
    printed = sorted((tmp_path / "out").iterdir())
    for label in (paper.read_zpl(one.read_bytes())[0] for one in printed):
        text = " ".join(label.texts)
        assert all(line in text for line in ("Loja Ipê", *lines))
