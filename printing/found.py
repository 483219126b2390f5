"""Printers this computer knows and Balcão can speak to: those it reaches over the network by a plain port.

CUPS is asked by its own `lpstat`, Windows by what its registry says of its TCP/IP ports. Without either,
none are found; their addresses can be typed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from printing.profiles import PROFILES

_PATIENCE_S = 4
_PORT = 9100
_QUEUE = re.compile(
    r"^device for (?P<name>[^:]+): socket://(?P<host>[\w.-]+)(?::(?P<port>\d+))?", re.M
)
_PRINTERS = r"SYSTEM\CurrentControlSet\Control\Print\Printers"
_PORTS = r"SYSTEM\CurrentControlSet\Control\Print\Monitors\Standard TCP/IP Port\Ports"
_RAW = 1


@dataclass(frozen=True, slots=True)
class Found:
    """`name` as the system calls it, `profile` the model that its name tells, or ""."""

    name: str
    address: str
    profile: str = ""


def printers() -> list[Found]:
    """All that are known, by name. Waits for the system, some seconds at most: not on the GUI thread."""
    known = _of_windows() if sys.platform == "win32" else _of_cups()
    named = {Found(name, f"tcp:{host}:{port}", _model(name)) for name, host, port in known}
    return sorted(named, key=lambda one: one.name)


def _of_cups() -> Iterator[tuple[str, str, int]]:
    # Its words are read in English; a frozen program's own libraries are not for it.
    environment = {"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)}
    try:
        said = subprocess.run(
            ["lpstat", "-v"], capture_output=True, text=True, timeout=_PATIENCE_S, check=False,
            env=environment, stdin=subprocess.DEVNULL,
        ).stdout  # fmt: skip
    except (OSError, UnicodeDecodeError, subprocess.TimeoutExpired):
        return
    for queue in _QUEUE.finditer(said):
        yield queue["name"], queue["host"], int(queue["port"] or _PORT)


def _of_windows() -> list[tuple[str, str, int]]:
    """The printers behind a standard TCP/IP port that speaks raw."""
    found: list[tuple[str, str, int]] = []
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415

        machine = winreg.HKEY_LOCAL_MACHINE
        with suppress(OSError), winreg.OpenKey(machine, _PRINTERS) as printers:
            for number in range(winreg.QueryInfoKey(printers)[0]):
                name = winreg.EnumKey(printers, number)
                with suppress(OSError), winreg.OpenKey(printers, name) as printer:
                    port = winreg.QueryValueEx(printer, "Port")[0]
                    with winreg.OpenKey(machine, rf"{_PORTS}\{port}") as at:
                        host, tcp, protocol = (
                            winreg.QueryValueEx(at, value)[0]
                            for value in ("HostName", "PortNumber", "Protocol")
                        )
                    if protocol == _RAW:
                        found.append((name, host, tcp))
    return found


def _model(name: str) -> str:
    """The model whose name stands in a printer's: “Zebra_ZD220_caixa” is a Zebra ZD220."""
    words = _squeezed(name)
    return next((one for one, p in PROFILES.items() if _squeezed(p.title) in words), "")


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()
