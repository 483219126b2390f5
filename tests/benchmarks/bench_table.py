"""The order list on a million orders: what the GUI thread spends until the rows are painted.

    python -m tests.benchmarks.bench_table        prints the table
    pytest tests/benchmarks/bench_table.py        fails over a frame (median) or two (p99)

Every number is one act from its call to the end of the paint it causes, in a window on the offscreen
platform; *until it is whole* goes on until all ids are here and nothing is left to do. *gui* is the time
of the event loop's turns that had something to do, waits for other threads' Python included (turns without
an event are the loop's sleep); *block* is the longest of them; *cpu* is what of *gui* the thread computed,
the rest it waited: on a busy machine for other programs; *wall* is what a person waits.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from desktop.store import Store
from desktop.store.queries import View
from tests.benchmarks import big_store

ORDERS = int(os.environ.get("BALCAO_BENCH_ORDERS", "1000000"))
FRAME_MS = 16.7
DEADLINE_S = 20


@dataclass(slots=True)
class Taken:
    """Milliseconds of one act."""

    gui: float
    block: float
    wall: float
    cpu: float

    def __add__(self, after: Taken) -> Taken:
        block = max(self.block, after.block)
        return Taken(self.gui + after.gui, block, self.wall + after.wall, self.cpu + after.cpu)


class Watch:
    """Runs the event loop until the view has painted what an act asked for."""

    def __init__(self, app: Any, table: Any) -> None:
        from PySide6.QtCore import QEvent, QObject

        watch = self

        class Eye(QObject):
            def eventFilter(self, seen: QObject, event: QEvent) -> bool:
                watch._busy = True
                if event.type() is QEvent.Type.Paint and seen is viewport and watch._ready():
                    watch._painted = True
                return False

        viewport = table.view.viewport()
        self.app, self.table, self._eye = app, table, Eye()
        self._ready: Callable[[], bool] = lambda: False
        self._painted = self._busy = False
        app.installEventFilter(self._eye)

    def take(self, act: Callable[[], Any], ready: Callable[[], bool] = lambda: True) -> Taken:
        """Does `act` and waits for the end of the first paint at which `ready()` holds."""
        self._ready, self._painted = ready, False
        return self._run(act, lambda: self._painted)

    def rest(self, ready: Callable[[], bool]) -> Taken:
        """Waits until `ready()` holds and nothing is left to do or to paint."""
        return self._run(lambda: None, lambda: ready() and not self._busy)

    def _run(self, act: Callable[[], Any], done: Callable[[], bool]) -> Taken:
        started, cpu_before = time.perf_counter(), time.thread_time()
        act()
        gui = block = time.perf_counter() - started
        cpu = time.thread_time() - cpu_before
        self._busy = True
        while not done():
            self._busy, began, cpu_before = False, time.perf_counter(), time.thread_time()
            if began - started > DEADLINE_S:
                raise TimeoutError("nothing was painted")
            self.app.processEvents()
            spent = time.perf_counter() - began
            if self._busy:
                gui, block = gui + spent, max(block, spent)
                cpu += time.thread_time() - cpu_before
            elif not done():
                time.sleep(0.0002)
        wall = time.perf_counter() - started
        return Taken(gui * 1e3, block * 1e3, wall * 1e3, cpu * 1e3)


@contextmanager
def desk(orders: int) -> Iterator[Any]:
    """A desk on the big store, with the window's own bridge, pool and collection of garbage."""
    from desktop.work import Work
    from ui.bridge import Bridge
    from ui.collector import Collector
    from ui.tasks import Tasks

    store, bridge, tasks = Store(big_store.folder(orders)), Bridge(), Tasks()
    collector = Collector()
    try:
        yield SimpleNamespace(
            store=store, bridge=bridge, tasks=tasks, work=Work(store), messages=None,
            now=lambda: big_store.NOW,
        )  # fmt: skip
    finally:
        collector.close()
        tasks.close()
        bridge.close()
        store.close()


