"""Fixtures that several tests of the whole program share."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from desktop.connectors import make
from desktop.connectors.vtex import Vtex
from desktop.sandbox import KEY, TOKEN, Sandbox
from tests.fakes import SHOP, an_order
from tests.flow.scene import Scene
from tests.flow.vtex import Start


@pytest.fixture(params=["classic", "pii"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def start(dialect: str) -> Iterator[Start]:
    with ExitStack() as stack:

        def begin(**settings: Any) -> tuple[Sandbox, Vtex]:
            settings = {"orders": 0, "dialect": dialect} | settings
            sandbox = stack.enter_context(Sandbox(**settings))
            values = {"url": sandbox.url, "key": KEY, "token": TOKEN, "dialect": dialect}
            connector = make("vtex", "loja", values)
            stack.callback(connector.close)
            assert isinstance(connector, Vtex)
            return sandbox, connector

        yield begin


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path, *(an_order(str(n)) for n in range(1, 13)))
    yield made
    made.close()
    names = {thread.name.split("_")[0] for thread in threading.enumerate()}
    assert not names & {"writer", f"sync-{SHOP}", f"send-{SHOP}", f"pull-{SHOP}"}
