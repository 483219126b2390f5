"""The sandbox's own time, which a test can move forward instead of waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Aware UTC time: the machine's, plus what it was advanced by; or fixed at ``start``."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start = start
        self._offset = timedelta()

    def now(self) -> datetime:
        return (self._start or datetime.now(UTC)) + self._offset

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once: windows close, feed items come back, retention ends."""
        self._offset += timedelta(seconds=seconds)


def stamp(moment: datetime) -> str:
    """A time as VTEX writes it: seven decimals and the offset."""
    return moment.isoformat(timespec="microseconds").replace("+", "0+")
