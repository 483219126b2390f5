"""Reads the XML of an authorised NF-e or NFC-e (nfeProc, layout 4.00) without trusting it.

Sources: leiauteNFe_v4.00.xsd and tiposBasico_v4.00.xsd of the national NF-e portal. The signature is not
verified here: what is compared is the digest that was signed with the digest that was authorised.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from desktop.errors import UserError
from desktop.fiscal import access_key
from desktop.fiscal.access_key import AccessKey
from desktop.fiscal.foreign_files import NO_PROTOCOL, dangerous, refuse_format, refuse_root
from desktop.i18n import N_

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MAX_BYTES = 2 * 1024 * 1024  # the layout's 990 items come to about 1.7 MB
CURRENCY = "BRL"
PRODUCTION, TEST = 1, 2  # tpAmb

_NFE = "http://www.portalfiscal.inf.br/nfe"
_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
_NAMESPACES = {"n": _NFE, "s": _SIGNATURE}

_AUTHORISED = frozenset({100, 150})  # 150: authorised after the time allowed
_CANCELLED = frozenset({101, 151, 155})
_DENIED = frozenset({110, 205, 301, 302, 303})


@dataclass(frozen=True, slots=True)
class Party:
    """Who issues or receives: CNPJ, CPF or foreign id (empty when not given), name, IE and state."""

    document: str
    name: str
    state_registration: str
    state: str


@dataclass(frozen=True, slots=True)
class Item:
    """One product. `ean` is empty where the invoice says there is none; `total` (vProd) in centavos."""

    code: str
    ean: str
    description: str
    quantity: Decimal
    total: int


@dataclass(frozen=True, slots=True)
class FiscalDocument:
    """What an authorised invoice says.

    `issued_at` is aware UTC; `total` (vNF) in centavos of BRL; `status` the authority's cStat (100 or 150);
    `environment` tpAmb (PRODUCTION or TEST); `digest_matches` whether the signed digest is the authorised
    one; `sha256` the hash, in hex, of the bytes that were read. An NFC-e may have no `recipient`.
    """

    key: AccessKey
    issued_at: datetime
    issuer: Party
    recipient: Party | None = field(repr=False)  # a person's data: kept out of logs
    total: int
    protocol: str
    status: int
    environment: int
    digest_matches: bool
    items: tuple[Item, ...]
    sha256: str

    @property
    def model(self) -> str:
        return self.key.model

    @property
    def number(self) -> int:
        return self.key.number

    @property
    def series(self) -> int:
        return self.key.series


def read(data: bytes) -> FiscalDocument:
    """The authorised invoice in `data`, in any encoding the XML declares.

    Raises UserError for everything else, each with its own sentence: other formats and documents, events and
    cancellations, no protocol, denied, no signature, damaged, dangerous, more than MAX_BYTES.
    """
    root = _parse(data)
    refuse_root(root)
    protocol = _protocol(root)
    status = _authorised_status(protocol)
    reference = _signed_reference(root)
    invoice = _one(root, "n:NFe/n:infNFe")
    key = _key(invoice, protocol)
    return FiscalDocument(
        key=key,
        issued_at=_time(invoice, "n:ide/n:dhEmi"),
        issuer=_party(_one(invoice, "n:emit"), "n:enderEmit"),
        recipient=_recipient(invoice),
        total=_money(invoice, "n:total/n:ICMSTot/n:vNF"),
        protocol=_match(protocol, "n:nProt", r"[0-9]{15}|[0-9]{17}"),
        status=status,
        environment=_environment(invoice, protocol),
        digest_matches=_digest_matches(reference, protocol),
        items=_items(invoice),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _parse(data: bytes) -> Element:
    from lxml import etree  # noqa: PLC0415  (a start that reads no XML does not load it)

    if len(data) > MAX_BYTES:
        raise UserError(
            N_("This file has more than {limit} MB, too much for one invoice. Choose its XML."),
            limit=MAX_BYTES // 1024**2,
        )
    refuse_format(data)
    # Comments and processing instructions are dropped while parsing, so that one inside a number cannot
    # hide the digits behind it.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.LxmlError:
        raise UserError(
            N_("This XML is damaged or cut off. Ask the issuer for the original file.")
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise dangerous()
    return root


def _protocol(root: Element) -> Element:
    if root.find("n:protNFe", _NAMESPACES) is None:
        raise UserError(NO_PROTOCOL)
    return _one(root, "n:protNFe/n:infProt")


def _authorised_status(protocol: Element) -> int:
    status = int(_match(protocol, "n:cStat", "[0-9]{3,4}"))
    if status in _CANCELLED:
        raise UserError(
            N_("This invoice was cancelled (status {status}). Choose the XML of a valid one."),
            status=status,
        )
    if status in _DENIED:
        raise UserError(
            N_("The tax authority denied this invoice (status {status}). Issue another one."),
            status=status,
        )
    if status not in _AUTHORISED:
        raise UserError(
            N_(
                "The tax authority did not authorise this invoice (status {status}). "
                "Mend it where it was issued, then choose the authorised XML."
            ),
            status=status,
        )
    return status


def _signed_reference(root: Element) -> Element:
    if root.find("n:NFe/s:Signature", _NAMESPACES) is None:
        raise UserError(
            N_("This XML carries no digital signature. Ask the issuer for the original file.")
        )
    return _one(root, "n:NFe/s:Signature/s:SignedInfo/s:Reference")


def _key(invoice: Element, protocol: Element) -> AccessKey:
    """The key of the Id attribute; the protocol and the fields of `ide` must name the same."""
    text = invoice.get("Id", "").removeprefix("NFe")
    try:
        key = access_key.parse(text)
    except UserError:
        raise _damaged("infNFe/@Id") from None
    if key.text != text:
        raise _damaged("infNFe/@Id")
    if _text(_one(protocol, "n:chNFe")) != key.text:
        raise UserError(
            N_("The protocol in this XML belongs to another invoice. Ask for the original file.")
        )
    parts = {"cUF": key.uf, "mod": key.model, "serie": str(key.series), "nNF": str(key.number)}
    for name, value in parts.items():
        if _text(_one(invoice, f"n:ide/n:{name}")) != value:
            raise _damaged(f"ide/{name}")
    return key


def _environment(invoice: Element, protocol: Element) -> int:
    issued = _match(invoice, "n:ide/n:tpAmb", "[12]")
    if _match(protocol, "n:tpAmb", "[12]") != issued:
        raise _damaged("tpAmb")
    return int(issued)


def _digest_matches(reference: Element, protocol: Element) -> bool:
    authorised = protocol.find("n:digVal", _NAMESPACES)  # the layout leaves it optional
    return authorised is not None and _text(authorised) == _text(_one(reference, "s:DigestValue"))


def _recipient(invoice: Element) -> Party | None:
    if invoice.find("n:dest", _NAMESPACES) is None:
        return None
    return _party(_one(invoice, "n:dest"), "n:enderDest")


def _party(element: Element, address: str) -> Party:
    documents = (_optional(element, f"n:{name}") for name in ("CNPJ", "CPF", "idEstrangeiro"))
    return Party(
        document=next(filter(None, documents), ""),
        name=_optional(element, "n:xNome"),
        state_registration=_optional(element, "n:IE"),
        state=_optional(element, f"{address}/n:UF"),
    )


def _items(invoice: Element) -> tuple[Item, ...]:
    products = invoice.findall("n:det/n:prod", _NAMESPACES)
    if not products:
        raise _damaged("det/prod")
    return tuple(_item(product) for product in products)


def _item(product: Element) -> Item:
    ean = _optional(product, "n:cEAN")
    return Item(
        code=_text(_one(product, "n:cProd")),
        ean=ean if re.fullmatch("[0-9]+", ean) else "",  # the layout writes "SEM GTIN" for none
        description=_text(_one(product, "n:xProd")),
        quantity=Decimal(_match(product, "n:qCom", r"[0-9]{1,11}(\.[0-9]{1,4})?")),
        total=_money(product, "n:vProd"),
    )


def _money(element: Element, path: str) -> int:
    """Centavos, by characters: TDec_1302 has no or two decimals."""
    whole, _, cents = _match(element, path, r"[0-9]{1,13}(\.[0-9]{2})?").partition(".")
    return int(whole) * 100 + int(cents or "0")


def _time(element: Element, path: str) -> datetime:
    shape = r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}"
    try:
        return datetime.fromisoformat(_match(element, path, shape)).astimezone(UTC)
    except ValueError:
        raise _damaged(_plain(path)) from None


def _match(element: Element, path: str, pattern: str) -> str:
    text = _text(_one(element, path))
    if not re.fullmatch(pattern, text):
        raise _damaged(_plain(path))
    return text


def _optional(element: Element, path: str) -> str:
    return "" if element.find(path, _NAMESPACES) is None else _text(_one(element, path))


def _one(element: Element, path: str) -> Element:
    """The only element at `path`: one that stands twice could mean either."""
    found = element.findall(path, _NAMESPACES)
    if len(found) != 1:
        raise _damaged(_plain(path))
    return found[0]


def _text(element: Element) -> str:
    """The whole text of a leaf, its blanks made single. A child element would hide what follows it."""
    if len(element):
        raise _damaged(_plain(element.tag))
    return " ".join((element.text or "").split())


def _plain(path: str) -> str:
    return re.sub(r"\{.*?\}|\b[ns]:", "", path)


def _damaged(element: str) -> UserError:
    return UserError(
        N_(
            "In this XML “{element}” is missing or not as the layout asks. "
            "Ask the issuer for the original file."
        ),
        element=element,
    )
