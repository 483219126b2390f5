"""Keys and passwords: kept where they belong, and nowhere else."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from desktop.errors import UserError
from desktop.secrets import PASSPHRASE, InMemory, Kept, PassphraseFile, variable

TOKEN = "s3cr3t-of-the-shop-ção"


class Working(KeyringBackend):
    """A key store of the system, in memory."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Plain(Working):
    """One that writes what it gets into a file as it is; keyring gives such ones this priority."""

    priority = 0.5


class Locked(Working):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("the person said no")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("the person said no")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("BALCAO_")]:
        monkeypatch.delenv(name)
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# --- the environment --------------------------------------------------------------------------------------


def test_a_variable_of_the_environment_comes_first(tmp_path, monkeypatch):
    system = Working()
    keyring.set_keyring(system)
    Kept(tmp_path).set("loja", "token", "older")
    monkeypatch.setenv("BALCAO_LOJA_TOKEN", TOKEN)
    assert Kept(tmp_path).get("loja", "token") == TOKEN
    assert Kept(tmp_path).get("loja", "other") == ""


@pytest.mark.parametrize(
    ("connection", "field", "name"),
    [
        ("loja", "token", "BALCAO_LOJA_TOKEN"),
        ("Loja 2 (sul)", "api-key", "BALCAO_LOJA_2_SUL_API_KEY"),
    ],
)
def test_the_name_of_the_variable(connection, field, name):
    assert variable(connection, field) == name


# --- the system's key store -------------------------------------------------------------------------------


def test_the_key_store_keeps_it_and_the_folder_does_not(tmp_path):
    system = Working()
    keyring.set_keyring(system)
    Kept(tmp_path / "a").set("loja", "token", TOKEN)
    assert Kept(tmp_path / "a").get("loja", "token") == TOKEN
    assert list(system.kept.values()) == [TOKEN]
    assert Kept(tmp_path / "b").get("loja", "token") == "", "another store's secrets are its own"
    assert TOKEN.encode() not in bytes_in(tmp_path)


def test_a_locked_key_store_is_a_sentence(tmp_path):
    keyring.set_keyring(Locked())
    for act in (lambda k: k.get("loja", "token"), lambda k: k.set("loja", "token", TOKEN)):
        with pytest.raises(UserError, match="locked or refused") as refused:
            act(Kept(tmp_path))
        assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring, Plain])
def test_without_a_key_store_that_keeps_secrets_it_says_what_to_set(tmp_path, backend):
    absent = backend()
    keyring.set_keyring(absent)
    with pytest.raises(UserError) as refused:
        Kept(tmp_path).set("loja", "token", TOKEN)
    assert "BALCAO_LOJA_TOKEN" in str(refused.value)
    assert f"{PASSPHRASE}=… balcao" in str(refused.value)
    assert "environment variable" in str(refused.value)
    assert refused.value.field == "token"
    assert getattr(absent, "kept", {}) == {}
    assert TOKEN.encode() not in bytes_in(tmp_path)


# --- the file ---------------------------------------------------------------------------------------------


def test_the_file_holds_nothing_plain_and_is_for_its_owner_only(tmp_path, monkeypatch):
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    Kept(tmp_path).set("loja", "token", TOKEN)
    Kept(tmp_path).set("outra", "token", "other")
    assert Kept(tmp_path).get("loja", "token") == TOKEN
    assert Kept(tmp_path).get("outra", "token") == "other"
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.bin"]
    found = bytes_in(tmp_path)
    for secret in (TOKEN, "loja", "token", "correct horse"):
        assert secret.encode() not in found
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "secrets.bin").stat().st_mode) == 0o600


def test_the_same_secrets_never_make_the_same_file(tmp_path, monkeypatch):
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    seen = set()
    for _ in range(3):
        Kept(tmp_path).set("loja", "token", TOKEN)
        seen.add((tmp_path / "secrets.bin").read_bytes())
    assert len(seen) == 3


@pytest.mark.parametrize("passphrase", ["wrong", None])
def test_a_wrong_or_missing_passphrase_is_a_sentence_and_spoils_nothing(
    tmp_path, monkeypatch, passphrase
):
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    Kept(tmp_path).set("loja", "token", TOKEN)
    before = (tmp_path / "secrets.bin").read_bytes()
    if passphrase is None:
        monkeypatch.delenv(PASSPHRASE)
    else:
        monkeypatch.setenv(PASSPHRASE, passphrase)
    with pytest.raises(UserError, match=PASSPHRASE):
        Kept(tmp_path).get("loja", "token")
    with pytest.raises(UserError, match=PASSPHRASE):
        Kept(tmp_path).set("loja", "token", "new")
    assert (tmp_path / "secrets.bin").read_bytes() == before


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 400])
def test_a_damaged_file_is_a_sentence(tmp_path, monkeypatch, damage):
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    (tmp_path / "secrets.bin").write_bytes(damage)
    with pytest.raises(UserError):
        Kept(tmp_path).get("loja", "token")


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    (tmp_path / "secrets.bin").mkdir()
    for act in (lambda f: f.get("loja", "token"), lambda f: f.set("loja", "token", TOKEN)):
        with pytest.raises(UserError, match="cannot be used"):
            act(PassphraseFile(tmp_path / "secrets.bin"))


def test_training_forgets():
    first, second = InMemory(), InMemory()
    first.set("loja", "token", TOKEN)
    assert (first.get("loja", "token"), second.get("loja", "token")) == (TOKEN, "")


# --- nothing of it anywhere else --------------------------------------------------------------------------


def test_nothing_of_a_secret_reaches_database_log_or_screen(tmp_path, monkeypatch, capsys, caplog):
    """A whole life: connect with the token typed, sync, work, fail with a wrong token."""
    from desktop.__main__ import main
    from desktop.sandbox import KEY, Sandbox
    from desktop.sandbox import TOKEN as GOOD

    caplog.set_level("DEBUG")
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    with Sandbox(seed=2, orders=2) as shop:

        def run(*words: str) -> int:
            return main(["--data", str(tmp_path), "--verbose", *words])

        assert (
            run("connect", "vtex", "name=loja", f"url={shop.url}", f"key={KEY}", f"token={GOOD}")
            == 0
        )
        assert run("sync", "--once") == 0
        run("do", shop.order_ids("ready-for-handling")[0], "accept")
        assert run("sync", "--once") == 0
        assert (
            run("connect", "vtex", "name=b", f"url={shop.url}", f"key={KEY}", f"token={TOKEN}") == 3
        )
        assert run("sync", "--once") == 3
    said = capsys.readouterr()
    for secret in (GOOD, TOKEN):
        assert secret.encode() not in bytes_in(tmp_path)
        assert secret not in said.out + said.err + caplog.text
    caplog.clear()
