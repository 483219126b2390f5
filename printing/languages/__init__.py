"""Printer languages: one file in this folder turns documents into one language's bytes.

A file offers `encode(document, profile, copies)`. Adding one touches no other file: profiles name it.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from typing import Protocol, cast

from desktop.errors import UserError
from desktop.i18n import N_
from printing.document import Document
from printing.profiles import Profile


class Language(Protocol):
    """`suffix` is the usual ending of a file that holds its bytes, with the dot."""

    suffix: str

    def encode(self, document: Document, profile: Profile, copies: int = 1) -> bytes: ...


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """The languages of this installation, listed from the folder, also in a frozen program."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def load(name: str) -> Language:
    """The language `name`; its module is imported on first use. Raises UserError when there is none."""
    if name not in names():
        raise UserError(N_("There is no printer language “{name}”."), name=name)
    return cast(Language, importlib.import_module(f"{__name__}.{name}"))


def encode(document: Document, profile: Profile, copies: int = 1) -> bytes:
    """The bytes that make a printer of this model draw `document`, `copies` times.

    Pure and safe in any thread. Raises UserError when the model cannot print such a paper at all.
    """
    return load(profile.language).encode(document, profile, copies)
