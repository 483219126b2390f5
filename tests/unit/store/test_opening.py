"""How the database is opened and brought up to date."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from desktop.store import Store, migrate, orders, tables
from desktop.store.engine import open_sqlite
from tests.fakes import NOW, an_order, open_store
from tests.unit.store.contents import count, put


def test_every_connection_is_durable_and_checks_foreign_keys(store):
    def pragmas(session):
        return {
            name: session.connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    assert store.do(pragmas) == wanted
    with store.read() as session:
        assert pragmas(session) == wanted


def test_a_write_takes_the_lock_at_once_so_that_reading_then_writing_cannot_fail(store, tmp_path):
    """Deferred, the write would fail with SQLITE_BUSY_SNAPSHOT, without waiting, as it does below."""
    put(store, an_order("1"))
    with closing(
        sqlite3.connect(store.path, timeout=0, isolation_level=None, check_same_thread=False)
    ) as other:

        def read_then_write(session):
            session.run(tables.orders.select()).fetchall()
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("DELETE FROM notes")
            orders.add(session, [(an_order("2"), "")], NOW)

        store.do(read_then_write)
        other.execute("DELETE FROM notes")  # free again
    assert count(store, "orders") == 2


def test_a_folder_with_any_sign_in_its_name_will_do(tmp_path):
    folder = tmp_path / "São José #2 100%? & Cia;x=1"
    open_store(folder, an_order()).close()
    again = Store(folder)
    with again.read() as session:
        assert orders.get(session, 1).number == "1047"
    again.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [folder.name]


def test_the_first_migration_makes_exactly_the_tables_of_the_code(tmp_path):
    engine = open_sqlite(tmp_path / "made.db")
    migrate.upgrade(tmp_path / "made.db")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_object": lambda _o, name, kind, *_: not (name or "").startswith("search"),
            },
        )
        assert compare_metadata(context, tables.metadata) == []
        made = {
            (row[0], " ".join(row[1].split()))
            for row in connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            )
        }
    engine.dispose()
    fresh = open_sqlite(tmp_path / "fresh.db")
    tables.metadata.create_all(fresh)
    with fresh.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        )
        # Partial indexes too, whose conditions the comparison above does not read.
        assert made == {(row[0], " ".join(row[1].split())) for row in rows}
    fresh.dispose()


def test_the_revision_of_the_code_is_the_head_of_the_scripts():
    assert ScriptDirectory.from_config(migrate._config()).get_current_head() == migrate.REVISION


def test_opening_an_up_to_date_file_does_not_import_alembic(tmp_path):
    import subprocess
    import sys

    open_store(tmp_path).close()
    code = (
        "import sys; from pathlib import Path; from desktop.store import Store;"
        f"Store(Path({str(tmp_path)!r})).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_two_programs_may_make_the_same_store_at_once(tmp_path):
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; from desktop.store import Store;"
        f"Store(Path({str(tmp_path)!r})).close()"
    )
    both = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in "ab"]
    for one in both:
        _, complaint = one.communicate(timeout=60)
        assert (one.returncode, complaint) == (0, b"")
