"""The command line: what it takes, what it says, and how it ends."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from keyring.backends import fail

from desktop import __main__ as command_line
from desktop import connectors, terminal
from desktop.__main__ import DONE, FAULT, REFUSED, USAGE, main
from desktop.errors import UserError
from desktop.order import Kind, Package, Status
from desktop.sandbox import faults
from desktop.secrets import InMemory
from desktop.store import Store, orders, setup
from tests.fakes import NOW, SHOP, an_order, open_store
from tests.key_store import key_store

URL = "url=https://shop.example.com"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on a store of three orders; gives exit code, output and complaint."""
    monkeypatch.setenv("BALCAO_LOJA_TOKEN", "t")
    pickup = an_order("2", kind=Kind.PICKUP, status=Status.READY_FOR_PICKUP)
    twin = an_order("3", packages=(Package(1, tracking="2"),))
    open_store(tmp_path, an_order("1"), pickup, twin).close()

    def command(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["--data", str(tmp_path), "--by", "Ana", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def spoken(run: Run, *words: str, code: int = DONE) -> Any:
    ended, out, _ = run("--json", *words)
    assert ended == code, out
    return json.loads(out)


# --- looking ----------------------------------------------------------------------------------------------


def test_orders_are_listed_newest_first(run):
    listed = spoken(run, "orders")
    assert [one["number"] for one in listed] == ["3", "2", "1"]
    assert listed[1] == {
        "id": 2, "number": "2", "status": "ready_for_pickup", "kind": "pickup",
        "buyer": "João Conceição", "total": 38970, "currency": "BRL",
    }  # fmt: skip
    assert [one["id"] for one in spoken(run, "orders", "--status", "ready_for_pickup")] == [2]
    assert spoken(run, "orders", "--status", "closed") == []
    _, out, _ = run("orders")
    assert [line.split()[1] for line in out.splitlines()] == ["3", "2", "1"]


def test_old_orders_are_listed_however_many_came_since(tmp_path, run):
    store = Store(tmp_path)
    many = [(an_order(f"n{n}", status=Status.FINALIZED), "") for n in range(1_200)]
    store.do(lambda s: orders.add(s, many, NOW))
    store.close()
    assert [one["id"] for one in spoken(run, "orders", "--status", "awaiting_creation")] == [3, 1]
    assert len(spoken(run, "orders")) == 1_203


def test_an_order_is_shown_with_steps_pushes_and_journal(run):
    spoken(run, "do", "1", "accept")
    shown = spoken(run, "show", "1")
    assert shown["order"]["status"] == "accepted"
    assert shown["steps"]["prepare"] == "open"
    assert "done already" in shown["steps"]["accept"]
    assert [(push["step"], push["state"]) for push in shown["pushes"]] == [("accept", "waiting")]
    assert [(line["who"], line["what"]) for line in shown["journal"]] == [("Ana", "accept")]
    assert run("show", "1")[0] == DONE


@pytest.mark.parametrize("name", ["1", "r1", "R1", "#1", " 1 "])
def test_an_order_may_be_called_by_any_of_its_names(run, name):
    assert spoken(run, "show", name)["order"]["number"] == "1"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("77", "No order is called “77”"), ("#77", "no order 77"), ("#²", "No order is called"),
     ("#" + "9" * 40, "No order is called"), ("", "No order is called"), ("2", "several orders: #2, #3")],
)  # fmt: skip
def test_a_name_of_no_order_or_of_several_is_refused(run, name, sentence):
    code, out, said = run("show", name)
    assert (code, out) == (REFUSED, "")
    assert sentence in said


# --- steps ------------------------------------------------------------------------------------------------


def test_a_step_takes_fields_and_says_where_the_order_stands(run):
    assert spoken(run, "do", "1", "hold", "reason=endereço não confere = liga") == {
        "order": "1", "status": "awaiting_creation",
    }  # fmt: skip
    assert spoken(run, "show", "1")["order"]["hold"]["reason"] == "endereço não confere = liga"


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("1", "finalize"), ""),
        (("1", "hold"), "reason"),
        (("1", "hold", "reason=x", "colour=red"), "colour"),
        (("1", "hold", "reason"), ""),
        (("9", "accept"), ""),
    ],
)
def test_a_refused_step_names_the_field_and_ends_with_1(run, words, field):
    answer = spoken(run, "do", *words, code=REFUSED)
    assert set(answer) == {"error", "field"}
    assert answer["field"] == field
    code, out, said = run("do", *words)
    assert (code, out, said.strip()) == (REFUSED, "", answer["error"])


def test_sentences_come_in_the_language_that_was_asked_for(run):
    from desktop.i18n import set_language

    try:
        said = run("--language", "pt_BR", "show", "77")[2]
    finally:
        set_language("en")
    assert "77" in said
    assert "No order is called" not in said


