"""A store on a bad day: the real commands against a sandbox, and what each says."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop.__main__ import main
from desktop.sandbox import KEY, Sandbox
from desktop.standing import standing
from desktop.store import Store, outbox, queries, setup
from tests.fakes import SHOP


class Day:
    """A data folder and the platform it is connected with."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], shop: Sandbox) -> None:
        self.folder, self.shop, self._capsys = folder, shop, capsys

    def run(self, *words: str, code: int | None = 0) -> Any:
        """What a command prints; it must end with `code`, if one is given, and never with a traceback."""
        self._capsys.readouterr()
        ended = main(["--data", str(self.folder), "--json", "--by", "Ana", *words])
        said = self._capsys.readouterr()
        assert "Traceback" not in said.err
        assert code is None or ended == code, (ended, said.out)
        return json.loads(said.out)

    def connect(self, code: int = 0, **more: str) -> Any:
        given = {"name": SHOP, "url": self.shop.url, "key": KEY} | more
        return self.run("connect", "vtex", *(f"{k}={v}" for k, v in given.items()), code=code)

    def doctor(self, code: int = 3) -> dict[str, str]:
        """What is found about the platform."""
        found = self.run("doctor", code=code)
        return next(one for one in found if one["what"] == "Platform" and one["name"])

    def sync(self, code: int | None = 0) -> dict[str, Any]:
        done: dict[str, Any] = self.run("sync", "--once", code=code)[SHOP]
        return done

    def read(self, what: Callable[[Any], Any]) -> Any:
        with closing(Store(self.folder)) as store, store.read() as session:
            return what(session)

    def line(self) -> str:
        """The window's sentence about the connection, a minute from now; "" when it has none."""
        soon = datetime.now(UTC) + timedelta(minutes=1)
        said = self.read(lambda s: standing(setup.all_connections(s), outbox.counts(s), soon))
        return str(said or "")

    def push(self, order: str) -> dict[str, Any]:
        """The order's newest push."""
        return dict(self.run("show", order)["pushes"][-1])

    def orders(self) -> int:
        return int(self.read(queries.total))
