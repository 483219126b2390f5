"""A database that cannot be used gets a sentence, and nothing in it is lost."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from desktop.__main__ import FAULT, main
from desktop.errors import StoreError
from desktop.journey import Step
from desktop.store import Store, engine, journal, orders, queries
from desktop.work import Work
from tests.fakes import ANA, NOW, an_order, open_store, wait_until

NOBODY = 65534


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed store with forty orders and their journal."""
    _fill(open_store(tmp_path / "data"))
    return tmp_path / "data"


def _fill(store: Store) -> None:
    for n in range(8):
        new = [(an_order(f"{n}{m}", remote_id=f"r{n}{m}"), "") for m in range(5)]
        store.do(lambda s, new=new: orders.add(s, new, NOW))
        store.do(lambda s, n=n: journal.append(s, NOW, "Ana", "arrive", [(n + 1, {})]))
    store.close()


def complaint(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command line says; it must be a fault, told in a sentence."""
    capsys.readouterr()
    assert main(["--data", str(folder), "orders"]) == FAULT
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    assert len(said.err.strip().splitlines()) == 1
    return said.err.strip()


def count(folder: Path) -> int:
    with closing(sqlite3.connect(folder / Store.FILE)) as raw:
        return int(raw.execute("SELECT count(*) FROM orders").fetchone()[0])


# --- locked -----------------------------------------------------------------------------------------------

_HOLD = """
import sqlite3, sys
raw = sqlite3.connect(sys.argv[1], isolation_level=None)
for statement in sys.argv[2:]:
    raw.execute(statement)
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held(folder: Path, *statements: str) -> Iterator[None]:
    """Another program keeps the database."""
    other = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(folder / Store.FILE), *statements],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == b"held"
        yield
    finally:
        other.communicate()


def test_a_lock_of_another_program_is_waited_for_and_then_told(folder, monkeypatch):
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 400)
    store = Store(folder)
    work = Work(store)
    before = count(folder)
    with held(folder, "BEGIN IMMEDIATE"):
        started = time.monotonic()
        with pytest.raises(StoreError, match="locked"):
            work.do(1, Step.ACCEPT, {}, ANA).result(10)
        assert 0.3 < time.monotonic() - started < 3
        with store.read() as session:
            assert orders.get(session, 1).number == "00", "reading goes on"
    assert work.do(1, Step.ACCEPT, {}, ANA).result(10).status == "accepted"
    store.close()
    assert count(folder) == before


def test_a_lock_that_ends_in_time_is_not_noticed(folder):
    store = Store(folder)
    with held(folder, "BEGIN IMMEDIATE"):
        future = Work(store).do(1, Step.ACCEPT, {}, ANA)
    assert future.result(10).status == "accepted"
    store.close()


def test_a_database_that_another_program_keeps_for_itself_cannot_be_opened(
    folder, monkeypatch, capsys
):
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 200)
    mine = ("PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", "DELETE FROM notes")
    with held(folder, *mine):
        started = time.monotonic()
        assert "Another program keeps the database locked" in complaint(folder, capsys)
        assert time.monotonic() - started < 3
    assert main(["--data", str(folder), "orders"]) == 0
    assert count(folder) == 40


# --- read-only --------------------------------------------------------------------------------------------


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A filled store where any user may look; pytest's own folders are private."""
    top = Path(tempfile.mkdtemp(prefix="balcao-"))
    top.chmod(0o755)
    _fill(open_store(top / "data"))
    yield top / "data"
    (top / "data").chmod(0o755)
    shutil.rmtree(top)


def as_nobody(act: Callable[[], str]) -> str:
    """What `act` says when it is done without any privilege: in a fork, because root may write all."""
    if not hasattr(os, "fork"):
        pytest.skip("rights are taken away in a fork, which this system cannot")
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            said = act()
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read()
    os.waitpid(pid, 0)
    return said


def _try_to_work(folder: Path) -> str:
    store = Store(folder)
    try:
        with store.read() as session:
            seen = queries.total(session)
        Work(store).do(1, Step.ACCEPT, {}, ANA).result(10)
    finally:
        store.close()
    return f"no complaint; {seen} seen"


def test_a_file_that_may_not_be_written(open_folder):
    (open_folder / Store.FILE).chmod(0o444)
    open_folder.chmod(0o777)
    said = as_nobody(lambda: _try_to_work(open_folder))
    assert said.startswith("StoreError: ")
    assert "cannot be written" in said
    assert count(open_folder) == 40


