"""Vendure, an open shop server: its GraphQL admin API, lists in, fulfilments and payments out.

Facts and rules: the type definitions of `@vendure/core` 3 and what a running server does with them.
Vendure knows neither an accepted nor a packed order, and tells nobody of a change: orders that are open
here are read again now and then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import urlsplit

from desktop.connectors import (
    Connector,
    How,
    Outcome,
    Pulled,
    Push,
    RemoteOrder,
    Repeat,
    Told,
    Unreadable,
    Word,
)
from desktop.connectors import _vendure_queries as queries
from desktop.connectors._clock import check_clock, clock_warning
from desktop.connectors._vendure_body import Document, read
from desktop.connectors._vendure_list import Cursor
from desktop.connectors._vendure_push import Sending, confirms
from desktop.connectors._vendure_session import Broken, Credentials, Failed, Session
from desktop.connectors._vendure_words import READY, WORDS, shop
from desktop.connectors.http import Http, TooLarge, as_sentence, parse_json
from desktop.errors import PlatformAway, PlatformError, PlatformRefused, UserError
from desktop.fields import Field
from desktop.i18n import N_
from desktop.journey import Step

_READ = "ReadOrder"
_POOL = 12
_KEPT_RAW = 2_000_000
_ORDER_ID = re.compile(r"[\w-]{1,100}", re.ASCII)
_NOBODY = "balcao-check"


class Vendure:
    """One channel of a Vendure server. See `desktop.connectors.Connector` for what each call promises."""

    title: ClassVar[str] = "Vendure"
    recheck_s: ClassVar[float] = 300.0
    fields: ClassVar[tuple[Field, ...]] = (
        Field("url", N_("Address of the admin API"), required=True, hint="https://SHOP/admin-api"),
        Field("user", N_("User name"), hint=N_("An administrator with the rights ReadOrder and UpdateOrder")),
        Field("password", N_("Password"), secret=True),
        Field("key", N_("API key"), secret=True, hint=N_("Instead of user name and password; slower")),
        Field("channel", N_("Token of the channel"), hint=N_("The default channel when empty")),
        Field(
            "pickup", N_("Shipping methods for pickup"),
            hint=N_("Codes with commas between; all others are deliveries"),
        ),
        Field(
            "on_delivery", N_("Payment methods paid at the door"),
            hint=N_("Codes with commas between; the store records their money"),
        ),
        Field(
            "transfer", N_("Payment methods by transfer"),
            hint=N_("Codes with commas between; the store records their money"),
        ),
        Field(
            "ready", N_("Fulfilment state “ready for pickup”"), default=READY,
            hint=N_("As the shop has named it; a plain Vendure has none"),
        ),
        Field(
            "invoice_number", N_("Order field of the invoice number"),
            hint=N_("A custom field of the shop; a note is written when empty"),
        ),
        Field("invoice_key", N_("Order field of the access key"), hint=N_("A custom field of the shop")),
        Field("document", N_("Order field of the buyer's document"), hint=N_("A custom field of the shop")),
        Field("ean", N_("Product field of the barcode"), hint=N_("A custom field of the product variants")),
        Field(
            "weight", N_("Product field of the weight"),
            hint=N_("A custom field of the product variants, in grams"),
        ),
    )  # fmt: skip
    words: ClassVar[tuple[Word, ...]] = WORDS
    # A tracking code can be given only when a fulfilment is made, so nothing is made before the goods go.
    # Notes can be read back here, hence COMPARE.
    tells: ClassVar[Mapping[Step, Told]] = {
        Step.RECORD_PAYMENT: Told(How.NATIVE),
        Step.ACCEPT: Told(How.NONE),
        Step.PREPARE: Told(How.NONE),
        Step.INVOICE: Told(How.NATIVE),
        Step.PACK: Told(How.NONE),
        Step.SHIP: Told(How.NATIVE),
        Step.READY: Told(How.NATIVE),
        Step.TRANSIT: Told(How.NONE),
        Step.PROBLEM: Told(How.NOTE, Repeat.COMPARE),
        Step.DELIVER: Told(How.NATIVE),
        Step.HAND_OVER: Told(How.NATIVE),
        Step.FINALIZE: Told(How.WITH, along=Step.DELIVER),
        Step.HOLD: Told(How.NONE),
        Step.RELEASE: Told(How.NONE),
        Step.CANCEL: Told(How.NATIVE),
        Step.TAKE_BACK: Told(How.NOTE, Repeat.COMPARE),
        Step.REFUND: Told(How.NATIVE),
    }

    def __init__(
        self,
        connection: str,
        url: str = "",
        user: str = "",
        password: str = "",
        key: str = "",
        channel: str = "",
        pickup: str = "",
        on_delivery: str = "",
        transfer: str = "",
        ready: str = READY,
        transport: Callable[..., Http] = Http,
        **custom: str,
    ) -> None:
        """Raises UserError (with the field) for an address, a name or credentials that cannot be."""
        if not key and not (user and password):
            raise UserError(
                N_("“{label}” is missing. Fill it in."),
                field="password" if user else "user",
                label=N_("Password") if user else N_("User name"),
            )
        self._connection = connection
        self._shop = shop(pickup, on_delivery, transfer, ready, custom)
        http = transport(_whole(url), {"Accept": "application/json", "Content-Type": "application/json"},
                         pool=_POOL)  # fmt: skip
        self._session = Session(http, Credentials(user, password, key, channel))

    # ---- the account

    def check(self) -> None:
        """Asks for an order that does not exist, by each name that the settings give, and wants to write
        a note to it: the answers tell what is missing."""
        nobody = {"take": 1, "filter": {"code": {"eq": _NOBODY}}}
        try:
            self._page(queries.page_of_orders(self._shop), nobody)
        except PlatformRefused as error:
            raise self._explained(error) from None
        except Broken:
            raise self._no_vendure(200) from None
        with suppress(PlatformRefused, Failed):  # there is no such order
            note = {"id": _NOBODY, "note": "Balcão", "isPublic": False}
            self._session.write(queries.ADD_NOTE, input=note)
        check_clock(self._session.http.skew_s)

    def _explained(self, error: PlatformRefused) -> PlatformRefused:
        """A question that this server does not understand: a wrong name, or no Vendure at all."""
        said = str(error.values.get("reason", ""))
        named = (*self._shop.order_fields, *self._shop.product_fields)
        wrong = next((name for name in named if f'"{name}"' in said), "")
        if wrong:
            text = N_("The shop has no custom field “{name}”. Check its name in the settings.")
            return PlatformRefused(text, error.status, error.code, name=wrong)
        return error if error.status == 200 else self._no_vendure(error.status)

    def _no_vendure(self, status: int) -> PlatformRefused:
        text = N_("{host} answers, but not as Vendure does. Check the address.")
        return PlatformRefused(text, status, host=self._session.http.host)

    def warning(self) -> PlatformError | None:
        return clock_warning(self._session.http.skew_s)

    # ---- orders

    def pull(self, cursor: str) -> Pulled:
        """Up to 100 orders that were placed or changed, or that wait for the store."""
        at = Cursor.read(cursor)
        options = at.options()
        try:
            query = queries.page_of_orders(self._shop)
            rows, answered = self._page(query, options)
            found = [self._read_row(row) for row in rows]
        except (Failed, TooLarge, PlatformRefused) as error:
            # One sick order spoils the answer of a whole page.
            rows, answered = self._page(queries.PAGE_OF_IDS, options)
            if not rows:
                raise error from None
            found = self._one_by_one(rows)
        following = at.following(rows, answered)
        return Pulled(
            tuple(one for one in found if isinstance(one, RemoteOrder)),
            tuple(one for one in found if isinstance(one, Unreadable)),
            str(following),
            more=not following.is_whole,
        )

    def acknowledge(self, receipt: Any) -> None:
        """Nothing to say: Vendure's lists are not used up by reading them."""

    def read(self, remote_id: str) -> tuple[RemoteOrder, ...]:
        return (self._document(remote_id).remote,)

    def push(self, push: Push) -> Outcome:
        return Sending(self._session, self._shop, self._document, push).outcome()

    def confirms(self, push: Push, remote: RemoteOrder) -> bool:
        return confirms(push, self._parsed(parse_json(remote.raw)), self._shop)

    def close(self) -> None:
        self._session.http.close()

    def _page(self, query: str, options: dict[str, Any]) -> tuple[list[Any], Any]:
        data, answered = self._session.read_at(query, _READ, options=options)
        orders = data.get("orders")
        rows = orders.get("items") if isinstance(orders, dict) else None
        # Rows that are no orders would move the cursor past those that are.
        if not isinstance(rows, list) or any(_id_of(row) == "?" for row in rows):
            raise self._session.broken()
        return rows, answered

    def _read_row(self, row: Any) -> RemoteOrder | Unreadable:
        try:
            return self._parsed(row).remote
        except UserError as error:
            return Unreadable(_id_of(row), error, repr(row).encode()[:_KEPT_RAW])

    def _one_by_one(self, rows: list[Any]) -> list[RemoteOrder | Unreadable]:
        """Each order by itself; when none can be had the platform is at fault and not its orders."""
        found: list[RemoteOrder | Unreadable] = []
        failed: list[tuple[Any, PlatformAway | PlatformRefused]] = []
        for row in rows:
            try:
                found.append(self._document(_id_of(row)).remote)
            except (Failed, TooLarge, PlatformRefused) as error:
                failed.append((row, error))
            except UserError as error:
                found.append(Unreadable(_id_of(row), error, b""))
        if failed and not found:
            raise failed[0][1]
        return found + [Unreadable(_id_of(row), as_sentence(error), b"") for row, error in failed]

    def _document(self, order_id: str) -> Document:
        if not _ORDER_ID.fullmatch(order_id):
            raise UserError(N_("The platform names an order that cannot be asked for."))
        data = self._session.read(queries.one_order(self._shop), _READ, id=order_id)
        body = data.get("order")
        if body is None:
            text = N_("The platform has no order {number} any more.")
            raise PlatformRefused(text, 404, number=order_id)
        document = self._parsed(body)
        if document.remote.facts.remote_id != order_id:
            raise UserError(N_("The answer is about another order."))
        return document

    def _parsed(self, body: Any) -> Document:
        return read(body, self._connection, self._shop, self._session.precision)


def _whole(url: str) -> str:
    """The address with the path that Vendure has by itself, where none was given."""
    url = url.strip().rstrip("/")
    try:
        bare = bool(urlsplit(url).netloc) and not urlsplit(url).path
    except ValueError:
        return url
    return f"{url}/admin-api" if bare else url


def _id_of(row: Any) -> str:
    found = row.get("id") if isinstance(row, dict) else None
    return found[:100] if isinstance(found, str) and found else "?"


CONNECTOR: type[Connector] = Vendure
