"""Short tones beside what is shown, never instead. Nothing here waits for the loudspeaker."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import resources

NAMES = ("ok", "attention", "stop", "soft", "new_order")
# A counter must hear that it may not go on, whatever the settings say.
ALWAYS = frozenset({"stop"})
_PLAYERS = (["pw-play"], ["paplay"], ["aplay", "-q"], ["afplay"])
_AT_ONCE = 3

Player = Callable[[Path], None]


class Sounds:
    """Plays the tones of `resources/sounds`. `on` is the store's setting; the stop tone ignores it."""

    def __init__(self, player: Player | None = None) -> None:
        self.on = True
        self._player = player or system_player()

    def play(self, name: str) -> None:
        if self.on or name in ALWAYS:
            self._player(resources.path(f"sounds/{name}.wav"))

    def try_out(self) -> None:
        """One that is heard whatever the setting is: somebody asks whether there is sound."""
        self._player(resources.path("sounds/new_order.wav"))

    def close(self) -> None:
        """Ends the tones that are still playing."""
        if isinstance(self._player, DesktopPlayer):
            self._player.close()


class DesktopPlayer:
    """The desktop's own player as a process; a few at once at most, the rest is left out."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._playing: list[subprocess.Popen[bytes]] = []

    def __call__(self, file: Path) -> None:
        self._playing = [process for process in self._playing if process.poll() is None]
        if len(self._playing) >= _AT_ONCE:
            return
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(
            [*self._command, str(file)], stdin=quiet, stdout=quiet, stderr=quiet
        )
        self._playing.append(process)

    def close(self) -> None:
        for process in self._playing:
            process.kill()
            process.wait()
        self._playing.clear()


def system_player() -> Player:
    """This system's way to play a file without waiting; a silent one where there is none."""
    if sys.platform == "win32":
        return _play_on_windows
    command = _command()
    return DesktopPlayer(command) if command else lambda _file: None


@lru_cache(maxsize=1)
def _command() -> list[str] | None:
    return next((command for command in _PLAYERS if shutil.which(command[0])), None)


def _play_on_windows(file: Path) -> None:
    if sys.platform == "win32":
        import winsound  # noqa: PLC0415

        how = winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT
        winsound.PlaySound(str(file), how)
