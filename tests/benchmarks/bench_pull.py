"""Pull: 2,000 orders from the sandbox over loopback, each answer 30 ms late, into the store.

    python -m tests.benchmarks.bench_pull         prints the table
    pytest tests/benchmarks/bench_pull.py         fails below five times a bare loop

The bare loop makes the same requests (feed in lots of ten, each order's detail, commit of each lot) by one
`requests` session, one at a time, and stores nothing. It is timed on 200 orders and scaled to 2,000. The
platform is a program of its own, so that it does not share this one's interpreter.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from desktop.connectors.vtex import Vtex
from desktop.sandbox import KEY, TOKEN
from desktop.store import queries, setup
from desktop.sync import Pass, Sync
from tests.fakes import SHOP, open_store

ORDERS, SAMPLE, LATENCY = 2_000, 200, "latency=30ms"
FASTER = 5.0


@contextmanager
def platform(orders: int) -> Iterator[str]:
    command = ["sandbox", "--orders", str(orders), "--seed", "1", "--faults", LATENCY]
    program = subprocess.Popen(
        [sys.executable, "-m", "desktop", *command], stdout=subprocess.PIPE, text=True
    )
    try:
        assert program.stdout is not None
        yield program.stdout.readline().strip()
    finally:
        program.terminate()
        program.communicate()


def ours() -> float:
    """Seconds until every order that the mapping creates stands in the store, all acknowledged."""
    with platform(ORDERS) as url, tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder), words=Vtex.words)
        sync = Sync(store, SHOP, Vtex(connection=SHOP, url=url, key=KEY, token=TOKEN))
        done = Pass()
        started = time.perf_counter()
        sync.pull(done)
        seconds = time.perf_counter() - started
        assert done.trouble is None, done.trouble
        sync.pull(done)
        sync.close()
        with store.read() as session:
            assert queries.total(session) == done.new >= 0.8 * ORDERS
            assert setup.all_parked(session) == []
        store.close()
        return seconds


def bare() -> float:
    """Seconds of the same requests one at a time, scaled to ORDERS."""
    with platform(SAMPLE) as url, requests.Session() as session:
        session.headers.update({"X-VTEX-API-AppKey": KEY, "X-VTEX-API-AppToken": TOKEN})
        started = time.perf_counter()
        found: set[str] = set()
        feed = f"{url}/api/orders/feed"
        while events := session.get(feed, params={"maxlot": 10}, timeout=30).json():
            for event in events:
                session.get(f"{url}/api/oms/pvt/orders/{event['orderId']}", timeout=30).json()
            handles = [event["handle"] for event in events]
            session.post(feed, json={"handles": handles}, timeout=30).raise_for_status()
            found |= {event["orderId"] for event in events}
        seconds = time.perf_counter() - started
    assert len(found) >= 0.8 * SAMPLE, len(found)
    return seconds * ORDERS / len(found)


def report(mine: float, theirs: float) -> str:
    return (
        f"pull of {ORDERS:,} orders, 30 ms away: {mine:.1f} s ({ORDERS / mine:,.0f} a second);"
        f" one request at a time {theirs:.1f} s (scaled from {SAMPLE} orders); {theirs / mine:.1f}× faster"
        f" (limit {FASTER}×)"
    )


def test_a_pull_is_at_least_five_times_faster_than_one_request_at_a_time() -> None:
    theirs = bare()
    mine = ours()
    print("\n" + report(mine, theirs))
    assert theirs >= FASTER * mine


if __name__ == "__main__":
    theirs = bare()
    mine = ours()
    print(report(mine, theirs))
    sys.exit(theirs < FASTER * mine)