def test_a_word_that_does_not_exist_is_wrong_usage_and_names_the_known_ones(tmp_path, run):
    wrong = {
        "awaiting_payment": ("orders", "--status", "teleported"),
        "vtex": ("connect", "teleport", "x=y"),
        "finalize": ("do", "1", "fly"),
        "packing_slip": ("print", "1", "poem", "--to", f"file:{tmp_path}/out/"),
    }
    for known, words in wrong.items():
        code, out, said = run(*words)
        assert (code, out) == (USAGE, "")
        assert known in said
        assert set(spoken(run, *words, code=USAGE)) == {"error", "field"}


# --- connecting -------------------------------------------------------------------------------------------


def test_the_connectors_are_listed_with_what_they_ask_for(run):
    listed = spoken(run, "connectors")
    assert [one["connector"] for one in listed] == list(connectors.names())
    vtex = next(one for one in listed if one["connector"] == "vtex")
    assert vtex["title"] == "VTEX" and {"url*", "key*", "token*"} <= set(vtex["fields"].split())


def test_connecting_keeps_the_fields_and_the_connectors_words(tmp_path, run, monkeypatch):
    monkeypatch.setenv("BALCAO_NOVA_TOKEN", "t")
    nobody = "url=http://127.0.0.1:9"  # kept all the same: a store is set up before its line is
    answer = spoken(run, "connect", "vtex", "name=nova", nobody, "key=k", code=FAULT)
    assert "cannot be reached" in answer["answer"]
    assert (answer["connection"], answer["connector"]) == ("nova", "vtex")
    store = Store(tmp_path)
    with store.read() as session:
        known = {c.name: c for c in setup.all_connections(session)}
        assert len(setup.mapping_of(session, "nova")) == answer["words"] > 10
    store.close()
    assert known["nova"].settings["url"] == "http://127.0.0.1:9"
    assert "token" not in known["nova"].settings


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ((URL,), "key"),
        (("key=k",), "url"),
        ((URL, "key=k", "colour=red"), "colour"),
        ((URL, "key=k", "dialect=klingon"), "dialect"),
        (("url=ftp://x", "key=k"), "url"),
        (("url=http://shop.example.com", "key=k"), "url"),
        ((URL, "key=k", "name= "), "name"),
        ((URL, "key=k", "name=loja"), "name"),
    ],
)
def test_a_connection_that_cannot_be_is_refused_by_its_field(
    tmp_path, run, monkeypatch, words, field
):
    monkeypatch.setenv("BALCAO_VTEX_TOKEN", "t")
    assert spoken(run, "connect", "vtex", *words, code=REFUSED)["field"] == field
    store = Store(tmp_path)
    with store.read() as session:
        assert [c.name for c in setup.all_connections(session)] == [SHOP]
    store.close()


def test_a_taken_name_leaves_the_secret_of_the_other_connection_alone(tmp_path):
    store, secrets = open_store(tmp_path), InMemory()
    secrets.set(SHOP, "token", "the right one")
    given = {"name": SHOP, "url": "https://shop.example.com", "key": "k", "token": "another"}
    with pytest.raises(UserError, match="already"):
        terminal.connect(store, secrets, "vtex", given)
    assert secrets.get(SHOP, "token") == "the right one"
    store.close()


def test_a_refused_connection_keeps_no_secret(tmp_path):
    store, secrets = open_store(tmp_path), InMemory()
    with pytest.raises(UserError):
        terminal.connect(
            store, secrets, "vtex", {"name": "n", "url": "x", "key": "k", "token": "t"}
        )
    assert secrets.get("n", "token") == ""
    store.close()


def test_the_stores_settings_are_set_field_by_field(tmp_path, run):
    spoken(run, "store", "name=Loja Ipê", "street=Rua A, 1", "state=SP", "issuers=123;456")
    given = ("city=São Paulo", "packed=no", "tolerance=1,50", "sounds=no", "notices=no")
    said = spoken(run, "store", *given)
    assert (said["name"], said["issuers"], said["packed"]) == ("Loja Ipê", "123\n456", False)
    with closing(Store(tmp_path)) as store, store.read() as session:
        known = setup.store_settings(session)
    assert (known.store_name, known.sounds, known.notices) == ("Loja Ipê", False, False)
    assert known.sender.lines == ("Rua A, 1", "São Paulo - SP")
    assert known.issuers == ("123", "456")
    assert (known.journey.off, known.journey.tolerance) == ({Status.PACKED}, 150)
    spoken(run, "store", "street=")
    with closing(Store(tmp_path)) as store, store.read() as session:
        assert setup.store_settings(session).sender.lines == ("São Paulo - SP",)


