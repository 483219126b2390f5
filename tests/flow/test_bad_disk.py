"""A data folder that cannot be written and a disk that is full: told at each moment, and nothing half."""

from __future__ import annotations

import contextlib
import getpass
import io
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.__main__ import main
from desktop.connections import SyncService
from desktop.errors import StoreError, UserError
from desktop.journey import Step
from desktop.sandbox import KEY, TOKEN, Sandbox
from desktop.secrets import PASSPHRASE, Kept
from desktop.standing import standing
from desktop.store import Store, orders, outbox, queries, setup
from desktop.work import Work
from tests.fakes import ANA, SHOP, open_store, wait_until
from tests.flow.shop import connected
from tests.flow.test_bad_database import as_nobody
from tests.key_store import KeyStore, key_store


@pytest.fixture
def shop() -> Iterator[Sandbox]:
    with Sandbox(seed=6, orders=0) as running:
        yield running


# --- read-only --------------------------------------------------------------------------------------------


@pytest.fixture
def folder() -> Iterator[Path]:
    """A store where any user may look and none may write; pytest's own folders are private."""
    top = Path(tempfile.mkdtemp(prefix="balcao-"))
    top.chmod(0o755)
    open_store(top / "data").close()
    (top / "data" / Store.FILE).chmod(0o444)
    (top / "data").chmod(0o555)
    yield top / "data"
    (top / "data").chmod(0o755)
    shutil.rmtree(top)


def said_as_nobody(folder: Path, keys: KeyStore, *words: str) -> tuple[int, Any, dict[str, str]]:
    """The code of a command, what it prints, and the keys that are kept then."""

    getpass.getuser()  # loaded now: nobody may not even read modules

    def act() -> str:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = main(["--data", str(folder), "--json", *words])
        return json.dumps([code, json.loads(out.getvalue()), keys.secrets()])

    with key_store(keys):
        said = as_nobody(act)
    assert said.startswith("["), said
    code, printed, kept = json.loads(said)
    return code, printed, kept


def rights_are_missing(said: str) -> bool:
    return "rights" in said or "right to write" in said


@pytest.mark.parametrize(
    "words",
    [
        ("connect", "vtex", "name=nova", "url=http://127.0.0.1:9", "key=k", "token=t"),
        ("reconnect", SHOP, "token=t"),
        ("disconnect", SHOP),
        ("sync", "--once"),
        ("do", "1047", "accept"),
    ],
    ids=lambda words: words[0],
)
def test_every_command_says_what_to_do(folder: Path, words: tuple[str, ...]) -> None:
    code, printed, kept = said_as_nobody(folder, KeyStore(), *words)
    assert code == 3
    assert rights_are_missing(printed["error"]), printed
    assert kept == {}, "no key without its account"


def test_the_doctor_finds_it(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--data", str(tmp_path), "doctor"])  # for the same reason
    capsys.readouterr()
    code, printed, _ = said_as_nobody(folder, KeyStore(), "doctor")
    found = {one["what"]: one for one in printed}
    assert (code, found["Data folder"]["health"]) == (3, "fault")
    assert "mend its rights" in found["Data folder"]["says"]
    assert "Database" not in found, "what rests on it is not looked at"


# --- full -------------------------------------------------------------------------------------------------


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if not mounted or mounted.returncode:
        pytest.skip("no small disk can be made here: mount of a tmpfs is not allowed")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Takes all the room there is."""
    path = disk / "film.mp4"
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(512))
    return path


def test_a_disk_that_is_full_in_the_middle_of_a_day(
    disk: Path, shop: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is told that is not kept first; once there is room, all goes on without a restart."""
    first = shop.place(payment="pix", country="BRA")
    store, service = connected(disk, shop)
    service.once()
    service._poll_s = 0.05
    service.renew(SHOP)
    with store.read() as session:
        [(order, _)] = orders.by_remote(session, SHOP, [first]).values()
    service.start()
    try:
        film = fill(disk)
        for _ in range(60):  # more than the pages that are free inside the file
            shop.place(payment="pix", country="BRA")
        wait_until(lambda: "Free some space" in line(store, service), "the full disk to be told")
        is_accepted = accept(store, order.id)
        film.unlink()
        shop.advance(300)
        if not is_accepted:
            assert shop.effects() == [], "what is not kept is not told"
            assert accept(store, order.id)
        wait_until(lambda: total(store) == 61, "all orders to be here")
        wait_until(lambda: line(store, service) == "", "all to be well")
        wait_until(lambda: bool(shop.effects()), "what was done here to be told")
    finally:
        service.close()
        store.close()
    assert [one.order_id for one in shop.effects()] == [first]
    caplog.clear()


def line(store: Store, service: SyncService) -> str:
    """The window's sentence, a minute from now."""
    soon = datetime.now(UTC) + timedelta(minutes=1)
    with store.read() as session:
        known, counts = setup.all_connections(session), outbox.counts(session)
    return str(standing(known, counts, soon, service.fault) or "")


def accept(store: Store, order_id: int) -> bool:
    """A clerk takes the order; whether that is kept."""
    try:
        Work(store).do(order_id, Step.ACCEPT, {}, ANA).result(10)
    except StoreError as error:
        assert "Free some space" in str(error)
        return False
    return True


def total(store: Store) -> int:
    with store.read() as session:
        return queries.total(session)


def test_a_full_disk_leaves_neither_key_nor_account(
    disk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file of keys is written whole or not at all."""
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    kept = Kept(disk)
    open_store(disk).close()
    kept._file.set(SHOP, "token", TOKEN)
    before = (disk / "secrets.bin").read_bytes()
    film = fill(disk)
    words = ["name=nova", "url=http://127.0.0.1:9", f"key={KEY}", "token=" + "t" * 3000]
    capsys.readouterr()
    assert main(["--data", str(disk), "--json", "connect", "vtex", *words]) in {1, 3}
    said = json.loads(capsys.readouterr().out)["error"]
    assert "make room" in said or "Free some space" in said
    assert (disk / "secrets.bin").read_bytes() == before
    assert sorted(p.suffix for p in disk.iterdir() if p.name.startswith("secrets")) == [".bin"]
    film.unlink()
    with closing(Store(disk)) as store, store.read() as session:
        assert [c.name for c in setup.all_connections(session)] == [SHOP]
    with contextlib.suppress(UserError):
        assert kept._file.get("nova", "token") == ""
