"""The frozen program's start against the same from source, until the first page of orders is painted.

    BALCAO_FROZEN=dist/balcao python -m tests.benchmarks.bench_frozen     prints the row
    BALCAO_FROZEN=dist/balcao pytest tests/benchmarks/bench_frozen.py     fails over one and a half times

Both open the same store of 10,000 orders, in turns, timed from outside from before the process exists.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from tests.benchmarks import starts
from tests.benchmarks.bench_start import OURS
from tests.benchmarks.starts import LISTED, PAINTED, Start, median

ORDERS, ROUNDS, LIMIT = 10_000, 11, 1.5
FROZEN = os.environ.get("BALCAO_FROZEN", "")
PROGRAM = "balcao.exe" if sys.platform == "win32" else "balcao"


def measure(rounds: int = ROUNDS) -> tuple[list[Start], list[Start]]:
    """Starts from source and frozen, without the first of each, which fills caches."""
    source, frozen = [], []
    program = [str(Path(FROZEN).resolve() / PROGRAM)]
    with starts.big_data(ORDERS) as data, tempfile.TemporaryDirectory() as compiled:
        for _ in range(rounds + 1):
            source.append(starts.ours(OURS, data, compiled))
            frozen.append(starts.ours(program, data, compiled))
    return source[1:], frozen[1:]


def ratio(source: list[Start], frozen: list[Start]) -> float:
    return median(frozen, LISTED) / median(source, LISTED)


def report(source: list[Start], frozen: list[Start]) -> str:
    painted = median(frozen, PAINTED) / median(source, PAINTED)
    return (
        f"usable: frozen {median(frozen, LISTED) * 1000:.0f} ms, from source"
        f" {median(source, LISTED) * 1000:.0f} ms, {ratio(source, frozen):.2f}× (limit {LIMIT}×);"
        f" painted {painted:.2f}×"
    )


@pytest.mark.skipif(not FROZEN, reason="BALCAO_FROZEN names no frozen program")
def test_the_frozen_program_is_usable_nearly_as_soon() -> None:
    found = measure()
    print("\n" + report(*found))
    assert ratio(*found) <= LIMIT


if __name__ == "__main__":
    both = measure()
    print(report(*both))
    sys.exit(ratio(*both) > LIMIT)
