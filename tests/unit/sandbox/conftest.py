"""Sandboxes that a test starts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from desktop.sandbox import Sandbox
from tests.unit.sandbox.client import START, Client, Serve


@pytest.fixture
def serve() -> Iterator[Serve]:
    open_now: list[tuple[Sandbox, Client]] = []

    def start(**options: Any) -> tuple[Sandbox, Client]:
        sandbox = Sandbox(**({"orders": 0, "start": START} | options))
        pair = sandbox, Client(sandbox.start(), sandbox.key, sandbox.token)
        open_now.append(pair)
        return pair

    yield start
    for sandbox, client in open_now:
        client.session.close()
        sandbox.stop()
