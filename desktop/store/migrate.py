"""Bringing a database file to this version's tables.

The revision is checked by one SELECT; Alembic is imported only when something must change. A file that
exists is copied first; one from a newer Balcão is refused.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.errors import StoreError
from desktop.folder import private_file
from desktop.i18n import N_
from desktop.store import engine

if TYPE_CHECKING:
    from alembic.config import Config

REVISION = "0005"
SCRIPTS = Path(__file__).parent / "migrations"


def bring_up_to_date(path: Path) -> None:
    """Creates or migrates the file at `path`. Raises StoreError for one from a newer version."""
    revision = revision_of(path)
    if revision == REVISION:
        return
    if revision is not None:
        _refuse_newer(revision)
        _copy(path, path.with_name(f"{path.stem}-before-{REVISION}{path.suffix}"))
    upgrade(path)


def revision_of(path: Path) -> str | None:
    """The revision in the file; None for no file or an empty one."""
    if not path.exists() or (path.is_file() and path.stat().st_size == 0):
        return None
    if not path.is_file():
        raise StoreError(
            N_(
                "Something that is no file stands where the database belongs: {name}. Move it away."
            ),
            name=path.name,
        )
    address = f"{path.absolute().as_uri()}?mode=ro"
    timeout = engine.BUSY_TIMEOUT_MS / 1000
    with closing(sqlite3.connect(address, uri=True, timeout=timeout)) as connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        if ("alembic_version",) not in tables:
            if tables:
                raise StoreError(
                    N_("The file is not a Balcão database. Choose another data folder.")
                )
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return row[0] if row else None


def upgrade(path: Path, revision: str = "head") -> None:
    from alembic import command  # noqa: PLC0415

    opened = engine.open_sqlite(path)
    try:
        with opened.connect().execution_options(writes=True) as connection, connection.begin():
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        opened.dispose()


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def _refuse_newer(revision: str) -> None:
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision not in known:
        raise StoreError(
            N_(
                "This database belongs to a newer Balcão (revision {revision}). Update this program."
            ),
            revision=revision,
        )


def _copy(source: Path, target: Path) -> None:
    private_file(target)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
