"""What the window shows before the store is open: the counts, words and colours of the last time."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from desktop.folder import PICTURE, private_file
from ui.nav import Entry

log = logging.getLogger(__name__)

FILE = PICTURE


@dataclass(frozen=True, slots=True)
class Last:
    """Only a picture: it is replaced as soon as the store has been read, and may be missing or wrong."""

    language: str = "pt_BR"
    theme: str = "system"
    training: bool = False
    store_name: str = ""
    views: tuple[Entry, ...] = ()
    pages: tuple[Entry, ...] = ()


def load(folder: Path) -> Last:
    try:
        stored: dict[str, Any] = json.loads((folder / FILE).read_text("utf-8"))
        for name in ("views", "pages"):
            stored[name] = tuple(Entry(**one) for one in stored.get(name, ()))
        return Last(**stored)
    except (OSError, ValueError, TypeError, AttributeError):
        return Last()


def save(folder: Path, last: Last) -> None:
    private_file(folder / FILE)
    try:
        (folder / FILE).write_text(json.dumps(asdict(last), ensure_ascii=False), "utf-8")
    except OSError:
        log.info("the picture of the last time was not kept")
