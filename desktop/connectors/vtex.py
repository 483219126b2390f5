"""VTEX order management: feed v3 in, workflow calls out (classic and PII accounts).

Facts and rules: VTEX's Orders API contract and its orders feed, order flow and ERP integration guides.
The feed is a queue of one app key: two programs with one key take each other's events.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from desktop.connectors import (
    How,
    Outcome,
    Pulled,
    Push,
    RemoteOrder,
    Repeat,
    Told,
    Unreadable,
    Word,
    _vtex_push,
)
from desktop.connectors._vtex_body import Document, read
from desktop.connectors._vtex_dialects import DIALECTS, FEED, FEED_CONFIG, path
from desktop.connectors._vtex_words import FEED_STATUSES, WORDS
from desktop.connectors.http import Http, TooLarge
from desktop.errors import PlatformAway, PlatformRefused, UserError
from desktop.fields import Field, FieldKind
from desktop.i18n import N_
from desktop.journey import Step

_LOT = 10  # the most a feed read gives
_LOTS = 10  # so that a page holds up to 100 orders
_WORKERS = 16
_VISIBILITY_S = 240
_RETENTION_S = 1_209_600  # the longest: 14 days
_MAX_SKEW_S = 300
_KEPT_RAW = 2_000_000
_ORDER_ID = re.compile(r"\w[\w.:~-]{0,99}", re.ASCII)


class Vtex:
    """One VTEX account. See `desktop.connectors.Connector` for what each call promises."""

    title: ClassVar[str] = "VTEX"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "url", N_("Account address"), required=True,
            hint="https://ACCOUNT.vtexcommercestable.com.br",
        ),
        Field("key", N_("App key"), required=True, hint=N_("X-VTEX-API-AppKey, one for this program only")),
        Field("token", N_("App token"), required=True, secret=True, hint="X-VTEX-API-AppToken"),
        Field(
            "dialect", N_("Kind of account"), FieldKind.CHOICE, default="classic",
            choices={"classic": N_("classic"), "pii": N_("PII data architecture")},
        ),
    )  # fmt: skip
    words: ClassVar[tuple[Word, ...]] = WORDS
    # Preparing, packing and holding have no place in VTEX's flow and stay in the store. A note on the
    # timeline cannot be read back, hence ASK; it is used where goods or money came back.
    tells: ClassVar[Mapping[Step, Told]] = {
        Step.RECORD_PAYMENT: Told(How.NATIVE),
        Step.ACCEPT: Told(How.NATIVE),
        Step.PREPARE: Told(How.NONE),
        Step.INVOICE: Told(How.NATIVE),
        Step.PACK: Told(How.NONE),
        Step.SHIP: Told(How.NATIVE),
        Step.READY: Told(How.NATIVE),
        Step.TRANSIT: Told(How.NATIVE),
        Step.PROBLEM: Told(How.NATIVE),
        Step.DELIVER: Told(How.NATIVE),
        Step.HAND_OVER: Told(How.NATIVE),
        Step.FINALIZE: Told(How.WITH, along=Step.DELIVER),
        Step.HOLD: Told(How.NONE),
        Step.RELEASE: Told(How.NONE),
        Step.CANCEL: Told(How.NATIVE),
        Step.TAKE_BACK: Told(How.NOTE, Repeat.ASK),
        Step.REFUND: Told(How.NOTE, Repeat.ASK),
    }

    def __init__(
        self,
        connection: str,
        url: str = "",
        key: str = "",
        token: str = "",
        dialect: str = "classic",
        transport: Callable[..., Http] = Http,
    ) -> None:
        """Raises UserError (with the field) for an address or dialect that cannot be."""
        if dialect not in DIALECTS:
            raise UserError(
                N_("“{value}” does not fit “{label}”."),
                field="dialect", value=dialect, label=N_("Kind of account"),
            )  # fmt: skip
        self._connection = connection
        self._dialect = DIALECTS[dialect]
        # The contract asks for both content headers on every call.
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "X-VTEX-API-AppKey": key,
            "X-VTEX-API-AppToken": token,
        }
        self._http = transport(url, headers, pool=_WORKERS)
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def check(self) -> None:
        """Asks for the feed and for an order that does not exist: the answers tell what is missing."""
        try:
            self._http.call("GET", FEED_CONFIG, right="Feed v3 and Hook Admin")
        except PlatformRefused as error:
            if error.status != 404:  # no feed yet: the first pull makes one
                raise
        try:
            where = path(self._dialect.detail, "balcao-check")
            self._http.call("GET", where, right="View order")
        except PlatformRefused as error:
            if error.status != 404 or not error.code:
                raise self._no_vtex() from None
        else:
            raise self._no_vtex()
        self._check_clock()

    def pull(self, cursor: str) -> Pulled:
        """Up to ten lots of the feed and the details of the orders they name.

        What cannot be had now is not acknowledged and comes again; the feed's own words are not
        trusted beyond the order's id, because events come late, twice and in any order.
        """
        del cursor  # the feed itself remembers
        try:
            events = self._read_feed()
        except PlatformRefused as error:
            if error.status != 404:
                raise
            self._make_feed()
            return Pulled(more=True)
        found = self._details(list(events))
        return _page(events, found)

    def acknowledge(self, receipt: Any) -> None:
        """Commits the handles of a page in one call."""
        if receipt:
            self._http.call("POST", FEED, body={"handles": list(receipt)}, right=_FEED_RIGHT)

    def read(self, remote_id: str) -> tuple[RemoteOrder, ...]:
        return self.document(remote_id).remote

    def push(self, push: Push) -> Outcome:
        return _vtex_push.send(self, push)

    def confirms(self, push: Push, remote: RemoteOrder) -> bool:
        return _vtex_push.confirms(push, remote)

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)
        self._http.close()
