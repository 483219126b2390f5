"""The arrows of the architecture, read from every import: ui → printing → desktop, and each driver in
its one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("desktop", "printing", "ui", "resources")
# What builds the program is no part of it.
BUILDER = ROOT / "resources" / "packaging"
FILES = sorted(
    path for room in ROOMS for path in (ROOT / room).rglob("*.py") if BUILDER not in path.parents
)

# What only some files may import: (package, the paths that may).
DRIVERS = {
    "requests": ("desktop/connectors/http.py",),
    "urllib3": ("desktop/connectors/_wire.py",),
    "sqlalchemy": ("desktop/store/",),
    "alembic": ("desktop/store/",),
    "sqlite3": ("desktop/store/",),
    "psycopg": ("desktop/store/",),
    "escpos": ("printing/languages/",),
    "reportlab": ("printing/languages/",),
    "lxml": ("desktop/fiscal/",),
    "keyring": ("desktop/secrets.py",),
    "cryptography": ("desktop/secrets.py",),
    "xlsxwriter": ("desktop/sheet.py",),
    "PySide6": ("ui/",),
}
# What a room may not import; `__main__` joins everything.
FORBIDDEN = {
    "desktop": ("printing", "ui"),
    "printing": ("ui",),
    "resources": ("desktop", "printing", "ui"),
}
PURE = ("desktop/order.py", "desktop/errors.py", "desktop/fields.py", "desktop/journey/")
# The sandbox is the other side of the line: it knows nothing of the till's own domain.
STRANGER = "desktop/sandbox/"


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """(line, module) of every import, wherever it stands; relative ones made absolute."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (start, node.module) if part)
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and _is_import_call(node):
            argument = node.args[0] if node.args else None
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield node.lineno, argument.value


def _is_import_call(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in {"import_module", "__import__"}


def faults(path: Path) -> list[str]:
    where = path.relative_to(ROOT).as_posix()
    room = where.split("/")[0]
    found = []
    for line, module in imports(path):
        top = module.split(".")[0]
        allowed = DRIVERS.get(top)
        if allowed is not None and not any(where.startswith(one) for one in allowed):
            found.append(f"{where}:{line} imports {top}, which is for {', '.join(allowed)}")
        if top in FORBIDDEN.get(room, ()) and where != "desktop/__main__.py":
            found.append(f"{where}:{line} imports {top}: the arrow goes the other way")
        if any(where.startswith(one) for one in PURE) and _impure(module):
            found.append(f"{where}:{line} imports {module}: this room is pure")
        if (
            where.startswith(STRANGER)
            and module.startswith("desktop.")
            and STRANGER[:-1].replace("/", ".") not in module
        ):
            found.append(f"{where}:{line} imports {module}: the sandbox is the other side")
        if top == "tests":
            found.append(f"{where}:{line} imports the tests")
    return found


def _impure(module: str) -> bool:
    top = module.split(".", maxsplit=1)[0]
    outside = {"threading", "socket", "sqlite3", "os", "pathlib", "time", "subprocess", "logging"}
    rooms = (
        "desktop.store",
        "desktop.work",
        "desktop.sync",
        "desktop.connectors",
        "desktop.secrets",
    )
    return top in outside or module.startswith(rooms)


def test_there_is_something_to_read():
    assert len(FILES) > 60
    assert {path.relative_to(ROOT).parts[0] for path in FILES} == set(ROOMS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_follow_the_arrows(path):
    assert faults(path) == []


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("desktop/work.py", "import requests"),
        ("desktop/work.py", "def f():\n    from sqlalchemy import select"),
        ("desktop/work.py", "from PySide6.QtCore import QObject"),
        ("desktop/sync.py", "from printing import jobs"),
        ("desktop/sync.py", "import importlib\nimportlib.import_module('ui.app')"),
        ("printing/jobs.py", "from ui import bridge"),
        ("printing/documents/label.py", "import reportlab.pdfgen"),
        ("desktop/order.py", "from desktop.store import orders"),
        ("desktop/journey/path.py", "import os"),
        ("desktop/sandbox/oms.py", "from desktop import order"),
        ("desktop/store/body.py", "from ..connectors import http\nfrom tests import fakes"),
    ],
)
def test_a_wrong_import_would_be_found(where, code, tmp_path, monkeypatch):
    monkeypatch.setattr("tests.test_layers.ROOT", tmp_path)
    path = tmp_path / where
    path.parent.mkdir(parents=True)
    path.write_text(code, encoding="utf-8")
    assert faults(path)
