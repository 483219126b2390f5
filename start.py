#!/usr/bin/env python3
"""Sets Balcão up beside the code and runs it. Needs Python 3.11 or newer and nothing else.

    python3 start.py demo     the journey on a sandbox platform, in a window in training mode
    python3 start.py test     the tests
    python3 start.py lint     format, lint, types, dead code
    python3 start.py check    everything: lint, then the tests
    python3 start.py build    the program for machines without Python, in dist/balcao
    python3 start.py …        anything else goes to `python -m desktop …`; nothing at all opens the window

On Windows: py start.py demo
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
MARK = VENV / "installed-for"
USAGE = 2

# What Qt needs from a Linux system: library → Debian's package.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
ON_A_SCREEN = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
}
# What a command needs besides the program itself, by the extra of pyproject.toml.
EXTRAS = {"test": "dev", "lint": "dev", "check": "dev", "build": "build"}
LINT = (
    ["ruff", "format", "--check", "."],
    ["ruff", "check", "."],
    ["mypy"],
    ["vulture"],
)


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036
        print("Balcão needs Python 3.11 or newer; this is", sys.version.split()[0])
        return USAGE
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    set_up(EXTRAS.get(name, ""))
    missing = missing_libraries()
    if missing:
        print("A system library is missing. Install it with:")
        print("    sudo apt-get install -y", " ".join(missing))
        return USAGE
    if name not in EXTRAS:
        return run([str(PYTHON), "-m", "desktop", *arguments])
    if name == "build":
        return build(rest)
    codes = [run([str(PYTHON), "-m", *lint]) for lint in LINT] if name != "test" else []
    if name != "lint":
        codes.append(run([str(PYTHON), "-m", "pytest", *rest], QT_QPA_PLATFORM="offscreen"))
    return max(codes)


def set_up(extra: str) -> None:
    """A virtual environment with the project and an extra, made anew when pyproject.toml changed."""
    declared = (ROOT / "pyproject.toml").read_bytes() + sys.version.encode()
    mark = hashlib.sha256(declared).hexdigest()
    marks = MARK.read_text().split() if MARK.exists() and PYTHON.exists() else []
    if mark not in marks:
        marks = []
    elif not extra or extra in marks:
        return
    print("Setting up …", flush=True)
    if not marks:
        venv.create(VENV, clear=True, with_pip=has_pip())
    project = f"{ROOT}[{extra}]" if extra else str(ROOT)
    done = subprocess.run(
        [*pip(), "install", "--quiet", "--disable-pip-version-check", "-e", project], check=False
    )
    if done.returncode:
        print("The packages could not be installed; the lines above say why. Is the network there?")
        sys.exit(done.returncode)
    MARK.write_text(" ".join(dict.fromkeys([mark, *marks, *filter(None, [extra])])))


def has_pip() -> bool:
    """Whether this Python can put a pip into a new environment; Debian's cannot without python3-venv."""
    try:
        import ensurepip  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True


def pip() -> list[str]:
    """The command that runs pip for the environment: its own, or the system's."""
    if has_pip():
        return [str(PYTHON), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", str(PYTHON)]


def build(rest: list[str]) -> int:
    """Freezes the program with build.spec. A Python without a shared library cannot: the builder says so,
    and Debian has it in libpython3.x."""
    if sys.platform.startswith("linux") and shutil.which("objcopy") is None:
        print("A tool of the system is missing. Install it with:")
        print("    sudo apt-get install -y binutils")
        return USAGE
    quiet = ["--noconfirm", "--log-level", "ERROR"]
    code = run([str(PYTHON), "-m", "PyInstaller", *quiet, *rest, "build.spec"])
    if code == 0 and not rest:
        print("Built:", ROOT / "dist" / "balcao")
    return code


def missing_libraries() -> list[str]:
    if not sys.platform.startswith("linux"):
        return []
    wanted = dict(LIBRARIES)
    if os.environ.get("DISPLAY"):
        wanted |= ON_A_SCREEN
    return sorted({package for library, package in wanted.items() if not loads(library)})


def loads(library: str) -> bool:
    import ctypes  # noqa: PLC0415

    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def run(command: list[str], **environment: str) -> int:
    try:
        return subprocess.run(
            command, cwd=ROOT, env={**os.environ, **environment}, check=False
        ).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
