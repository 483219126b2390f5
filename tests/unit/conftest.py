"""Stores that a test opens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from desktop.order import Order
from desktop.store import Store
from tests.fakes import open_store

Opened = Callable[..., Store]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """`opened(*orders)` is `open_store` in the test's folder, closed at its end."""
    with ExitStack() as stack:

        def make(*new: Order, **more: Any) -> Store:
            return stack.enter_context(closing(open_store(tmp_path, *new, **more)))

        yield make
