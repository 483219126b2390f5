"""Feed v3: the queue of order changes, with the habits of the queue behind the real one.

An item that was read is hidden for the visibility time-out and comes back unless it was committed.
Order is not guaranteed and a few items come twice, each copy with a handle of its own. A handle
from an earlier reading of an item that came back is void. (Facts: VTEX's orders-feed guide.)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from desktop.sandbox.clock import Clock

Json = dict[str, Any]
MOST_PER_READ = 10
SHORTEST_RETENTION_S, LONGEST_RETENTION_S = 345_600, 1_209_600
_COPIES = 0.05  # share of events queued twice
_NEAR = 15  # how far from the head of the queue an item may be taken


@dataclass(frozen=True)
class Change:
    """One workflow change, as the feed tells it."""

    order_id: str
    domain: str
    state: str
    last_state: str
    last_change: datetime
    current_change: datetime


class FeedConflict(Exception):
    """A configuration that mixes the two kinds of filter."""


class Feed:
    """The feed of one app key. Not safe for threads by itself: its owner holds a lock."""

    def __init__(self, clock: Clock, seed: int) -> None:
        self._clock = clock
        self._rng = Random(f"feed/{seed}")
        self._config: Json | None = None
        self._ready: deque[Json] = deque()
        self._hidden: dict[str, tuple[datetime, Json]] = {}
        self._last_event = clock.now()

    @property
    def exists(self) -> bool:
        self._expire()
        return self._config is not None

    @property
    def config(self) -> Json | None:
        """The configuration with ``quantity`` and the age of the oldest message, or None."""
        self._expire()
        if self._config is None:
            return None
        waiting = [*self._ready, *(item for _, item in self._hidden.values())]
        oldest = min((item["currentChange"] for item in waiting), default=None)
        age = self._clock.now() - datetime.fromisoformat(oldest) if oldest else timedelta()
        return self._config | {
            "quantity": len(waiting),
            "approximateAgeOfOldestMessageInSeconds": max(age.total_seconds(), 0.0),
        }

    def configure(self, wanted: Json) -> None:
        """Start or change the feed; only later changes are queued.

        Raises FeedConflict for mixed filters, ValueError for anything else that is wrong. Values in
        ``status`` are not checked: a typing error is silently an empty feed, as on the platform.
        """
        rule, queue = wanted["filter"], wanted["queue"]
        if rule["type"] not in ("FromWorkflow", "FromOrders"):
            raise ValueError("filter.type")
        if ("expression" in rule and "status" in rule) or (
            (rule["type"] == "FromWorkflow") == ("expression" in rule)
        ):
            raise FeedConflict
        if rule["type"] == "FromOrders":
            raise ValueError("FromOrders: this sandbox evaluates no JSONata expressions")
        keep = queue["MessageRetentionPeriodInSeconds"]
        if not SHORTEST_RETENTION_S <= keep <= LONGEST_RETENTION_S:
            raise ValueError("queue.MessageRetentionPeriodInSeconds")
        self._config = {"filter": dict(rule), "queue": dict(queue)}
        self._last_event = self._clock.now()

    def remove(self) -> None:
        self._config = None
        self._ready.clear()
        self._hidden.clear()

    def push(self, change: Change) -> None:
        """Queue a change, if a feed exists and its filter lets it through."""
        if self._config is None or change.state not in self._config["filter"].get("status", ()):
            return
        self._last_event = self._clock.now()
        item = {
            "eventId": f"{self._rng.getrandbits(128):032X}",
            "domain": change.domain,
            "state": change.state,
            "lastState": change.last_state,
            "orderId": change.order_id,
            "lastChange": change.last_change.isoformat(),
            "currentChange": change.current_change.isoformat(),
        }
        self._ready.append(item)
        if self._rng.random() < _COPIES:
            self._ready.append(item)

    def read(self, most: int) -> list[Json] | None:
        """Up to ten items, hidden from now on; None where no feed is configured."""
        self._expire()
        if self._config is None:
            return None
        back = self._clock.now() + timedelta(
            seconds=self._config["queue"]["visibilityTimeoutInSeconds"]
        )
        items = []
        for _ in range(min(most, MOST_PER_READ, len(self._ready))):
            item = self._take()
            handle = f"{self._rng.getrandbits(256):064x}"
            self._hidden[handle] = (back, item)
            items.append({"eventId": item["eventId"], "handle": handle} | item)
        return items

    def commit(self, handles: Iterable[str]) -> int:
        """Forget the items read under these handles; returns how many there were."""
        self._expire()
        return sum(self._hidden.pop(handle, None) is not None for handle in handles)

    def _take(self) -> Json:
        near = self._rng.randrange(min(_NEAR, len(self._ready)))
        self._ready.rotate(-near)
        item = self._ready.popleft()
        self._ready.rotate(near)
        return item

    def _expire(self) -> None:
        if self._config is None:
            return
        now = self._clock.now()
        keep = self._config["queue"]["MessageRetentionPeriodInSeconds"]
        if now - self._last_event > timedelta(seconds=keep):
            self.remove()
            return
        # Time-outs are alike, so the dictionary's order is the order of their ends.
        while self._hidden:
            handle, (back, item) = next(iter(self._hidden.items()))
            if back > now:
                break
            del self._hidden[handle]
            self._ready.append(item)
