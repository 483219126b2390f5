"""The catalogues: `python -m tests.translations` collects the sentences and rewrites them.

New sentences enter each .po untranslated, gone ones leave, and the .mo files that the program reads are
compiled. English is the source and needs no catalogue.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "resources" / "translations"
ROOMS = ("desktop", "printing", "ui")
LANGUAGES = ("pt_BR", "es")
ONE = {"N_", "_", "tr"}
MANY = {"tr_n", "ngettext"}


def sentences() -> dict[str | tuple[str, str], set[str]]:
    """Every marked sentence (a pair for one and many) and the files it stands in."""
    found: dict[str | tuple[str, str], set[str]] = {}
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            for sentence in _marked(ast.parse(file.read_text(encoding="utf-8"))):
                found.setdefault(sentence, set()).add(str(file.relative_to(ROOT)))
    return found


def _marked(tree: ast.AST) -> Iterator[str | tuple[str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        texts = [
            a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
        ]
        if node.func.id in ONE and texts and texts[0]:
            yield texts[0]
        elif node.func.id in MANY and len(texts) >= 2:
            yield texts[0], texts[1]


def load(language: str) -> Catalog:
    file = FOLDER / language / "LC_MESSAGES" / "balcao.po"
    if not file.exists():
        return _empty(language)
    with file.open("rb") as stream:
        return read_po(stream, locale=language)


def update(language: str) -> Catalog:
    """The catalogue of a language with exactly today's sentences, translations kept."""
    old, new = load(language), _empty(language)
    for sentence, files in sorted(sentences().items(), key=lambda pair: str(pair[0])):
        known = old.get(sentence[0] if isinstance(sentence, tuple) else sentence)
        text = known.string if known is not None and known.id == sentence else ""
        if isinstance(sentence, tuple) and not text:
            text = ("", "")
        new.add(sentence, text, locations=[(name, None) for name in sorted(files)])
    return new


def _empty(language: str) -> Catalog:
    return Catalog(
        locale=language,
        project="Balcão",
        copyright_holder="the Balcão authors",
        charset="utf-8",
        fuzzy=False,
    )


def po_bytes(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, width=100, omit_header=False, sort_output=True, include_lineno=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    return "".join(
        line for line in lines if "-Date:" not in line and "Generated-By" not in line
    ).encode()


def mo_bytes(catalog: Catalog) -> bytes:
    # A date in the header would make every compilation another one.
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def main() -> None:
    for language in LANGUAGES:
        folder = FOLDER / language / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        catalog = update(language)
        (folder / "balcao.po").write_bytes(po_bytes(catalog))
        (folder / "balcao.mo").write_bytes(mo_bytes(load(language)))
        missing = sum(1 for m in catalog if m.id and not any(m.string))
        print(f"{language}: {len(catalog)} sentences, {missing} without translation")


if __name__ == "__main__":
    main()
