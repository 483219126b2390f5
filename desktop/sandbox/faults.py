"""Faults on demand: when the line breaks, and how.

The grammar of a SPEC, parts separated by ``;``::

    seed=7                     where chance starts (default 1)
    [KIND:]FAULT[(PARAM)][=CHANCE][*COUNT]

``KIND`` binds a fault to one kind of call: ``feed``, ``commit``, ``feed-config``, ``detail``,
``list``, ``start-handling``, ``invoice``, ``tracking``, ``event``, ``cancel``, ``note``, ``payment``;
without one it holds for all of them. ``CHANCE`` is between 0 and 1 (default: always) and ``COUNT``
says how often at most it strikes (default: no limit).

==================  ==============================================  =================
FAULT               what the client meets                           PARAM (default)
==================  ==============================================  =================
``latency``         the answer comes late; ``latency=30ms`` also    how long (100ms)
``reset-before``    the line breaks, nothing was done
``reset-after``     the thing was done, then the line breaks
``cut``             the answer ends in mid-air                      after byte N (20)
``5xx``             a server error, nothing was done                status (503)
``5xx-after``       the thing was done, then a server error         status (503)
``429``             too many requests, nothing was done             Retry-After (60s)
``malformed``       the thing was done, the JSON breaks off
``html``            a page of HTML, nothing was done                 status (200)
``portal``          sent on to a log-in page, nothing was done
``proxy``           407 of a proxy with a page, nothing was done
``other``           200 with JSON about something else, nothing
                    was done
``empty``           200 with nothing, nothing was done
``clock``           the right answer, dated by a clock that goes     how much (600s)
                    behind ours
``content-type``    the right answer called text/plain
``slow``            the answer drips                                bytes per s (200)
==================  ==============================================  =================

Times are written ``30ms``, ``2s`` or plain seconds. Examples: ``latency=30ms;reset-after=0.05;
429(2s)=0.02;5xx=0.02;seed=7`` and ``invoice:reset-after*1``. One rule of a spec strikes at a time (the
first that draws), beside any latency. Whether chance strikes depends only on the seed, the call
and how often that very call came before, not on how threads happen to take turns.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter
from dataclasses import dataclass

KINDS = (
    "feed",
    "commit",
    "feed-config",
    "detail",
    "list",
    "start-handling",
    "invoice",
    "tracking",
    "event",
    "cancel",
    "note",
    "payment",
)
# The value each fault has where the spec gives none.
NAMES: dict[str, float] = {
    "latency": 0.1,
    "reset-before": 0,
    "reset-after": 0,
    "cut": 20,
    "5xx": 503,
    "5xx-after": 503,
    "429": 60,
    "malformed": 0,
    "html": 200,
    "portal": 0,
    "proxy": 407,
    "other": 0,
    "empty": 0,
    "clock": 600,
    "content-type": 0,
    "slow": 200,
}
_RULE = re.compile(
    r"(?:(?P<kind>[a-z-]+):)?(?P<name>[a-z0-9-]+)(?:\((?P<param>[^)]+)\))?"
    r"(?:=(?P<chance>[^*]+))?(?:\*(?P<count>\d+))?"
)


@dataclass(frozen=True)
class Rule:
    """One part of a spec. ``value`` is seconds, a status, a byte or a rate, as the fault needs."""

    name: str
    value: float
    kind: str | None = None
    chance: float = 1.0
    count: int | None = None


@dataclass(frozen=True)
class Strike:
    """What a call meets: a fault (or none) and a delay in seconds."""

    name: str = ""
    value: float = 0
    delay: float = 0


NOTHING = Strike()


class Faults:
    """The faults now in force. Threads may draw and set at any time."""

    def __init__(self, spec: str = "") -> None:
        self._lock = threading.Lock()
        self.set(spec)

    def set(self, spec: str) -> None:
        """Replace all rules; ValueError names the part that cannot be read."""
        seed, rules = parse(spec)
        with self._lock:
            self.spec, self._seed, self._rules = spec, seed, rules
            self._struck: Counter[Rule] = Counter()
            self._seen: Counter[str] = Counter()

    def draw(self, kind: str, call: str) -> Strike:
        """What happens to this call; ``call`` is its method and path."""
        if not self._rules:
            return NOTHING
        with self._lock:
            self._seen[call] += 1
            found: Rule | None = None
            delay = 0.0
            for number, rule in enumerate(self._rules):
                if found is not None and rule.name != "latency":
                    continue
                if not self._strikes(rule, number, kind, call):
                    continue
                if rule.name == "latency":
                    delay += rule.value
                else:
                    found = rule
            return Strike(found.name, found.value, delay) if found else Strike(delay=delay)

    def _strikes(self, rule: Rule, number: int, kind: str, call: str) -> bool:
        if rule.kind not in (None, kind):
            return False
        if rule.count is not None and self._struck[rule] >= rule.count:
            return False
        if rule.chance < 1:
            text = f"{self._seed}/{number}/{call}/{self._seen[call]}".encode()
            drawn = int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big") / 2**64
            if drawn >= rule.chance:
                return False
        self._struck[rule] += 1
        return True


def parse(spec: str) -> tuple[int, tuple[Rule, ...]]:
    """The seed and the rules of a spec; ValueError names the part that cannot be read."""
    seed, rules = 1, []
    for part in filter(None, (piece.strip() for piece in spec.split(";"))):
        try:
            if part.startswith("seed="):
                seed = int(part[5:])
            else:
                rules.append(_rule(part))
        except (ValueError, KeyError) as error:
            raise ValueError(f"fault not understood: {part!r}") from error
    return seed, tuple(rules)


def _rule(part: str) -> Rule:
    match = _RULE.fullmatch(part)
    if match is None or match["kind"] not in (None, *KINDS):
        raise ValueError(part)
    name, param, chance = match["name"], match["param"], match["chance"]
    if name == "latency" and param is None:
        param, chance = chance, None
    value = _number(param) if param else NAMES[name]
    share = float(chance) if chance else 1.0
    if not 0 <= share <= 1 or name not in NAMES:
        raise ValueError(part)
    count = int(match["count"]) if match["count"] else None
    return Rule(name, value, match["kind"], share, count)


def _number(text: str) -> float:
    if text.endswith("ms"):
        return float(text[:-2]) / 1000
    return float(text.removesuffix("s"))
