"""Fixtures that several tests of the whole program share."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from desktop.connectors import make
from desktop.connectors.vtex import Vtex
from desktop.sandbox import KEY, TOKEN, Sandbox
from tests.fakes import SHOP, an_order
from tests.flow.scene import Scene
from tests.flow.vendure import Counter
from tests.flow.vtex import Start
from tests.vendure import Server as VendureServer
from tests.vendure import Unavailable, installed


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


@pytest.fixture(scope="session")
def vendure_modules() -> Path:
    """Where there is no Vendure these tests are skipped, unless the machine is said to have one."""
    try:
        return installed()
    except Unavailable as error:
        if os.environ.get("BALCAO_VENDURE") == "required":
            pytest.fail(f"no Vendure, and it is required: {error}")
        pytest.skip(f"no Vendure: {error}")


@pytest.fixture(scope="session")
def vendure(
    vendure_modules: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[VendureServer]:
    server = VendureServer(vendure_modules, tmp_path_factory.mktemp("vendure"))
    yield server
    server.close()


@pytest.fixture
def shop(vendure: VendureServer) -> VendureServer:
    """A running shop without any orders."""
    if not vendure.is_alive:  # a test that killed it has failed
        vendure.again()
    vendure.reset()
    return vendure


@pytest.fixture
def counter(shop: VendureServer, tmp_path: Path) -> Iterator[Callable[..., Counter]]:
    """Makes a store that is connected with the shop."""
    with ExitStack() as stack:

        def begin(folder: str = "store", **settings: str) -> Counter:
            made = Counter(tmp_path / folder, shop.url, **settings)
            stack.callback(made.close)
            return made

        yield begin
