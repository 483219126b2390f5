"""XML files as text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.fiscal.text import as_text

BODY = "<nota><nome>Conceição</nome></nota>"


@pytest.mark.parametrize(
    "head", ["", '<?xml version="1.0"?>', "<?xml version='1.0' encoding='UTF-8'?>\r\n"]
)
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_utf_8_stays_word_for_word(head: str, mark: bytes) -> None:
    assert as_text(mark + (head + BODY).encode()) == head + BODY


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252", "utf-16"])
def test_any_other_encoding_loses_its_declaration_only(encoding: str) -> None:
    head = f"<?xml version='1.0' encoding = \"{encoding}\" standalone='yes'?>\n"
    assert as_text((head + BODY).encode(encoding)) == BODY


@pytest.mark.parametrize(
    "data",
    [b"\xff\xff", b"<?xml version='1.0' encoding='klingon'?><a/>", "<a>é</a>".encode("cp1252"),
     b"<?xml version='1.0' encoding='base64'?><a/>", codecs.BOM_UTF16_LE + b"\x00"],
)  # fmt: skip
def test_what_cannot_be_read_is_empty(data: bytes) -> None:
    assert as_text(data) == ""


@given(st.binary() | st.binary().map(lambda data: b"<?xml version='1.0' encoding='" + data))
def test_no_bytes_raise(data: bytes) -> None:
    assert isinstance(as_text(data), str)
