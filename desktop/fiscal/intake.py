"""Checks an invoice against the order it is for, before anything is written."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from desktop.errors import UserError
from desktop.fiscal.access_key import MODELS, AccessKey
from desktop.fiscal.documents import normalize
from desktop.fiscal.xml import CURRENCY, PRODUCTION, FiscalDocument
from desktop.i18n import N_, money
from desktop.order import Invoice

MAX_NUMBER_CHARACTERS = 30


@dataclass(frozen=True, slots=True)
class PlainNumber:
    """An invoice of a country without access keys. `document` says of which kind it is."""

    number: str
    document: str = ""


def check_invoice(
    source: FiscalDocument | AccessKey | PlainNumber,
    *,
    order_total: int,
    currency: str,
    tolerance: int = 0,
    issuers: Collection[str] = (),
    used_by: str | None = None,
    total: int | None = None,
    training: bool = False,
) -> Invoice:
    """The order's invoice, when `source` may be one.

    `order_total`, `tolerance` and `total` are minor units of `currency` (ISO 4217). `total` is what a person
    says the invoice comes to; without it a key or a plain number, which carry no sum, take the order's. An
    XML's own total always counts. `issuers` are the tax numbers that may sell for this store (empty: any);
    a plain number names no issuer. `used_by` is the number of the order that already has this invoice.
    Only in `training` an invoice of the test environment is taken.

    Raises UserError, one sentence each: bad number, used, test environment, altered, issuer, currency, total.
    """
    invoice = _invoice(source, order_total if total is None else total)
    if used_by is not None:
        raise UserError(
            N_("Invoice {number} already belongs to order {order}. Check which order it is for."),
            number=invoice.number,
            order=used_by,
        )
    if isinstance(source, FiscalDocument):
        _check_genuine(source, training)
    if not isinstance(source, PlainNumber):
        _check_issuer(source, issuers)
        _check_currency(currency)
    _check_total(invoice.total, order_total, tolerance, currency)
    return invoice


def _invoice(source: FiscalDocument | AccessKey | PlainNumber, total: int) -> Invoice:
    if isinstance(source, PlainNumber):
        number = _checked_number(source.number)
        return Invoice(number=number, total=total, source="number", document=source.document)
    key = source if isinstance(source, AccessKey) else source.key
    named = Invoice(
        number=str(key.number),
        series=str(key.series),
        key=key.text,
        total=total,
        source="key",
        document=MODELS[key.model],
    )
    return named if isinstance(source, AccessKey) else _with_facts(named, source)


def _with_facts(invoice: Invoice, document: FiscalDocument) -> Invoice:
    return replace(
        invoice,
        total=document.total,
        issued_at=document.issued_at,
        protocol=document.protocol,
        source="xml",
        xml_hash=document.sha256,
    )


def _checked_number(text: str) -> str:
    """Letters, digits and hyphens. VTEX takes "/", "#" and blanks, then answers 404 to the tracking call,
    because the number stands in its URL (vtexdocs, known issues)."""
    number = text.strip()
    if not number:
        raise UserError(N_("The invoice number is missing. Type it as printed on the invoice."))
    if len(number) > MAX_NUMBER_CHARACTERS:
        raise UserError(
            N_("An invoice number has at most {limit} characters. Type only the number."),
            limit=MAX_NUMBER_CHARACTERS,
        )
    wrong = re.search(r"[^0-9A-Za-z-]", number)
    if wrong:
        raise UserError(
            N_(
                "The invoice number may have only letters, digits and hyphens; platforms lose orders "
                "over “{character}”. Type it without."
            ),
            character=wrong[0],
        )
    return number


def _check_genuine(document: FiscalDocument, training: bool) -> None:
    if document.environment != PRODUCTION and not training:
        raise UserError(
            N_(
                "Invoice {number} is from the test environment and has no fiscal value. "
                "Issue it in production."
            ),
            number=document.number,
        )
    if not document.digest_matches:
        raise UserError(
            N_(
                "The content of invoice {number} is not what the tax authority authorised. "
                "Ask the issuer for the original file."
            ),
            number=document.number,
        )


def _check_issuer(source: FiscalDocument | AccessKey, issuers: Collection[str]) -> None:
    document = source.issuer if isinstance(source, AccessKey) else source.issuer.document
    # A CPF stands in a key with zeros in front.
    if issuers and document.zfill(14) not in {normalize(one).zfill(14) for one in issuers}:
        raise UserError(
            N_(
                "This invoice was issued by {issuer}, which does not sell for this store. "
                "Check that it is the right invoice, or add the issuer in the settings."
            ),
            issuer=document,
        )


def _check_currency(currency: str) -> None:
    if currency != CURRENCY:
        raise UserError(
            N_(
                "An NF-e or NFC-e is always in {invoice_currency}, but this order is in {currency}. "
                "Check that it is the right order."
            ),
            invoice_currency=CURRENCY,
            currency=currency,
        )


def _check_total(total: int, order_total: int, tolerance: int, currency: str) -> None:
    if abs(total - order_total) > tolerance:
        raise UserError(
            N_(
                "The invoice comes to {invoice_total} and the order to {order_total}. "
                "Check that it is the right invoice."
            ),
            invoice_total=money(total, currency),
            order_total=money(order_total, currency),
        )
