"""VTEX order management: feed v3 in, workflow calls out (classic and PII accounts).

Facts and rules: VTEX's Orders API contract and its orders feed, order flow and ERP integration guides.
The feed is a queue of one app key: two programs with one key take each other's events.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ClassVar

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
from desktop.connectors._clock import clock_warning
from desktop.connectors._vtex_body import Document, read
from desktop.connectors._vtex_check import FEED_RIGHT, check
from desktop.connectors._vtex_dialects import DIALECTS, FEED, FEED_CONFIG, LIST, path
from desktop.connectors._vtex_push import Sending, confirms
from desktop.connectors._vtex_words import FEED_STATUSES, OPEN_STATUSES, WORDS
from desktop.connectors.http import Answer, Http, TooLarge, as_sentence, broken, parse_json
from desktop.errors import PlatformAway, PlatformError, PlatformRefused, UserError
from desktop.fields import Field, FieldKind
from desktop.i18n import N_
from desktop.journey import Step

_LOT = 10  # the most a feed read gives
_LOTS = 10  # so that a page holds up to 100 orders
_LISTED, _LIST_PAGES = 100, 30  # the most the list gives
_OPEN = "open:"
_WORKERS = 16
_SENDERS = 8  # pushes that go beside a pull
_VISIBILITY_S = 240
_RETENTION_S = 1_209_600  # the longest there is: 14 days
_KEPT_RAW = 2_000_000
_ORDER_ID = re.compile(r"\w[\w.:~-]{0,99}", re.ASCII)


class Vtex:
    """One VTEX account. See `desktop.connectors.Connector` for what each call promises."""

    title: ClassVar[str] = "VTEX"
    recheck_s: ClassVar[float] = 0.0  # its feed tells of every change
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
        self._http = transport(url, headers, pool=_WORKERS + _SENDERS)
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()

    def check(self) -> None:
        check(self._http, self._dialect, self._detail)

    def warning(self) -> PlatformError | None:
        return clock_warning(self._http.skew_s)

    def pull(self, cursor: str) -> Pulled:
        """Up to ten lots of the feed and the details of the orders they name.

        What cannot be had now is not acknowledged and comes again. Of the events only the order's id
        counts: they come late, twice and in any order, the detail is the truth. A feed that is
        missing is made, and then the orders open by then are listed, page by page (`cursor`).
        """
        if cursor.startswith(_OPEN):
            return self._pull_open(int(cursor.removeprefix(_OPEN)))
        try:
            events = self._read_feed()
        except PlatformRefused as error:
            if error.status != 404:
                raise
            self._make_feed()
            return Pulled(cursor=f"{_OPEN}1", more=True)
        found = self._fetch_all(events)
        away = [one for one in found.values() if isinstance(one, PlatformAway)]
        if away and len(away) == len(found):
            raise away[0]
        handles = [h for order_id, h in events.items() if found[order_id] not in away]
        return _page(found, receipt=tuple(h for some in handles for h in some), more=bool(events))

    def acknowledge(self, receipt: Any) -> None:
        """Commits the handles of a page in one call. Raises PlatformError; then the page comes again."""
        if receipt:
            self._http.call("POST", FEED, body={"handles": list(receipt)}, right=FEED_RIGHT)

    def read(self, remote_id: str) -> tuple[RemoteOrder, ...]:
        return self._document(remote_id).remote

    def push(self, push: Push) -> Outcome:
        return Sending(self._http, self._dialect, self._document, push).outcome()

    def confirms(self, push: Push, remote: RemoteOrder) -> bool:
        return confirms(push, remote)

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)
        self._http.close()

    # ---- the feed

    def _read_feed(self) -> dict[str, list[str]]:
        """Handles by order id. One read tells whether there is anything; then the others overlap."""
        lots = [self._lot()]
        if len(lots[0]) == _LOT:
            waiting = [self._worker().submit(self._lot) for _ in range(_LOTS - 1)]
            lots += [lot for future in waiting if (lot := _unless_away(future))]
        events: dict[str, list[str]] = {}
        for handle, order_id in (event for lot in lots for event in lot):
            events.setdefault(order_id, []).append(handle)
        return events

    def _lot(self) -> list[tuple[str, str]]:
        answer = self._http.call("GET", FEED, query={"maxlot": str(_LOT)}, right=FEED_RIGHT)
        return [
            (_text(answer, event, "handle"), str(event.get("orderId") or "?"))
            for event in _list(answer, answer.json())
        ]

    def _make_feed(self) -> None:
        rule = {"type": "FromWorkflow", "status": list(FEED_STATUSES)}
        queue = {
            "visibilityTimeoutInSeconds": _VISIBILITY_S,
            "MessageRetentionPeriodInSeconds": _RETENTION_S,
        }
        body = {"filter": rule, "queue": queue}
        self._http.call("POST", FEED_CONFIG, body=body, right=FEED_RIGHT)

    def _pull_open(self, page: int) -> Pulled:
        """One page of the orders that were open before the feed was made.

        The list is no basis for an integration (it is minutes late), but nothing else tells of these.
        """
        ids = self._open_ids(page)
        found = self._fetch_all(ids)
        for one in found.values():
            if isinstance(one, PlatformAway):
                raise one
        last = len(ids) < _LISTED or page >= _LIST_PAGES
        return _page(found, cursor="" if last else f"{_OPEN}{page + 1}", more=True)

    def _open_ids(self, page: int) -> list[str]:
        wanted = {"f_status": ",".join(OPEN_STATUSES), "orderBy": "creationDate,asc"}
        right = "List Orders"
        if self._dialect.search:
            body = wanted | {"page": page, "per_page": _LISTED}
            answer = self._http.call("POST", self._dialect.search, body=body, right=right)
        else:
            query = wanted | {"page": str(page), "per_page": str(_LISTED)}
            answer = self._http.call("GET", LIST, query=query, right=right)
        found = answer.json()
        rows = found.get("list") if isinstance(found, dict) else None
        return [_text(answer, row, "orderId") for row in _list(answer, rows)]

    # ---- orders

    def _fetch_all(self, ids: Iterable[str]) -> dict[str, _Found]:
        """Raises PlatformAway when of several none is an order at all: then it is not the orders."""
        wanted = list(ids)
        found = dict(zip(wanted, self._worker().map(self._fetch, wanted), strict=True))
        if len(found) > 1 and all(_is_nonsense(one) for one in found.values()):
            raise broken(self._http.host)
        return found

    def _fetch(self, order_id: str) -> _Found:
        """The order, why it cannot be read, None where it is gone, or PlatformAway to be left for
        later. Raises PlatformDenied."""
        if not _ORDER_ID.fullmatch(order_id):
            reason = UserError(N_("The feed names an order that cannot be asked for."))
            return Unreadable(order_id[:100], reason, b"")
        try:
            return self._read_twice(order_id)
        except TooLarge as error:
            return Unreadable(order_id, as_sentence(error), error.start)
        except PlatformRefused as error:
            # The OMS names a code, what stands before it does not.
            if error.status == 404 and error.code:
                return None
            return Unreadable(order_id, as_sentence(error), b"")
        except PlatformAway as error:
            return error

    def _read_twice(self, order_id: str) -> tuple[RemoteOrder, ...] | Unreadable:
        """An answer that cannot be read is asked for once more: a sick line looks the same."""
        for _ in range(2):
            answer = self._detail(order_id)
            raw = answer.body
            if not raw:
                raise answer.broken()
            try:
                return self._parsed(raw, order_id).remote
            except UserError as error:
                reason = error
        return Unreadable(order_id, reason, raw[:_KEPT_RAW])

    def _document(self, order_id: str) -> Document:
        """Raises PlatformAway also for an answer that broke off: the platform said no such thing."""
        answer = self._detail(order_id)
        try:
            return self._parsed(answer.body, order_id)
        except UserError:
            if not _names_an_order(answer.body):
                raise answer.broken() from None
            raise

    def _parsed(self, raw: bytes, order_id: str) -> Document:
        document = read(raw, self._connection)
        if document.remote[0].facts.remote_id != order_id:
            raise UserError(N_("The answer is about another order."))
        return document

    def _detail(self, order_id: str) -> Answer:
        where, query = path(self._dialect.detail, order_id), self._dialect.detail_query
        return self._http.call("GET", where, query=query, right="View order")

    def _worker(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                name = f"vtex-{self._connection}"
                self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix=name)
            return self._pool


_Found = tuple[RemoteOrder, ...] | Unreadable | PlatformAway | None


def _page(
    found: Mapping[str, _Found], cursor: str = "", receipt: tuple[str, ...] = (), more: bool = False
) -> Pulled:
    orders = [remote for one in found.values() if isinstance(one, tuple) for remote in one]
    unreadable = [one for one in found.values() if isinstance(one, Unreadable)]
    return Pulled(tuple(orders), tuple(unreadable), cursor, receipt, more)


def _names_an_order(raw: bytes) -> bool:
    try:
        found = parse_json(raw)
    except ValueError:
        return False
    return isinstance(found, dict) and isinstance(found.get("orderId"), str)


def _is_nonsense(found: _Found) -> bool:
    return isinstance(found, Unreadable) and bool(found.raw) and not _names_an_order(found.raw)


def _list(answer: Answer, found: Any) -> list[Any]:
    """A list: nonsense must not pass for an empty one. Raises PlatformAway."""
    if not isinstance(found, list):
        raise answer.broken()
    return found


def _text(answer: Answer, row: Any, name: str) -> str:
    found = row.get(name) if isinstance(row, dict) else None
    if not isinstance(found, str) or not found:
        raise answer.broken()
    return found


def _unless_away(future: Future[list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """A lot that does not come now comes later; what the other reads brought is not lost for it."""
    try:
        return future.result()
    except PlatformAway:
        return []


CONNECTOR: type[Connector] = Vtex
