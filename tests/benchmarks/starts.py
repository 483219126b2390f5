"""Starting a program and reading from outside how far it has come: seconds since the start of its process,
and its memory."""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop.journey import Journey
from desktop.secrets import variable
from desktop.store import Store, queries, setup
from tests.benchmarks import big_store
from ui import last
from ui.milestones import LISTED, PAINTED
from ui.nav import Entry

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 60.0
# Nothing listens there; the program starts as it does in a store whose line is down.
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds until each word stood in the log, by the clock and of the processor; megabytes resident at
    the last of them."""

    seconds: Mapping[str, float]
    processor: Mapping[str, float]
    megabytes: float


def start(command: Sequence[str], words: Sequence[str], compiled: str = "", **more: str) -> Start:
    """Runs `command` offscreen until the last of `words` is in its standard error, then ends it kindly.
    Python keeps compiled modules in the folder `compiled`, when given. `more` is for the environment.

    Raises TimeoutError when it never comes.
    """
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    if compiled:
        # An environment that forbids to keep them would time the compiler.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = compiled
    for field in ("key", "token"):
        environment[variable("shop", field)] = "none"
    environment |= more
    began = time.perf_counter()
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, cwd=tempfile.gettempdir(), env=environment, text=True
    ) as process:
        killer = threading.Timer(DEADLINE_S, process.kill)
        killer.start()
        try:
            return _watched(process, began, words)
        finally:
            killer.cancel()
            killer.join()


def _watched(process: subprocess.Popen[str], began: float, words: Sequence[str]) -> Start:
    assert process.stderr is not None
    seconds: dict[str, float] = {}
    processor: dict[str, float] = {}
    said = []
    for line in process.stderr:
        at = time.perf_counter() - began
        said.append(line)
        for word in words:
            if word in line and word not in seconds:
                seconds[word], processor[word] = at, used(process.pid)
        if len(seconds) == len(words):
            megabytes = resident(process.pid)
            process.send_signal(signal.SIGINT)
            process.stderr.read()
            return Start(seconds, processor, megabytes)
    raise TimeoutError("".join(said))


def used(pid: int) -> float:
    """Seconds of the processor that a process has used, all its threads together."""
    after_name = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds now."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def ours(program: Sequence[str], data: Path, compiled: str = "", **more: str) -> Start:
    """Balcão on the store in `data`: until its window is painted, until the list is."""
    command = [*program, "--verbose", "--data", str(data)]
    return start(command, (PAINTED, LISTED), compiled, **more)


@contextmanager
def big_data(orders: int) -> Iterator[Path]:
    """A data folder of its own with `orders` orders, one connection, and the counts of the last time."""
    with tempfile.TemporaryDirectory() as top:
        data = Path(top) / "data"
        shutil.copytree(big_store.folder(orders), data)
        store = Store(data)
        shop = setup.Connection("shop", "vtex", {"url": NOWHERE})
        store.do(lambda s: setup.add_connection(s, shop, []))
        last.save(data, last.Last(views=_counted(store)))
        store.close()
        yield data


def _counted(store: Store) -> tuple[Entry, ...]:
    with store.read() as session:
        counts = queries.counts(session, Journey(), big_store.NOW)
    return tuple(
        Entry(view.value, view.label, "accent", count.n, count.late)
        for view, count in counts.items()
    )


def median(starts: Sequence[Start], word: str) -> float:
    return statistics.median(one.seconds[word] for one in starts)


def median_megabytes(starts: Sequence[Start]) -> float:
    return statistics.median(one.megabytes for one in starts)
