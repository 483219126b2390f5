"""Names the files that people choose in place of an invoice's XML, each with its own sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.errors import UserError
from desktop.i18n import N_

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_NFE = "{http://www.portalfiscal.inf.br/nfe}"
_CANCELLING = frozenset({"110111", "110112"})  # tpEvento; 110112 replaces an NFC-e by another
_CORRECTION = "110110"

NO_PROTOCOL = N_(
    "This invoice has no authorisation protocol yet. Wait until it is authorised, then choose the XML "
    "that carries the protocol."
)

_FORMATS = (
    (
        b"PK\x03\x04",
        N_("This is a ZIP file. Unpack it, then choose the XML of the invoice inside."),
    ),
    (b"%PDF", N_("This is a PDF, which is only the printed form. Choose the XML of the invoice.")),
    (
        b"\x1f\x8b",
        N_("This is a packed file (gzip). Unpack it, then choose the XML of the invoice."),
    ),
    (b"Rar!", N_("This is a RAR file. Unpack it, then choose the XML of the invoice inside.")),
    (b"\x89PNG", N_("This is a picture. Choose the XML of the invoice.")),
    (b"\xff\xd8\xff", N_("This is a picture. Choose the XML of the invoice.")),
)

# By root element in the NF-e namespace.
_NFE_ROOTS = {
    "NFe": NO_PROTOCOL,
    "enviNFe": N_(
        "This is the batch sent to the tax authority, without its answer. Choose the authorised XML."
    ),
    "resNFe": N_("This is only the summary of an invoice. Choose its full XML."),
    "inutNFe": N_("This file voids unused invoice numbers. Choose the XML of an invoice."),
    "procInutNFe": N_("This file voids unused invoice numbers. Choose the XML of an invoice."),
    "ProcInutNFe": N_("This file voids unused invoice numbers. Choose the XML of an invoice."),
}
_EVENT_ROOTS = frozenset({"procEventoNFe", "procEvento", "evento", "envEvento", "resEvento"})

# By a part of the namespace, or by the root's name where a format has none.
_OTHER_KINDS = (
    ("portalfiscal.inf.br/cte", N_("a carrier's CT-e")),
    ("portalfiscal.inf.br/mdfe", N_("a carrier's MDF-e")),
    ("portalfiscal.inf.br/nfcom", N_("a telecommunication bill (NFCom)")),
    ("portalfiscal.inf.br/nf3e", N_("an energy bill (NF3e)")),
    ("portalfiscal.inf.br/bpe", N_("a ticket (BP-e)")),
    ("nfse", N_("a service invoice (NFS-e)")),
    ("{}CFe", N_("a SAT receipt (CF-e)")),
    ("sat.gob.mx/cfd", N_("a Mexican CFDI")),
    ("oasis:names:specification:ubl", N_("an invoice in UBL, as Colombia uses")),
    ("xhtml", N_("a web page")),
    ("{}html", N_("a web page")),
)


def refuse_format(data: bytes) -> None:
    """Raises UserError when the first bytes show an empty file, another format, a web page or a DTD."""
    head = (
        data.lstrip()[:4096].replace(b"\0", b"").lower()
    )  # NULs: the head of UTF-16 reads as ASCII
    if not head.strip():
        raise UserError(N_("This file is empty. Choose the XML of the invoice."))
    for magic, sentence in _FORMATS:
        if data.startswith(magic):
            raise UserError(sentence)
    if b"<!doctype html" in head or b"<html" in head:
        raise _other(N_("a web page"))
    if b"<!doctype" in head:
        raise dangerous()
    if b"<" not in head:
        raise UserError(N_("This file is not XML. Choose the XML of the invoice."))


def refuse_root(root: Element) -> None:
    """Raises UserError, naming what was chosen, unless the root is an NF-e with room for a protocol."""
    name = root.tag.removeprefix(_NFE)
    if name == "nfeProc":
        return
    if name in _EVENT_ROOTS:
        raise _event(root)
    if name in _NFE_ROOTS:
        raise UserError(_NFE_ROOTS[name])
    tag = root.tag if root.tag.startswith("{") else "{}" + root.tag
    for part, kind in _OTHER_KINDS:
        if part.lower() in tag.lower():
            raise _other(kind)
    raise UserError(
        N_("This XML (“{name}”) is not an invoice that Balcão knows. Choose an NF-e or NFC-e."),
        name=tag.partition("}")[2][:40],
    )


def dangerous() -> UserError:
    """The refusal of a file that could make the parser fetch or grow something."""
    return UserError(
        N_(
            "This XML has a document type definition, which no invoice has and which can do harm. "
            "It was not read; ask the issuer for the original file."
        )
    )


def _event(root: Element) -> UserError:
    kind = next((e.text or "" for e in root.iter(_NFE + "tpEvento")), "")
    key = next((e.text or "" for e in root.iter(_NFE + "chNFe")), "")
    number = key[25:34].lstrip("0")
    if kind in _CANCELLING:
        return UserError(
            N_(
                "This file is the cancellation of invoice {number}, so that invoice is no longer "
                "valid. Choose the XML of the one that replaces it."
            ),
            number=number,
        )
    if kind == _CORRECTION:
        return UserError(
            N_(
                "This file is a correction letter (CC-e) of invoice {number}. "
                "Choose the XML of the invoice itself."
            ),
            number=number,
        )
    return UserError(
        N_(
            "This file is an event ({kind}) of invoice {number}, not the invoice. "
            "Choose the XML of the invoice itself."
        ),
        kind=kind[:6],
        number=number,
    )


def _other(kind: str) -> UserError:
    return UserError(
        N_("This file is {kind}, not an NF-e or NFC-e. Choose the XML of the invoice."), kind=kind
    )
