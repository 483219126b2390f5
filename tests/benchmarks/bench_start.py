"""The start of the program on a store of 1,000,000 orders, against an empty window with an empty table.

    python -m tests.benchmarks.bench_start     prints the row
    pytest tests/benchmarks/bench_start.py     fails over twice (painted with the counts of the last time),
                                               five times (scan line and first page), or thrice the memory

Both are processes of their own, started in turns and timed from outside, from before the process exists to
the line in its log. Compiled modules are kept in a folder of the benchmark's; medians count.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.benchmarks import starts
from tests.benchmarks.starts import LISTED, PAINTED, Start, median, median_megabytes

ORDERS, ROUNDS = 1_000_000, 11
LIMITS = {PAINTED: 2.0, LISTED: 5.0}
MEMORY_LIMIT = 3.0
EMPTY = [sys.executable, str(Path(__file__).with_name("empty_window.py"))]
OURS = [sys.executable, "-m", "desktop"]
EMPTY_PAINTED = "painted"


def measure(rounds: int = ROUNDS) -> tuple[list[Start], list[Start]]:
    """Starts of the empty window and of Balcão, without the first of each, which fills caches."""
    empty, ours = [], []
    with starts.big_data(ORDERS) as data, tempfile.TemporaryDirectory() as compiled:
        for _ in range(rounds + 1):
            empty.append(starts.start(EMPTY, (EMPTY_PAINTED,), compiled))
            ours.append(starts.ours(OURS, data, compiled))
    return empty[1:], ours[1:]


def ratios(empty: list[Start], ours: list[Start]) -> dict[str, float]:
    base = median(empty, EMPTY_PAINTED)
    return {word: median(ours, word) / base for word in LIMITS}


def memory(empty: list[Start], ours: list[Start]) -> float:
    return median_megabytes(ours) / median_megabytes(empty)


def report(empty: list[Start], ours: list[Start]) -> str:
    lines = [f"an empty window: {median(empty, EMPTY_PAINTED) * 1000:.0f} ms"]
    for word, ratio in ratios(empty, ours).items():
        lines.append(
            f"{word}: {median(ours, word) * 1000:.0f} ms, {ratio:.2f}× (limit {LIMITS[word]}×)"
        )
    lines.append(
        f"memory then: {median_megabytes(ours):.0f} MB, {memory(empty, ours):.2f}×"
        f" (limit {MEMORY_LIMIT}×)"
    )
    return "\n".join(lines)


def missed(empty: list[Start], ours: list[Start]) -> list[str]:
    over = [word for word, ratio in ratios(empty, ours).items() if ratio > LIMITS[word]]
    return over + ["memory"] * (memory(empty, ours) > MEMORY_LIMIT)


def test_a_start_is_little_more_than_that_of_an_empty_window() -> None:
    found = measure()
    print("\n" + report(*found))
    assert missed(*found) == []


if __name__ == "__main__":
    both = measure()
    print(report(*both))
    sys.exit(bool(missed(*both)))
