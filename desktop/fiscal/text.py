"""An XML file as text, for whoever takes text and not bytes."""

from __future__ import annotations

import codecs
import re

_DECLARATION = re.compile(r"\s*<\?xml\s[^>]*\?>\s*")
_ENCODING = re.compile(rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")


def as_text(xml: bytes) -> str:
    """The file word for word; "" when its encoding is not known (XML 1.0, appendix F).

    Where it is not UTF-8 the declaration is left out: it would name an encoding the text has no more.
    """
    encoding = _encoding(xml)
    try:
        text = xml.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        return ""
    return text if encoding == "utf-8-sig" else _DECLARATION.sub("", text, count=1)


def _encoding(xml: bytes) -> str:
    if xml.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = _ENCODING.match(xml.removeprefix(codecs.BOM_UTF8))
    name = declared[1].decode().lower() if declared else "utf-8"
    return "utf-8-sig" if name in {"utf-8", "utf8"} else name
