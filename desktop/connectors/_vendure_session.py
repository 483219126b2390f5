"""A conversation with Vendure's admin API: GraphQL by POST, logged in, refusals told apart.

Refusals come with HTTP 200, as `errors` or as a result that holds an `errorCode`. That nobody is logged
in (any more) and that a right is missing look alike (FORBIDDEN): a question that needs no right tells which
it was.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desktop.connectors import _vendure_queries as queries
from desktop.connectors._answers import clean, reason_of
from desktop.connectors._times import server_time
from desktop.connectors._vendure_refusals import refusal
from desktop.connectors.http import Answer, Http, KeyUnknown, parse_json
from desktop.errors import PlatformDenied, PlatformRefused, PlatformUnwell
from desktop.i18n import N_

Json = dict[str, Any]
_TOKEN_HEADER = "vendure-auth-token"
_TROUBLE = frozenset({"", "INTERNAL_SERVER_ERROR"})


class Failed(PlatformUnwell):
    """The server broke while it worked on this question; another question may do."""


class Broken(Failed):
    """An answer that no Vendure gives; perhaps it was cut, or the address is another server's."""


class _Forbidden(Exception):
    """No session, or not the right that was needed."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Either user and password for a session, or an API key (about 200 ms a request: it is hashed each
    time). `channel` is the token of the channel that is asked about, "" for the default one."""

    user: str = ""
    password: str = ""
    key: str = ""
    channel: str = ""


class Session:
    """Safe to use from many threads; they share one log-in."""

    def __init__(self, http: Http, credentials: Credentials) -> None:
        self.http = http
        self._who = credentials
        self._lock = threading.Lock()
        self._token = ""
        self._precision: int | None = None

    def read(self, query: str, right: str = "", **variables: Any) -> Json:
        """The data of a query. Raises PlatformAway (Failed), PlatformDenied or PlatformRefused."""
        return self._ask(query, variables, right, reads=True)[0]

    def read_at(
        self, query: str, right: str = "", **variables: Any
    ) -> tuple[Json, datetime | None]:
        """The data of a query, and when it was answered by the server's clock."""
        data, answer = self._ask(query, variables, right, reads=True)
        return data, server_time(answer.headers)

    def write(self, mutation: str, **variables: Any) -> Json:
        """The result of a mutation that calls it `done`; one that holds an error code is a refusal."""
        data, _ = self._ask(mutation, variables, "UpdateOrder", reads=False)
        result = data.get("done")
        if not isinstance(result, dict):
            raise self.broken()
        if result.get("errorCode"):
            raise refusal(result)
        return result

    @property
    def precision(self) -> int:
        """How many decimals the server's amounts have, of whatever currency: one number for all."""
        if self._precision is None:
            found: Any = self.read(queries.PRECISION)
            for name in ("globalSettings", "serverConfig", "moneyStrategyPrecision"):
                found = found.get(name) if isinstance(found, dict) else None
            if type(found) is not int or not 0 <= found <= 6:
                raise self.broken()
            self._precision = found
        return self._precision

    # ---- the log-in

    def _ask(
        self, query: str, variables: Mapping[str, Any], right: str, reads: bool
    ) -> tuple[Json, Answer]:
        used = self._token or self._log_in("")
        try:
            return self._call(query, variables, used, reads)
        except _Forbidden:
            if self._is_in(used):
                raise self._lacks(right) from None
        # A session ends by itself, or with the password. What was refused so had no effect.
        used = self._log_in(used)
        try:
            return self._call(query, variables, used, reads)
        except _Forbidden:
            raise self._lacks(right) from None

    def _is_in(self, token: str) -> bool:
        try:
            self._call(queries.STILL_IN, {}, token, reads=True)
        except _Forbidden:
            return False
        return True

    def _log_in(self, ended: str) -> str:
        """The token of a session other than `ended`; one log-in serves all who wait for it."""
        if self._who.key:
            if ended:
                raise self._unknown()
            return self._who.key
        with self._lock:
            if self._token == ended:
                self._token = self._new_token()
            return self._token

    def _new_token(self) -> str:
        who = {"user": self._who.user, "password": self._who.password}
        data, answer = self._call(queries.LOGIN, who, "", reads=True)
        result = data.get("login")
        if not isinstance(result, dict):
            raise self.broken()
        if result.get("errorCode") == "INVALID_CREDENTIALS_ERROR":
            raise self._unknown()
        if result.get("errorCode"):
            raise refusal(result)
        token = answer.headers.get(_TOKEN_HEADER, "")
        if not token:
            raise PlatformDenied(
                N_("{host} gives no token with the log-in. Its setting “tokenMethod” must hold “bearer”."),
                host=self.http.host,
            )  # fmt: skip
        return token

    def _headers(self, token: str) -> dict[str, str]:
        headers = {"vendure-token": self._who.channel} if self._who.channel else {}
        if self._who.key:
            return headers | {"vendure-api-key": token}
        return headers | ({"Authorization": f"Bearer {token}"} if token else {})

    # ---- one call

    def _call(
        self, query: str, variables: Mapping[str, Any], token: str, reads: bool
    ) -> tuple[Json, Answer]:
        body = {"query": query, "variables": dict(variables)}
        answer = self.http.call("POST", "", body=body, headers=self._headers(token), reads=reads)
        try:
            found = parse_json(answer.body)
        except ValueError:
            raise self.broken() from None
        if not isinstance(found, dict):
            raise self.broken()
        if errors := found.get("errors"):
            raise self._error(errors)
        data = found.get("data")
        if not isinstance(data, dict):
            raise self.broken()
        return data, answer

    def _error(self, errors: Any) -> Exception:
        first = errors[0] if isinstance(errors, list) else None
        if not isinstance(first, dict):
            return self.broken()
        code, reason = reason_of(first)
        if code == "FORBIDDEN":
            return _Forbidden()
        if code == "CHANNEL_NOT_FOUND":
            text = N_("The shop has no channel with this token. Check it in the settings.")
            return PlatformRefused(text, 200, code)
        if code in _TROUBLE:
            text = N_("{host} has trouble of its own: {reason} The program tries again by itself.")
            return Failed(text, sent=True, host=self.http.host, reason=clean(reason or code))
        return PlatformRefused(
            N_("The platform refused: {reason}"), 200, code, reason=reason or code
        )

    def broken(self) -> Broken:
        """For an answer in which what was asked for is missing."""
        return Broken(
            N_("The answer of {host} is broken. The program tries again by itself."),
            sent=True,
            host=self.http.host,
        )

    def _unknown(self) -> KeyUnknown:
        if self._who.key:
            text = N_("{host} does not accept the key. Check key and token.")
            return KeyUnknown(text, host=self.http.host)
        text = N_("{host} does not accept user name and password. Check both.")
        return KeyUnknown(text, host=self.http.host)

    def _lacks(self, right: str) -> PlatformDenied:
        text = N_("This user lacks the right “{right}” on the platform. Add it to the user's role.")
        return PlatformDenied(text, right=right)
