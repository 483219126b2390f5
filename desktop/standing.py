"""How the store stands with its platforms, in words: the sentence under the scan line, the status line.

Pure but for the language, which is the one that is set. Both texts age by themselves, so whoever shows
them asks again by a timer and not only when something happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desktop.errors import BalcaoError, PlatformAway, PlatformDenied, PlatformUnwell
from desktop.i18n import N_, ago, tr, tr_error, tr_n, when
from desktop.store.outbox import State
from desktop.store.setup import Connection
from desktop.truth import Tone

# One lost poll is no news; a counter that blinks teaches people not to look.
GRACE = timedelta(seconds=30)
QUIET = timedelta(minutes=5)
STALE = timedelta(minutes=2)
OLD = timedelta(minutes=15)
_ON_ITS_WAY = (State.WAITING, State.SENDING, State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is the matter (`lead`, a whole sentence) and what that means for the work (`rest`)."""

    lead: str
    rest: str
    tone: Tone

    def __str__(self) -> str:
        return f"{self.lead} {self.rest}".strip()


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of the status line; `tone` is CALM while all is well."""

    text: str
    tone: Tone = Tone.CALM


def standing(
    connections: Sequence[Connection], counts: Mapping[State, int], now: datetime,
    fault: BalcaoError | None = None,
) -> Standing | None:  # fmt: skip
    """The sentence about the connections, or None when there is nothing to say.

    `counts` are unfinished pushes by state. A `fault` of the store comes first, for what the store says is
    old by then. A refused key comes before an absent line, that before a silent one, that before a
    warning, and updates that a person must mend come last.
    """
    if fault is not None:
        rest = tr(N_("Until then no order comes in and nothing is told."))
        return Standing(tr_error(fault), rest, Tone.STOP)
    if not connections:
        return _unconnected()
    if denied := [c for c in connections if isinstance(c.trouble, PlatformDenied)]:
        return _denied(denied, counts, now)
    if away := [c for c in connections if _is_away(c, now)]:
        return _away(away, len(connections), counts, now)
    if silent := [c for c in connections if _is_silent(c, now)]:
        return _silent(silent, counts, now)
    if warnings := [c.warning for c in connections if c.warning is not None]:
        return Standing(tr_error(warnings[0]), _to_mend(counts), Tone.ATTENTION)
    if new := [c for c in connections if c.synced_at is None and c.trouble is None]:
        return _new(new, counts)
    return _refused(counts)


def freshness(
    connections: Sequence[Connection],
    counts: Mapping[State, int],
    now: datetime,
    printers: Mapping[str, BalcaoError | None] | None = None,
) -> list[Part]:
    """The status line: age of what is known, what waits, how the printers are.

    The age is that of the connection heard longest ago. `printers` gives each one's trouble, None when
    it is ready.
    """
    parts = [_age(connections, now), _waiting(counts)] if connections else [_no_connection()]
    if refused := counts.get(State.REFUSED, 0):
        parts.append(Part(tr_n("{n} refused", "{n} refused", refused), Tone.STOP))
    return parts + [_printer(name, trouble) for name, trouble in (printers or {}).items()]


# --- the sentence ---------------------------------------------------------------------------------------


def _unconnected() -> Standing:
    return Standing(
        tr(N_("No platform is connected yet.")),
        tr(N_("Add a connection in the settings.")),
        Tone.ATTENTION,
    )


_LACKS_A_RIGHT = N_("“{name}” has not let us in for {span}: a right is missing.")


def _denied(
    concerned: Sequence[Connection], counts: Mapping[State, int], now: datetime
) -> Standing:
    first = _longest(concerned)
    span = _troubled_for(first, now)
    lacks = first.trouble is not None and "right" in first.trouble.values
    text = _LACKS_A_RIGHT if lacks else N_("“{name}” has refused the key for {span}.")
    lead = tr(text, name=first.name, span=span)
    rest = _join(_reason(first), _still(), _kept(counts), _to_mend(counts))
    return Standing(lead, rest, Tone.STOP)


def _away(
    concerned: Sequence[Connection], of: int, counts: Mapping[State, int], now: datetime
) -> Standing:
    first = _longest(concerned)
    why = _why_away(concerned, of, now)
    meaning = (_still(), _kept(counts), _unknown_since(first, now), _to_mend(counts))
    return Standing(why[0], _join(*why[1:], *meaning), Tone.ATTENTION)


def _why_away(concerned: Sequence[Connection], of: int, now: datetime) -> tuple[str, str]:
    first, n = _longest(concerned), len(concerned)
    values = {"name": first.name, "n": n, "span": _troubled_for(first, now)}
    if n == of and all(_is_unheard(c.trouble) for c in concerned):
        return tr(N_("Internet away {span}."), **values), ""
    if n == of == 1:
        return tr(N_("“{name}” in trouble for {span}."), **values), _reason(first)
    others = tr(N_("The others work.")) if n < of else _reason(first)
    if n == 1:
        return tr(N_("“{name}” away {span}."), **values), others
    return tr(N_("{n} platforms away {span}."), **values), others


def _silent(
    concerned: Sequence[Connection], counts: Mapping[State, int], now: datetime
) -> Standing:
    first = min(concerned, key=lambda c: c.synced_at or now)
    span = _span(now - (first.synced_at or now))
    lead = tr(N_("No news from “{name}” for {span}."), name=first.name, span=span)
    return Standing(lead, _join(_still(), _kept(counts), _to_mend(counts)), Tone.ATTENTION)


def _new(concerned: Sequence[Connection], counts: Mapping[State, int]) -> Standing:
    names = ", ".join(f"“{c.name}”" for c in concerned)
    lead = tr(N_("Reading the orders of {names} for the first time."), names=names)
    return Standing(lead, _to_mend(counts), Tone.CALM)


def _refused(counts: Mapping[State, int]) -> Standing | None:
    n = counts.get(State.REFUSED, 0)
    if not n:
        return None
    lead = tr_n("The platform refused {n} update.", "The platform refused {n} updates.", n)
    return Standing(lead, tr(N_("Mend it on the repair page.")), Tone.ATTENTION)


def _still() -> str:
    return tr(N_("You can still: pick, invoice, print, hand over."))


def _kept(counts: Mapping[State, int]) -> str:
    n = sum(counts.get(state, 0) for state in _ON_ITS_WAY)
    return tr_n("{n} update waits.", "{n} updates wait.", n) if n else ""


def _to_mend(counts: Mapping[State, int]) -> str:
    n = counts.get(State.REFUSED, 0)
    if not n:
        return ""
    return tr_n(
        "{n} was refused: see the repair page.", "{n} were refused: see the repair page.", n
    )


def _unknown_since(connection: Connection, now: datetime) -> str:
    """After a while the danger is no longer what waits here but what happened there."""
    known = connection.synced_at
    if known is None or now - known < OLD:
        return ""
    return tr(N_("Cancellations since {at} are not known here."), at=when(known, now))


def _reason(connection: Connection) -> str:
    return tr_error(connection.trouble) if connection.trouble is not None else ""


# --- the status line ------------------------------------------------------------------------------------


def _no_connection() -> Part:
    return Part(tr(N_("No platform connected")), Tone.ATTENTION)


def _age(connections: Sequence[Connection], now: datetime) -> Part:
    heard = [c.synced_at for c in connections if c.synced_at is not None]
    if len(heard) < len(connections):
        tone = Tone.ATTENTION if any(c.trouble for c in connections) else Tone.CALM
        return Part(tr(N_("Not updated yet")), tone)
    age = now - min(heard)
    tone = Tone.CALM if age < STALE else Tone.ATTENTION if age < OLD else Tone.STOP
    return Part(tr(N_("Updated {span} ago"), span=_span(age)), tone)


def _waiting(counts: Mapping[State, int]) -> Part:
    n = sum(counts.get(state, 0) for state in _ON_ITS_WAY)
    return Part(tr_n("{n} waiting", "{n} waiting", n) if n else tr(N_("nothing waiting")))


def _printer(name: str, trouble: BalcaoError | None) -> Part:
    if trouble is None:
        return Part(tr(N_("{printer} ready"), printer=name))
    return Part(
        tr(N_("{printer}: {reason}"), printer=name, reason=tr_error(trouble)), Tone.ATTENTION
    )


# --- what is the matter ---------------------------------------------------------------------------------


def _is_away(connection: Connection, now: datetime) -> bool:
    since = connection.trouble_since or now
    return connection.trouble is not None and now - since >= GRACE


def _is_silent(connection: Connection, now: datetime) -> bool:
    """No trouble is noted, yet nothing was heard: the thread hangs, or the machine has slept."""
    heard = connection.synced_at
    return connection.trouble is None and heard is not None and now - heard >= QUIET


def _is_unheard(trouble: BalcaoError | None) -> bool:
    return isinstance(trouble, PlatformAway) and not isinstance(trouble, PlatformUnwell)


def _longest(concerned: Sequence[Connection]) -> Connection:
    return min(concerned, key=lambda c: (c.trouble_since is None, c.trouble_since))


def _troubled_for(connection: Connection, now: datetime) -> str:
    return _span(now - (connection.trouble_since or now))


def _span(span: timedelta) -> str:
    return ago(span.total_seconds())


def _join(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
