"""The catalogues hold every sentence of the code, whole, with the same placeholders, and compiled."""

from __future__ import annotations

import string

import pytest
from babel.messages import Message

from tests import translations


def _texts(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [message.string]


def _placeholders(text: str) -> set[tuple[str, str | None, str | None]]:
    """Names with their formats: where these differ the program shows the English sentence."""
    return {(name, spec, how) for _, name, spec, how in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_catalogue_has_exactly_the_sentences_of_the_code(language: str) -> None:
    known = {message.id for message in translations.load(language) if message.id}
    assert known == set(translations.sentences()), "run python -m tests.translations"


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    missing = [m.id for m in translations.load(language) if m.id and not all(_texts(m))]
    assert missing == []


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_placeholders_are_those_of_the_source(language: str) -> None:
    for message in translations.load(language):
        if not message.id:
            continue
        source = message.id[-1] if isinstance(message.id, tuple) else message.id
        for text in _texts(message):
            assert _placeholders(text) <= _placeholders(source), text
        assert _placeholders(_texts(message)[-1]) == _placeholders(source), source


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_compiled_catalogue_is_the_written_one(language: str) -> None:
    compiled = translations.FOLDER / language / "LC_MESSAGES" / "balcao.mo"
    assert compiled.read_bytes() == translations.mo_bytes(translations.load(language))