def measure(app: Any, orders: int = ORDERS) -> dict[str, list[Taken]]:
    """Every act of the list, many times."""
    from PySide6.QtWidgets import QWidget

    from ui.order_table import OrderTable

    dice = random.Random(3)
    found: dict[str, list[Taken]] = {}
    with desk(orders) as one:
        window = QWidget()
        window.resize(1366, 768)
        table = OrderTable(one, window)
        table.setGeometry(248, 124, 590, 606)
        watch = Watch(app, table)
        window.show()
        # The very first paint loads fonts and compiles statements: the window's start, not the list's.
        _open(watch, View.INVOICE)
        for view, name in ((View.ALL, "all orders"), (View.INVOICE, "open stage")):
            opened = [_open(watch, view) for _ in range(60)]
            found[f"first paint, {name}"] = [first for first, _ in opened]
            found[f"until it is whole, {name}"] = [first + rest for first, rest in opened]
        _open(watch, View.ALL)
        assert len(table.model.ids) == orders
        found["jump anywhere"] = [_jump(watch, dice) for _ in range(400)]
        found["a page down"] = [_page_down(watch) for _ in range(200)]
        found["orders changed"] = [_changed(watch, one) for _ in range(60)]
        found["key in search"] = [
            taken for typed in _typed(dice, 40) for taken in _type(watch, typed)
        ]
        window.close()
    return found


def _open(watch: Watch, view: View) -> tuple[Taken, Taken]:
    """Opens a view from a short list: until its first rows are painted, and from there until all its ids
    are here and nothing is left to do."""
    table = watch.table
    watch.take(lambda: table.show_view(View.HELD), lambda: _answered(table))
    before = table.model.ids
    first = watch.take(lambda: table.show_view(view), lambda: table.model.ids is not before)
    return first, watch.rest(lambda: _answered(table))


def _answered(table: Any) -> bool:
    return bool(table.is_settled)


def _jump(watch: Watch, dice: random.Random) -> Taken:
    bar = watch.table.view.verticalScrollBar()
    return watch.take(lambda: bar.setValue(dice.randrange(bar.maximum())))


def _page_down(watch: Watch) -> Taken:
    bar = watch.table.view.verticalScrollBar()
    return watch.take(lambda: bar.setValue(bar.value() + bar.pageStep()))


def _changed(watch: Watch, one: Any) -> Taken:
    table = watch.table
    order_id = table.model.ids[table.view.rowAt(100)]
    return watch.take(lambda: one.bridge.orders_changed.emit(frozenset({order_id})))


def _type(watch: Watch, typed: str) -> list[Taken]:
    table = watch.table
    return [
        watch.take(lambda part=typed[:n]: table.search(part), lambda: _answered(table))
        for n in range(2, len(typed) + 1)
    ]


def _typed(dice: random.Random, count: int) -> list[str]:
    words = ("marina", "joao", "conceição", "oliveira", "camiseta", "SKU012", "muñoz", "magalu")
    return [
        dice.choice(words) if dice.random() < 0.6 else str(1_000_000 + dice.randrange(ORDERS))
        for _ in range(count)
    ]


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, round(share * (len(values) - 1)))]


def report(found: dict[str, list[Taken]]) -> str:
    """The table, in milliseconds: median and 99th percentile."""
    names = ("gui", "cpu", "wall")
    lines = [
        f"{'act':26}{'n':>5}" + "".join(f"{f'{n} p50':>10}{'p99':>8}" for n in names) + "   block"
    ]
    for act, taken in found.items():
        line = f"{act:26}{len(taken):5}"
        for name in names:
            values = [getattr(one, name) for one in taken]
            line += f"{statistics.median(values):10.1f}{percentile(values, 0.99):8.1f}"
        lines.append(f"{line}{max(one.block for one in taken):8.1f}")
    return "\n".join(lines)


def over_a_frame(found: dict[str, list[Taken]]) -> list[str]:
    """The acts whose median is over one frame, or whose p99 is over two, on the GUI thread."""
    return [
        act
        for act, taken in found.items()
        if statistics.median(t.gui for t in taken) > FRAME_MS
        or percentile([t.gui for t in taken], 0.99) > 2 * FRAME_MS
    ]


def test_the_list_of_a_million_orders_paints_within_a_frame(qapp: Any) -> None:
    from ui import theme

    theme.apply(qapp, "light")
    found = measure(qapp)
    print("\n" + report(found))
    assert over_a_frame(found) == []


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from ui import theme

    app = QApplication([])
    theme.apply(app, "light")
    found = measure(app)
    print(report(found))
    slow = over_a_frame(found)
    print("over the limit: " + ", ".join(slow) if slow else "within one frame (p99: two)")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
