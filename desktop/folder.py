"""The data folder: only the person it belongs to may look into it.

On POSIX the folder is 0700 and what stands in it 0600. Where rights cannot be set (Windows, a foreign file
system, a folder of somebody else) it stays as it is: that is no fault.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

DATABASE = "balcao.db"
PICTURE = "last.json"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def default() -> Path:
    """The user's own data folder."""
    from platformdirs import user_data_path  # noqa: PLC0415

    return user_data_path("balcao", appauthor=False)


def make_private(folder: Path) -> None:
    """Makes `folder` where it is missing, and closes one of ours to others: older versions left it open.
    One that is neither the default nor has a store in it may be somebody else's. Raises OSError when
    it cannot be made."""
    folder.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
    with suppress(OSError):
        if (folder / DATABASE).exists() or folder == default():
            _close(folder)
        for file in (*folder.glob("balcao*.db*"), folder / PICTURE):
            _close(file)


def private_file(path: Path) -> None:
    """An empty file of one's own at `path`, unless something stands there; SQLite gives the rights of a
    database to its -wal and -shm too. Where it cannot be made, whoever writes it says why."""
    with suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _close(path: Path) -> None:
    """Takes rights away and gives none: what is read-only stays so. A folder with the sticky bit is shared
    by intent."""
    with suppress(OSError):
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & _OTHERS and not mode & stat.S_ISVTX:
            path.chmod(mode & ~_OTHERS)