def test_a_folder_that_may_not_be_written(open_folder):
    (open_folder / Store.FILE).chmod(0o444)
    open_folder.chmod(0o555)
    said = as_nobody(lambda: _try_to_work(open_folder))
    assert said.startswith("StoreError: ")
    assert "rights" in said or "right to write" in said
    assert count(open_folder) == 40


def test_a_folder_that_may_not_be_looked_into(open_folder):
    open_folder.chmod(0o000)
    said = as_nobody(lambda: _try_to_work(open_folder))
    assert said.startswith("StoreError: "), said
    open_folder.chmod(0o755)
    assert count(open_folder) == 40


def test_a_place_where_no_folder_may_be_made(open_folder):
    said = as_nobody(lambda: _try_to_work(open_folder / "new" / "er"))
    assert said.startswith("StoreError: The data folder cannot be used"), said


# --- full -------------------------------------------------------------------------------------------------


def _work_until_it_fails(store: Store) -> tuple[int, StoreError]:
    """Adds orders until the disk is full; how many were acknowledged, and what was said then."""
    for n in range(5_000):
        try:
            order = an_order(f"n{n}", shelf="x" * 2_000)
            store.do(lambda s, order=order: orders.add(s, [(order, "")], NOW))
        except StoreError as error:
            return n, error
    raise AssertionError("it never became full")


def _pages(store: Store, limit: int) -> None:
    def work(session):
        now = session.connection.exec_driver_sql("PRAGMA page_count").scalar()
        session.connection.exec_driver_sql(f"PRAGMA max_page_count = {now + limit}")

    store.do(work)


def test_a_database_that_may_not_grow_says_so_and_goes_on_when_it_may(folder):
    store = Store(folder)
    _pages(store, 30)
    kept, error = _work_until_it_fails(store)
    assert "disk is full" in str(error)
    assert count(folder) == 40 + kept
    _pages(store, 10_000)
    store.do(lambda s: orders.add(s, [(an_order("after"), "")], NOW))
    with store.read() as session:
        assert journal.first_broken(session) is None
    store.close()
    assert count(folder) == 41 + kept


def test_a_full_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if not mounted or mounted.returncode:
        pytest.skip("no small disk can be made here: mount of a tmpfs is not allowed")
    try:
        store = open_store(disk)
        kept, error = _work_until_it_fails(store)
        assert "disk" in str(error)
        with store.read() as session:
            assert queries.total(session) == kept
            assert journal.first_broken(session) is None
        store.close()
        assert count(disk) == kept > 5
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# --- damaged ----------------------------------------------------------------------------------------------


def _look_at_everything(folder: Path) -> str:
    """Opens, lists, counts, searches, walks the journal, works: a StoreError or nothing may come of it."""
    try:
        store = Store(folder)
    except StoreError as error:
        return str(error)
    try:
        with store.read() as session:
            from desktop.journey import Journey

            ids = queries.ids(session, queries.View.ALL, Journey())
            queries.counts(session, Journey(), NOW)
            queries.rows(session, ids)
            queries.ids(session, queries.View.ALL, Journey(), typed="conceicao")
            for one in ids:
                orders.get(session, one)
            journal.first_broken(session)
        store.do(lambda s: orders.add(s, [(an_order("new"), "")], NOW))
    except StoreError as error:
        return str(error)
    finally:
        store.close()
    return ""


