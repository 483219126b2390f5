"""The printers a system knows: what its own tool or its registry says, read."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

import pytest

from printing import found
from printing.found import Found

SAID = """\
device for Elgin_i9: socket://192.168.0.51
device for Zebra_ZD220_caixa: socket://192.168.0.50:9101
device for Office: ipp://office.local:631/ipp/print
device for Usb: usb://Zebra/ZD220?serial=1
device for Named: socket://printer.store.lan:9100/
no sentence of lpstat
"""


@pytest.fixture
def lpstat(tmp_path, monkeypatch):
    """`lpstat(script)` puts a program of that name on the path."""

    def put(script: str) -> None:
        tool = tmp_path / "lpstat"
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return put


@pytest.mark.skipif(sys.platform == "win32", reason="CUPS is not Windows'")
def test_what_cups_reaches_by_a_plain_port_is_found(lpstat, tmp_path):
    (tmp_path / "said").write_text(SAID)
    lpstat(f'[ "$LC_ALL" = C ] && [ "$1" = -v ] && cat {tmp_path}/said')
    assert found.printers() == [
        Found("Elgin_i9", "tcp:192.168.0.51:9100", "elgin_i9"),
        Found("Named", "tcp:printer.store.lan:9100"),
        Found("Zebra_ZD220_caixa", "tcp:192.168.0.50:9101", "zebra_zd220"),
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="CUPS is not Windows'")
def test_a_system_that_does_not_answer_has_none(lpstat, monkeypatch):
    lpstat("exec sleep 30")
    monkeypatch.setattr(found, "_PATIENCE_S", 0.2)
    assert found.printers() == []
    lpstat("echo lpstat: no destinations >&2; exit 1")
    assert found.printers() == []


def test_a_system_without_the_tool_has_none(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert found.printers() == []


class Registry:
    """What of `winreg` is used, over a nested dict; a key is a context."""

    HKEY_LOCAL_MACHINE = ""

    def __init__(self, keys: dict[str, dict[str, object]]) -> None:
        self._keys = keys

    def OpenKey(self, key, name):
        path = f"{key.path}\\{name}" if key else name
        if path not in self._keys:
            raise FileNotFoundError(path)
        return _Key(path)

    def QueryInfoKey(self, key):
        return (len(self._below(key)), 0, 0)

    def EnumKey(self, key, number):
        return self._below(key)[number]

    def QueryValueEx(self, key, name):
        if name not in self._keys[key.path]:
            raise FileNotFoundError(name)
        return (self._keys[key.path][name], 1)

    def _below(self, key):
        start = f"{key.path}\\"
        names = [path[len(start) :] for path in self._keys if path.startswith(start)]
        return [name for name in names if "\\" not in name]


class _Key(SimpleNamespace):
    def __init__(self, path):
        super().__init__(path=path)

    def __enter__(self):
        return self

    def __exit__(self, *_given):
        pass


def test_what_windows_reaches_by_a_raw_port_is_found(monkeypatch):
    ports, printers = found._PORTS, found._PRINTERS
    raw = {"HostName": "192.168.0.50", "PortNumber": 9100, "Protocol": 1}
    registry = Registry(
        {
            printers: {},
            rf"{printers}\EPSON TM-T20X Receipt": {"Port": "IP_192.168.0.50"},
            rf"{printers}\Queue": {"Port": "IP_LPR"},
            rf"{printers}\PDF": {"Port": "PORTPROMPT:"},
            rf"{printers}\Nothing": {},
            rf"{ports}\IP_192.168.0.50": raw,
            rf"{ports}\IP_LPR": {**raw, "Protocol": 2},
        }
    )
    monkeypatch.setitem(sys.modules, "winreg", registry)
    monkeypatch.setattr(sys, "platform", "win32")
    assert found.printers() == [
        Found("EPSON TM-T20X Receipt", "tcp:192.168.0.50:9100", "epson_tm_t20x")
    ]


def test_a_windows_without_printers_has_none(monkeypatch):
    monkeypatch.setitem(sys.modules, "winreg", Registry({}))
    monkeypatch.setattr(sys, "platform", "win32")
    assert found.printers() == []
