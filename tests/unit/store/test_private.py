"""Nobody else on the computer reads the customers' names: the rights of the real folder and files."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import platformdirs
import pytest

from desktop import doctor, folder
from desktop.secrets import InMemory
from desktop.store import Store, migrate, orders
from tests.fakes import NOW, an_order, open_store
from ui import last

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rights of this kind are POSIX's")
SIDE_FILES = ("balcao.db", "balcao.db-shm", "balcao.db-wal")


@pytest.fixture(autouse=True)
def lenient():
    """The umask most systems have, under which everybody reads what is made."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def opened_to_all(place: Path) -> None:
    place.chmod(0o755)
    for file in place.iterdir():
        file.chmod(0o644)


def test_a_new_store_is_its_owners_alone(tmp_path):
    place = tmp_path / "share" / "balcao"
    with closing(open_store(place, an_order())):
        last.save(place, last.Last(store_name="Loja Ipê"))
        found = {file.name: rights(file) for file in place.iterdir()}
    assert set(SIDE_FILES) <= set(found)
    assert set(found.values()) == {0o600}
    assert rights(place) == 0o700
    assert rights(place.parent) == 0o755


def test_a_store_of_an_older_version_is_closed_when_it_is_opened(tmp_path):
    place = tmp_path / "balcao"
    open_store(place, an_order()).close()
    last.save(place, last.Last())
    (place / "balcao-before-0004.db").touch()
    opened_to_all(place)
    with closing(Store(place)):
        assert {rights(file) for file in place.iterdir()} == {0o600}
    assert rights(place) == 0o700


def test_the_copy_before_a_migration_is_private_too(tmp_path):
    place = tmp_path / "data"
    place.mkdir()
    migrate.upgrade(place / "balcao.db", "0004")
    with closing(sqlite3.connect(place / "balcao.db")) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("0004",)
    opened_to_all(place)
    with closing(Store(place)):
        [copy] = place.glob("balcao-before-*.db")
        assert rights(copy) == 0o600


def test_a_folder_without_a_store_keeps_its_rights_and_the_new_files_are_private(tmp_path):
    place = tmp_path / "shared"
    place.mkdir()
    (place / "theirs.txt").touch()
    with closing(Store(place)) as store:
        store.do(lambda s: orders.add(s, [(an_order(), "")], NOW))
        assert {rights(place / name) for name in SIDE_FILES} == {0o600}
    assert (rights(place), rights(place / "theirs.txt")) == (0o755, 0o644)


def test_the_programs_own_folder_is_closed_before_a_store_is_in_it(tmp_path, monkeypatch):
    monkeypatch.setattr(platformdirs, "user_data_path", lambda *_, **__: tmp_path / "own")
    (tmp_path / "own").mkdir()
    list(doctor.examine(folder.default(), InMemory(), lambda _printer: None, lambda: "6"))
    assert rights(tmp_path / "own") == 0o700


def test_rights_are_only_taken_away(tmp_path):
    open_store(tmp_path / "data", an_order()).close()
    (tmp_path / "data").chmod(0o555)
    folder.make_private(tmp_path / "data")
    assert rights(tmp_path / "data") == 0o500
    (tmp_path / "data").chmod(0o1777)
    folder.make_private(tmp_path / "data")
    assert rights(tmp_path / "data") == 0o1777, "shared by intent, like /tmp"
    (tmp_path / "data").chmod(0o700)


def test_where_rights_cannot_be_set_it_works_all_the_same(tmp_path, monkeypatch):
    place = tmp_path / "data"
    open_store(place, an_order()).close()
    opened_to_all(place)

    def refuse(*_words, **_more):
        raise PermissionError("a foreign file system")

    monkeypatch.setattr(Path, "chmod", refuse)
    Store(place).close()
    assert rights(place) == 0o755
