"""Vendure's refusals in words: a result with an `errorCode`, whose own message may be an untranslated key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from desktop.connectors._answers import clean
from desktop.errors import PlatformRefused
from desktop.i18n import N_

Json = dict[str, Any]


def refusal(result: Json) -> PlatformRefused:
    """The error that a result of a mutation is."""
    code = clean(str(result.get("errorCode")))
    worded = _WORDED.get(code)
    text, values = worded(result) if worded else (N_("The platform refused: {reason}"), {})
    return PlatformRefused(text, 200, code, **({"reason": _said(result, code)} | values))


def _said(result: Json, code: str) -> str:
    """The most that the platform says of it. Its keys (`errorResult.…`) tell a person nothing."""
    for name in ("paymentErrorMessage", "transitionError", "fulfillmentHandlerError", "message"):
        said = clean(str(result.get(name) or ""))
        if said and " " in said:
            return said
    return code


_Worded = Callable[[Json], tuple[str, dict[str, object]]]


def _stock(result: Json) -> tuple[str, dict[str, object]]:
    text = N_(
        "The platform has only {n} of “{name}” in stock. Correct its stock there, then send this again."
    )
    name, count = result.get("productVariantName"), result.get("stockOnHand")
    return text, {"name": clean(str(name or "?")), "n": clean(str(count))}


def _fulfilled(_result: Json) -> tuple[str, dict[str, object]]:
    return N_("The platform has put these goods into another shipment already. Look there."), {}


def _payment(_result: Json) -> tuple[str, dict[str, object]]:
    return N_("The payment could not be collected: {reason}"), {}


_WORDED: Mapping[str, _Worded] = {
    "INSUFFICIENT_STOCK_ON_HAND_ERROR": _stock,
    "ITEMS_ALREADY_FULFILLED_ERROR": _fulfilled,
    "SETTLE_PAYMENT_ERROR": _payment,
}
