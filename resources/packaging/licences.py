"""The licence texts of what a frozen program contains, found from the files that went into it.

Every file has an owner: Balcão, an installed distribution, Python, or (on Debian and its kin) a package of
the system. An owner without a licence text ends the build.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distributions
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TEXTS = HERE / "texts"
README = "README.txt"
_IS_TEXT = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
# Distributions that name a licence without its text.
_BY_NAME = {"LGPL-3.0": ("LGPL-3.0.txt", "GPL-3.0.txt")}
# What a licence asks to be said beside its text.
_SAID = {
    "PySide6_Essentials": "qt.txt",
    "shiboken6": "qt.txt",
    "python-escpos": "printer-capabilities.txt",
}
_HEAD = """Balcão and what it contains

Balcão is free under the MIT licence. This folder holds the licence of every work that stands in this program,
each in a folder of its own, and what some of them ask to be told.

"""


@dataclass(frozen=True, slots=True)
class Owner:
    """A work in the bundle: `texts` are its licence files, `licence` what it calls its licence."""

    name: str
    version: str
    licence: str
    texts: tuple[Path, ...]

    @property
    def folder(self) -> str:
        return f"{self.name}-{self.version}".replace(":", "-").replace("/", "-")


@dataclass
class Bundle:
    """Who owns the files of a bundle; `orphans` are files without an owner."""

    files: dict[Owner, list[str]] = field(default_factory=lambda: defaultdict(list))
    orphans: list[str] = field(default_factory=list)

    def add(self, sources: Iterable[str]) -> None:
        """Finds the owner of each source file."""
        known = _installed()
        for source in sorted(set(sources)):
            owner = _owner(os.path.realpath(source), source, known)
            if owner is None:
                self.orphans.append(source)
            else:
                self.files[owner].append(Path(source).name)

    def check(self) -> None:
        """Ends the build when a file has no owner, or an owner no licence text."""
        bare = [one.folder for one in self.files if not one.texts]
        if self.orphans or bare:
            lines = [f"  whose is {one}?" for one in self.orphans]
            lines += [f"  {one} has no licence text" for one in bare]
            sys.exit("\n".join(["The licences of the bundle are not complete:", *lines]))

    def write(self, folder: Path) -> None:
        """Writes the texts and a list of them into `folder`, made anew."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        lines = []
        for owner in sorted(self.files, key=lambda one: one.folder.lower()):
            _copy(owner, folder / owner.folder)
            lines.append(f"{owner.name} {owner.version}: {owner.licence}")
            libraries = sorted({name for name in self.files[owner] if _is_library(name)})
            lines += [f"    {name}" for name in libraries]
        (folder / README).write_text(_HEAD + "\n".join(lines) + "\n", "utf-8")


def _copy(owner: Owner, folder: Path) -> None:
    folder.mkdir()
    for text in owner.texts:
        target = folder / text.name
        if target.exists():
            target = folder / f"{text.parent.name}-{text.name}"
        shutil.copyfile(text, target)
    if owner.name in _SAID:
        shutil.copyfile(TEXTS / _SAID[owner.name], folder / "NOTE.txt")


def _is_library(name: str) -> bool:
    return bool(re.search(r"\.(so(\.[0-9.]+)?|dll|pyd|dylib)$", name))


def _owner(path: str, source: str, known: dict[str, Owner]) -> Owner | None:
    if path in known:
        return known[path]
    parts = Path(path)
    if any(parts.is_relative_to(one) for one in _pythons()) and "site-packages" not in parts.parts:
        return python()
    if parts.is_relative_to(ROOT):
        return Owner("balcao", _version(), "MIT", (ROOT / "LICENSE",))
    return _of_the_system((source, path))


def _installed() -> dict[str, Owner]:
    """The owner of each file of the installed distributions, by its real path."""
    found: dict[str, Owner] = {}
    for one in distributions():
        if one.name == "balcao":
            continue
        owner = of_distribution(one)
        for file in one.files or ():
            found[os.path.realpath(str(one.locate_file(file)))] = owner
    return found


def of_distribution(one: Distribution) -> Owner:
    """An installed distribution with the licence texts that came with it."""
    said = one.metadata.get("License-Expression") or one.metadata.get("License") or ""
    classified = [c.split(" :: ")[-1] for c in one.metadata.get_all("Classifier", ())
                  if c.startswith("License ::")]  # fmt: skip
    licence = said.strip().splitlines()[0] if said.strip() else ", ".join(classified)
    texts = [
        Path(str(one.locate_file(file)))
        for file in one.files or ()
        if ".dist-info" in file.parts[0] and _IS_TEXT.search(file.name)
    ]
    if not texts:
        names = [names for spoken, names in _BY_NAME.items() if spoken in licence]
        texts = [TEXTS / name for name in (names[0] if names else ())]
    return Owner(one.name, one.version, licence or "see its text", tuple(texts))


def _pythons() -> tuple[Path, ...]:
    places = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib")}
    library = sysconfig.get_config_var("LIBDIR")
    shared = sysconfig.get_config_var("LDLIBRARY")
    if os.name == "nt":
        places.add(sys.base_prefix)
    elif library and shared:
        places.add(str(Path(library, str(shared))))
        places.add(os.path.realpath(str(Path(library, str(shared)))))
    return tuple(Path(os.path.realpath(one)) for one in places if one)


def python() -> Owner:
    """The Python that is bundled."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    places = (
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path(f"/usr/share/doc/python{sys.version_info[0]}.{sys.version_info[1]}/copyright"),
    )
    texts = tuple(place for place in places if place.exists())[:1]
    return Owner("python", version, "PSF-2.0", texts)


def _of_the_system(paths: Iterable[str]) -> Owner | None:
    """The Debian package that a library of the system belongs to."""
    if shutil.which("dpkg-query") is None:
        return None
    for path in paths:
        # Debian's list may name a library below /lib that stands below /usr/lib.
        for name in (path, path.removeprefix("/usr")):
            package = _asked("dpkg-query", "--search", name).split(":")[0].strip()
            if package:
                version = _asked("dpkg-query", "--show", "--showformat=${Version}\n", package)
                text = Path(f"/usr/share/doc/{package}/copyright")
                texts = (text,) if text.exists() else ()
                return Owner(package, version.splitlines()[0], "see its text", texts)
    return None


def _asked(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _version() -> str:
    return re.findall(r'VERSION = "(.+)"', (ROOT / "desktop" / "__init__.py").read_text("utf-8"))[0]
