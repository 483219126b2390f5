"""A file instead of a printer: for PDFs, training, support and tests.

A target that is a folder, or ends like one, gets numbered names. A file appears whole or not at all.
"""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from itertools import count
from pathlib import Path

from desktop.i18n import N_
from printing.transports import NothingSent, Sent


def check(target: str) -> None:
    """Any path will do."""


def reach(target: str) -> None:
    """Whether the folder of `target` can be written."""
    try:
        folder = Path(target) if _is_folder(target) else Path(target).parent
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritable(target, error) from None


def send(target: str, payload: bytes, name: str) -> Sent:
    """Writes beside the place, forces it to the disk and renames; on the disk means confirmed."""
    try:
        path = _numbered(Path(target), name) if _is_folder(target) else Path(target)
        _write(path, payload)
    except OSError as error:
        raise _unwritable(target, error) from None
    return Sent(len(payload), confirmed=True)


def _unwritable(target: str, error: OSError) -> NothingSent:
    return NothingSent(
        N_("The file {path} cannot be written ({cause})."),
        path=target, cause=error.strerror or str(error),
    )  # fmt: skip


def _is_folder(target: str) -> bool:
    return target.endswith(("/", os.sep)) or Path(target).is_dir()


def _numbered(folder: Path, name: str) -> Path:
    """The next free name, already taken on the disk so that no other sender gets it too."""
    folder.mkdir(parents=True, exist_ok=True)
    safe = re.sub(r"[^\w.-]+", "_", name).strip("._") or "print"
    used = [int(found[1]) for path in folder.iterdir() if (found := re.match(r"(\d+)-", path.name))]
    for number in count(max(used, default=0) + 1):
        path = folder / f"{number:04d}-{safe}"
        with suppress(FileExistsError), path.open("xb"):
            return path
    raise AssertionError("numbers do not end")


def _write(path: Path, payload: bytes) -> None:
    handle, beside = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