@pytest.mark.parametrize("seed", range(24))
def test_a_damaged_page_is_a_sentence_never_a_bug(folder, seed):
    dice = random.Random(seed)
    path = folder / Store.FILE
    data = bytearray(path.read_bytes())
    page = dice.randrange(len(data) // 4096) * 4096
    if seed % 3 == 0:
        data[page : page + 4096] = bytes(4096)
    elif seed % 3 == 1:
        data[page : page + 4096] = dice.randbytes(4096)
    else:
        for _ in range(60):
            data[dice.randrange(100, len(data))] = dice.randrange(256)
    path.write_bytes(data)
    _look_at_everything(folder)
    assert path.exists()


def test_damage_is_told_by_the_command_line_and_the_file_is_left_as_it_is(folder, capsys):
    path = folder / Store.FILE
    data = bytearray(path.read_bytes())
    data[4096 * 2 : 4096 * 20] = random.Random(1).randbytes(4096 * 18)
    path.write_bytes(data)
    assert "damaged" in complaint(folder, capsys)
    assert path.read_bytes() == data


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_write_ahead_log_leaves_whole_transactions_only(tmp_path, seed):
    """What is behind the damage cannot be had back; what stands before it must be whole, in order."""
    living = tmp_path / "living"
    store = open_store(living)
    for n in range(30):

        def add(session, n=n):
            orders.add(session, [(an_order(str(n)), "")], NOW)
            journal.append(session, NOW, "Ana", "arrive", [(n + 1, {})])

        store.do(add)
    killed = tmp_path / "killed"
    killed.mkdir()
    for path in living.iterdir():
        if not path.name.endswith("-shm"):
            shutil.copy(path, killed)
    store.close()
    log = killed / f"{Store.FILE}-wal"
    data = bytearray(log.read_bytes())
    dice = random.Random(seed)
    where = dice.randrange(len(data))
    if seed % 2:
        data[where : where + 8] = dice.randbytes(8)
    else:
        del data[where:]
    log.write_bytes(data)
    try:
        after = Store(killed)
    except StoreError:
        return
    with after.read() as session:
        left = queries.total(session)
        numbers = [orders.get(session, n + 1).number for n in range(left)]
        assert numbers == [str(n) for n in range(left)]
        assert journal.first_broken(session) is None
    after.do(lambda s: orders.add(s, [(an_order("new"), "")], NOW))
    after.close()


def test_a_log_that_was_left_by_a_kill_is_taken_in(tmp_path):
    living, killed = tmp_path / "living", tmp_path / "killed"
    store = open_store(living, *(an_order(str(n)) for n in range(10)))
    shutil.copytree(living, killed)
    store.close()
    assert count(killed) == 10
    after = Store(killed)
    with after.read() as session:
        assert queries.total(session) == 10
    after.close()


# --- something else ---------------------------------------------------------------------------------------


def _text(folder: Path) -> None:
    (folder / Store.FILE).write_text("Dear diary, this is no database.\n" * 50)


def _noise(folder: Path) -> None:
    (folder / Store.FILE).write_bytes(random.Random(1).randbytes(20_000))


def _directory(folder: Path) -> None:
    (folder / Store.FILE).unlink()
    (folder / Store.FILE).mkdir()


def _of_another_program(folder: Path) -> None:
    (folder / Store.FILE).unlink()
    with closing(sqlite3.connect(folder / Store.FILE)) as raw, raw:
        raw.execute("CREATE TABLE songs (title TEXT)")


def _newer(folder: Path) -> None:
    with closing(sqlite3.connect(folder / Store.FILE)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '0099'")


def _cut(folder: Path) -> None:
    path = folder / Store.FILE
    path.write_bytes(path.read_bytes()[:50_000])


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_text, "not a Balcão database"),
        (_noise, "not a Balcão database"),
        (_directory, "no file stands where the database belongs: balcao.db"),
        (_of_another_program, "not a Balcão database"),
        (_newer, "newer Balcão (revision 0099)"),
        (_cut, "damaged"),
    ],
)
def test_what_is_no_database_of_this_version_gets_a_sentence_and_stays_as_it_is(
    folder, capsys, spoil, sentence
):
    spoil(folder)
    path = folder / Store.FILE
    before = path.read_bytes() if path.is_file() else b""
    assert sentence in complaint(folder, capsys)
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert sorted(
        one.name for one in folder.iterdir() if not one.name.endswith(("-shm", "-wal"))
    ) == [Store.FILE]


def test_a_file_where_the_folder_should_be(tmp_path, capsys):
    (tmp_path / "data").write_text("x")
    assert "data folder cannot be used" in complaint(tmp_path / "data", capsys)
    assert "data folder cannot be used" in complaint(tmp_path / "data" / "deeper", capsys)


def test_a_store_that_cannot_be_opened_leaves_nothing_open(folder, monkeypatch, capsys):
    if not Path("/proc/self/fd").exists():
        pytest.skip("open files cannot be counted here")
    _newer(folder)
    complaint(folder, capsys)

    def open_files() -> list[str]:
        return [p for fd in os.listdir("/proc/self/fd")
                if (p := os.path.realpath(f"/proc/self/fd/{fd}")).startswith(str(folder))]  # fmt: skip

    wait_until(lambda: not open_files(), "the closing of files")
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 100)
    with closing(sqlite3.connect(folder / Store.FILE)) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '0001'")
    with held(folder, "PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", "DELETE FROM notes"):
        complaint(folder, capsys)
    wait_until(lambda: not open_files(), "the closing of files")
