"""A real Vendure on loopback, as a store would run it: another process, its own database, nothing faked.

`python -m tests.vendure` installs it. Node's modules live outside the checkout, so that a second run
installs nothing; the server itself is `server.js`, its shop `config.js` and `seed.js`.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LEAST_NODE = 20
INSTALL_S, START_S = 900.0, 120.0


class Unavailable(Exception):
    """Why no Vendure can run on this machine."""


def installed() -> Path:
    """The folder `node_modules`, filled when there is none yet.

    Each install goes to a folder of its own and takes its place whole: several at a time do not meet,
    and one that breaks off leaves nothing behind that looks finished. Raises Unavailable.
    """
    place = _cache() / f"vendure-{_mark()}"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f"{place.name}-", dir=place.parent))
        try:
            _install(made)
            made.rename(place)
        except OSError:
            if not place.exists():  # else another was quicker
                raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return place / "node_modules"


def node() -> str:
    """The Node that is new enough. Raises Unavailable."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        raise Unavailable(f"there is no Node with npm; Vendure needs Node {LEAST_NODE} or newer")
    version = _output([found, "--version"]).lstrip("v")
    if int(version.partition(".")[0] or 0) < LEAST_NODE:
        raise Unavailable(f"Node is {version}; Vendure needs {LEAST_NODE} or newer")
    return found


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "balcao-tests"


def _mark() -> str:
    """Modules that are built for another Node or machine are others."""
    made_for = f"{_output([node(), '--version'])} {platform.system()} {platform.machine()}"
    text = (HERE / "package.json").read_bytes() + made_for.encode()
    return hashlib.sha256(text).hexdigest()[:16]


def _install(folder: Path) -> None:
    shutil.copy(HERE / "package.json", folder)
    npm = shutil.which("npm") or "npm"
    options = [
        "--no-package-lock",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]
    done = subprocess.run(
        [npm, "install", *options], cwd=folder, capture_output=True, text=True, timeout=INSTALL_S,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise Unavailable(f"npm could not install Vendure: {done.stderr.strip()[-500:]}")


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


class Server:
    """A running Vendure in `folder`. It is seeded once and can be as it was then at any time."""

    def __init__(self, modules: Path, folder: Path) -> None:
        self._modules, self._file, self._seed = modules, folder / "shop.db", folder / "seed.db"
        self.url = ""
        self._process = self._run(port=0)
        shutil.copy(self._file, self._seed)

    def reset(self) -> None:
        """Back to what was seeded: no orders, no sessions."""
        self.trick(reset=str(self._seed))

    def trick(self, **what: Any) -> None:
        """What no client can do: `sql`, `forget` (all sessions), `save`, or `break` off at an operation:
        {"at": its name, "when": "before" or "after" its effect, "how": "kill" or "hang up"}."""
        connection = HTTPConnection(self.url.removeprefix("http://"), timeout=30)
        try:
            connection.request(
                "POST", "/test", json.dumps(what), {"Content-Type": "application/json"}
            )
            response = connection.getresponse()
            assert response.status == 200, response.read()
            response.read()
        finally:
            connection.close()

    def wait_dead(self) -> None:
        self._process.communicate(timeout=START_S)

    def stop(self) -> None:
        """As a power cut does, but that nothing of the database is lost."""
        self.trick(save=True)
        self.close()

    def again(self) -> None:
        """Starts anew on the same port."""
        self._process = self._run(int(self.url.rpartition(":")[2]))

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def _run(self, port: int) -> subprocess.Popen[bytes]:
        said, failed = (self._file.with_suffix(end) for end in (".out", ".err"))
        command = [node(), str(HERE / "server.js"), str(self._file)]
        settings: Mapping[str, str] = {
            "NODE_PATH": str(self._modules), "PORT": str(port),
            "VENDURE_DISABLE_TELEMETRY": "true",  # it would tell its makers of each start
        }  # fmt: skip
        with said.open("wb") as out, failed.open("wb") as err:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,  # closed when we end, however that comes about
                stdout=out,
                stderr=err,
                cwd=self._file.parent,
                env={**os.environ, **settings},
            )
        self.url = _address(process, said, failed)
        return process


def _address(process: subprocess.Popen[bytes], said: Path, failed: Path) -> str:
    """The line that the server prints once it is there."""
    until, pause = time.monotonic() + START_S, threading.Event()
    while True:
        for line in said.read_text(errors="replace").splitlines(keepends=True):
            if line.startswith("http://") and line.endswith("\n"):
                return line.strip()
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            process.communicate()
            text = said.read_text(errors="replace") + failed.read_text(errors="replace")
            raise AssertionError(f"Vendure did not start: {text[-2000:]}")
        pause.wait(0.02)