@pytest.mark.parametrize(
    "field", ["colour=red", "scan_gap_ms=5", "language=tlh", "picking=perhaps"]
)
def test_a_setting_that_cannot_be_is_refused_by_its_field(tmp_path, run, field):
    code, out, _ = run("--json", "store", "name=Loja", field)
    assert (code, json.loads(out)["field"]) == (REFUSED, field.split("=")[0])
    assert spoken(run, "store")["name"] == ""


def test_nothing_to_sync_is_a_refusal(tmp_path, capsys):
    assert main(["--data", str(tmp_path), "sync", "--once"]) == REFUSED
    assert "connect" in capsys.readouterr().err


# --- how it ends ------------------------------------------------------------------------------------------


def program(folder: Path, *words: str, **more: Any) -> subprocess.CompletedProcess[bytes]:
    env = os.environ | more.pop("env", {})
    return subprocess.run(
        [sys.executable, "-m", "desktop", "--data", str(folder), *words],
        capture_output=True, timeout=60, check=False, env=env, **more,
    )  # fmt: skip


def test_wrong_usage_ends_with_2(tmp_path):
    for words in (("orders", "--colour", "red"), ("teleport",), ("sync",), ("do", "1")):
        with pytest.raises(SystemExit) as ended:
            main(["--data", str(tmp_path), *words])
        assert ended.value.code == command_line.USAGE


@contextmanager
def sandbox(*words: str) -> Iterator[Callable[[], str]]:
    """A practice platform of three orders; gives what reads its next line."""
    command = [sys.executable, "-m", "desktop", "sandbox", "--orders", "3", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline
        finally:
            process.terminate()


def test_what_the_sandbox_prints_connects_to_it_when_pasted(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("BALCAO_PASSPHRASE", "correct horse")
    with key_store(fail.Keyring()), sandbox() as line:
        address = line().strip()
        words = shlex.split(line())
        assert words[-6:-4] == ["connect", "vtex"] and f"url={address}" in words
        assert words[1] == "start.py"
        assert main(["--data", str(tmp_path), *words[2:]]) == DONE
        assert "It answers." in capsys.readouterr().out
        assert main(["--data", str(tmp_path), "sync", "--once"]) == DONE
        assert "new: 3" in capsys.readouterr().out


def test_the_sandbox_speaks_json(tmp_path):
    with sandbox("--json") as line:
        said = json.loads(line())
    assert set(said) == {"address", "key", "token"} and said["address"].startswith("http://127.")
    assert said["key"] and said["token"]


def test_the_help_says_what_the_words_of_the_sandbox_and_the_language_mean(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "1000")  # lines that need not be broken
    with pytest.raises(SystemExit):
        main(["sandbox", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    listed = set(said.replace(",", " ").split())
    assert listed >= set(faults.NAMES)
    assert "how many to begin with" in said and "the same number makes the same" in said
    assert "the language a command speaks" in said


@pytest.mark.parametrize(
    "words", [("sandbox", "--faults", "gremlins"), ("sandbox", "--port", "99999")]
)
def test_a_sandbox_that_cannot_run_is_a_sentence(run, words):
    code, _, said = run(*words)
    assert code == REFUSED
    assert "cannot run" in said


def test_names_reach_any_terminal(tmp_path):
    """A code page without the letters of a name shows them escaped; JSON is plain ASCII anyway."""
    open_store(tmp_path, an_order()).close()
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    plain = program(tmp_path, "orders", env=ascii_only)
    assert (plain.returncode, plain.stderr) == (0, b"")
    assert b"Jo\\xe3o" in plain.stdout
    for env in (ascii_only, {}):
        spoken_ = program(tmp_path, "--json", "orders", env=env)
        assert json.loads(spoken_.stdout)[0]["buyer"] == "João Conceição"


def test_a_reader_that_has_enough_is_no_fault(tmp_path):
    many = [an_order(str(n)) for n in range(2_000)]
    open_store(tmp_path, *many).close()
    command = f"{sys.executable} -m desktop --data {tmp_path} orders | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, timeout=60, check=True)
    assert done.stderr == b""
    assert len(done.stdout.splitlines()) == 1


def test_the_core_starts_without_qt_and_without_the_network(tmp_path):
    code = (
        "import sys; from desktop.__main__ import main;"
        f"main(['--data', {str(tmp_path)!r}, 'orders']);"
        "print(sorted({m.split('.')[0] for m in sys.modules}"
        " & {'PySide6', 'requests', 'urllib3', 'alembic', 'reportlab', 'escpos', 'keyring', 'ui'}))"
    )
    open_store(tmp_path).close()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_fault_of_the_store_ends_with_3(tmp_path, capsys):
    (tmp_path / Store.FILE).write_bytes(b"x" * 5_000)
    assert main(["--data", str(tmp_path), "--json", "orders"]) == FAULT
    assert "not a Balcão database" in json.loads(capsys.readouterr().out)["error"]
