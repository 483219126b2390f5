"""How the tests come to their Vendure: installed once, whole or not at all, skipped only where allowed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.vendure import Unavailable, installed

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="the stand-ins for node and npm are scripts"
)
ROOT = Path(__file__).parents[2]
NPM = '#!/bin/sh\necho run >> "{log}"\nmkdir -p node_modules/a\n{rest}\n'


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose Node and npm are what the test says."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin{os.pathsep}/usr/bin")
    tool(tmp_path / "node", "#!/bin/sh\necho v22.1.0\n")
    return tmp_path


def tool(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def npm(machine: Path, rest: str = "") -> None:
    tool(machine / "npm", NPM.format(log=machine / "log", rest=rest))


def runs(machine: Path) -> int:
    log = machine / "log"
    return len(log.read_text().splitlines()) if log.exists() else 0


def test_a_second_run_installs_nothing(machine: Path) -> None:
    npm(machine)
    first = installed()
    assert (first / "a").is_dir() and machine in first.parents
    assert ROOT not in first.parents
    assert installed() == first and runs(machine) == 1


def test_installs_at_the_same_time_do_not_meet(machine: Path) -> None:
    # Each waits for the other, so that both are at it.
    npm(
        machine,
        f'while [ "$(wc -l < "{machine}/log")" -lt 3 ]; do :; done; touch node_modules/whole',
    )
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(installed())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(set(found)) == 1 and len(found) == 3
    assert (found[0] / "whole").exists()
    assert [path.name for path in found[0].parents[1].iterdir()] == [found[0].parent.name]


def test_an_install_that_breaks_off_leaves_nothing(machine: Path) -> None:
    npm(machine, "echo no network >&2; exit 1")
    with pytest.raises(Unavailable, match="no network"):
        installed()
    assert list((machine / "cache" / "balcao-tests").iterdir()) == []
    npm(machine)
    assert (installed() / "a").is_dir()


def test_without_a_node_that_is_new_enough_there_is_none(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm(machine)
    tool(machine / "node", "#!/bin/sh\necho v18.20.4\n")
    with pytest.raises(Unavailable, match=r"18\.20\.4"):
        installed()
    monkeypatch.setenv("PATH", str(machine / "nowhere"))
    with pytest.raises(Unavailable, match="no Node"):
        installed()


@pytest.mark.parametrize(("asked", "outcome"), [("", "1 skipped"), ("required", "1 error")])
def test_without_it_tests_are_skipped_and_where_it_is_required_they_fail(
    tmp_path: Path, asked: str, outcome: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
         "tests/flow/test_vendure_check.py::test_all_well"],
        cwd=ROOT, env={**os.environ, "PATH": str(tmp_path), "BALCAO_VENDURE": asked},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert outcome in done.stdout
    assert "no Node with npm" in done.stdout
