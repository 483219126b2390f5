"""A store in step with the sandbox, from the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from desktop.__main__ import main
from desktop.connections import SyncService
from desktop.errors import UserError
from desktop.sandbox import KEY, TOKEN, Sandbox
from desktop.secrets import InMemory
from desktop.store import setup
from tests.fakes import SHOP, open_store


def balcao(folder: Path, *words: str, code: int = 0, **env: str) -> Any:
    """Runs `python -m desktop --json` as a program of its own and gives what it printed."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BALCAO_")}
    done = subprocess.run(
        [sys.executable, "-m", "desktop", "--data", str(folder), "--json", "--by", "Ana", *words],
        capture_output=True, text=True, timeout=60, check=False,
        env=clean | {"BALCAO_LOJA_TOKEN": TOKEN} | env,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, (done.stdout, done.stderr)
    return json.loads(done.stdout) if done.stdout else None


@pytest.fixture
def here(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """The same command line inside this program: a start of Python costs more than most commands."""
    monkeypatch.setenv("BALCAO_LOJA_TOKEN", TOKEN)

    def run(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert main(["--data", str(tmp_path), "--json", "--by", "Ana", *words]) == code
        return json.loads(capsys.readouterr().out)

    return run


def test_three_orders_agree_without_a_window(tmp_path, here):
    with Sandbox(seed=3, orders=0) as shop:
        ids = [shop.place(delivery="delivery"), shop.place(delivery="pickup"), shop.place(lines=2)]
        balcao(tmp_path, "connect", "vtex", "name=loja", f"url={shop.url}", f"key={KEY}")
        assert balcao(tmp_path, "sync", "--once")["loja"]["new"] == 3
        way = {
            ids[0]: [("ship", "carrier=Jadlog", "tracking=JD1BR", "label_elsewhere=x"), ("deliver",)],
            ids[1]: [("ready", "shelf=B3"), ("hand_over", "collected_by=Z", "checked=yes")],
        }  # fmt: skip
        for n, order in enumerate(ids[:2]):
            first = [
                ("accept",),
                ("prepare",),
                ("invoice", f"number={n + 1}", "document=NF"),
                ("pack",),
            ]
            for words in first + way[order]:
                here("do", order, *words)
        balcao(tmp_path, "do", ids[2], "cancel", "reason=desistência")
        refused = balcao(tmp_path, "do", ids[2], "accept", code=1)
        assert "finished" in refused["error"]
        done = balcao(tmp_path, "sync", "--once")["loja"]
        assert (done["refused"], done["waiting"], done["trouble"]) == (0, 0, "")
        statuses = [here("show", one)["order"]["status"] for one in ids]
        assert statuses == ["delivered", "picked_up", "cancelled"]
        seen = [here("show", one)["order"]["seen"]["status"] for one in ids]
        assert seen == statuses, "what the platform confirmed is what the store did"
        assert [shop.order(one)["status"] for one in ids] == ["invoiced", "invoiced", "canceled"]
        assert shop.duplicates() == []
        listed = here("orders", "--status", "delivered")
        assert [one["status"] for one in listed] == ["delivered"]
        url = shop.url
    here("show", "no-such-order", code=1)
    gone = balcao(tmp_path, "sync", "--once", code=3)
    assert url.split("//")[1].split(":")[0] in gone["loja"]["trouble"]


def test_a_refusal_of_the_platform_is_told_by_the_exit_code(here):
    with Sandbox(seed=4, orders=0) as shop:
        order = shop.place()
        here("connect", "vtex", "name=loja", f"url={shop.url}", f"key={KEY}")
        here("sync", "--once")
        here("do", order, "accept")
        shop.refuse(order, "start-handling", message="Not today")
        assert here("sync", "--once", code=1)["loja"]["refused"] == 1
        pushes = here("show", order)["pushes"]
        assert "Not today" in pushes[0]["reason"]


def test_a_service_without_its_secret_says_what_is_missing(tmp_path):
    store = open_store(tmp_path)
    values = {"url": "https://shop.example.com", "key": "k"}
    store.do(lambda s: setup.change_connection(s, SHOP, values))
    service = SyncService(store, InMemory())
    trouble = service.once()[SHOP].trouble
    assert isinstance(trouble, UserError) and trouble.field == "token"
    assert "BALCAO_LOJA_TOKEN" in str(trouble)
    with store.read() as session:
        noted = setup.all_connections(session)[0].trouble
    assert noted is not None and noted.text == trouble.text
    service.close()
    store.close()
