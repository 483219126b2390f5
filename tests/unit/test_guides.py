"""The guides for people at the counter say what the program says, word for word, in three languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from desktop.i18n import LANGUAGES
from tests.translations import load, sentences

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guide"
ROLES = ("clerk", "pickup-counter", "manager")
ONE_PAGE = 90
BOLD, LINK = re.compile(r"\*\*(.+?)\*\*"), re.compile(r"\]\(([^)#]+)\)")
GUIDES = [(language, role) for language in LANGUAGES for role in ROLES]


def text(language: str, role: str) -> str:
    return (GUIDE / language / f"{role}.md").read_text(encoding="utf-8")


@cache
def spoken(language: str) -> dict[str, str]:
    """Every text of the program, as this language says it, by its English source."""
    sources = [s for one in sentences() for s in ([one] if isinstance(one, str) else one)]
    if language == "en":
        return {source: source for source in sources}
    found: dict[str, str] = {}
    for message in load(language):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        words = message.string if isinstance(message.string, tuple) else (message.string,)
        found |= dict(zip(ids, words, strict=False))
    return found


def is_said(words: str, texts: dict[str, str]) -> bool:
    """Whether the program says `words`; what it fills in, a guide may fill in too."""
    if words in texts.values():
        return True
    patterns = (re.sub(r"\\\{\w+\\\}", ".+", re.escape(t)) for t in texts.values() if "{" in t)
    return any(re.fullmatch(pattern, words) for pattern in patterns if pattern != ".+")


def keys() -> dict[str, str]:
    """The keys of the program's table, each with its words; read without Qt."""
    tree = ast.parse((ROOT / "ui" / "actions.py").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Action":
            _name, marked, key = call.args
            found[marked.args[0].value] = as_printed(key.value)  # type: ignore[attr-defined]
    return found


def as_printed(key: str) -> str:
    for word, arrow in (("Left", "←"), ("Right", "→"), ("Up", "↑"), ("Down", "↓")):
        key = re.sub(rf"\b{word}$", arrow, key)
    return key


def strangers(guide: str, texts: dict[str, str]) -> Iterator[str]:
    """What is printed in bold and neither a key nor a text of the program."""
    known = {*keys().values(), "Enter"}
    for words in BOLD.findall(guide):
        if words not in known and not is_said(words, texts):
            yield words


@pytest.mark.parametrize(("language", "role"), GUIDES)
def test_what_is_bold_is_what_the_program_says(language, role):
    guide = text(language, role)
    assert len(BOLD.findall(guide)) > 20
    assert list(strangers(guide, spoken(language))) == []


def test_a_word_that_the_program_does_not_say_is_found():
    texts = spoken("en")
    assert list(strangers("Press **Acept**, then **F4**, **F44** or **Accept**.", texts)) == [
        "Acept", "F44",
    ]  # fmt: skip
    assert list(strangers("**Internet away 14 min.** **Internet gone 14 min.**", texts)) == [
        "Internet gone 14 min."
    ]
    assert list(strangers("**Aceitar**", texts)) == ["Aceitar"]


@pytest.mark.parametrize(("language", "role"), GUIDES)
def test_the_table_of_keys_is_the_program_s(language, role):
    texts = spoken(language)
    known = {(key, texts[source]) for source, key in keys().items()}
    rows = re.findall(r"^\| \*\*(.+?)\*\* \| \*\*(.+?)\*\* \|$", text(language, role), re.M)
    assert len(rows) > 5 and set(rows) <= known


@pytest.mark.parametrize("role", ROLES)
def test_the_languages_have_the_same_parts(role):
    shapes = {language: shape(text(language, role)) for language in LANGUAGES}
    assert len(set(shapes.values())) == 1, shapes


def shape(guide: str) -> tuple[str, ...]:
    """Headings, steps and rows in order, without their words."""
    heads = re.findall(r"^(#+ |\d+\. |\|)", guide, re.M)
    return tuple(heads)


@pytest.mark.parametrize(("language", "role"), GUIDES)
def test_a_guide_begins_with_three_things_and_fits_a_page(language, role):
    lines = text(language, role).splitlines()
    parts = [line for line in lines if line.startswith("## ")]
    daily = [line for line in lines if re.match(r"### \d\. ", line)]
    assert len(parts) == 3 and len(daily) == 3
    assert len(lines) <= ONE_PAGE


def test_every_link_leads_somewhere():
    pages = [GUIDE / "README.md", *GUIDE.glob("*/*.md")]
    assert len(pages) == 1 + len(GUIDES)
    for page in pages:
        targets = LINK.findall(page.read_text(encoding="utf-8"))
        assert targets
        assert [t for t in targets if not (page.parent / t).is_file()] == []


def test_the_index_names_every_guide():
    named = {(GUIDE / t).resolve() for t in LINK.findall((GUIDE / "README.md").read_text("utf-8"))}
    assert named == {(GUIDE / language / f"{role}.md").resolve() for language, role in GUIDES}
