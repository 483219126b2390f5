"""The demo's own keys, and the unattended demo when it does not come to its end; that it does is CI's own run
of it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack

import pytest
from PySide6.QtCore import Qt

from desktop.i18n import set_language
from desktop.i18n import tr as _
from ui.demo import CONNECTION, Stage

STUCK = """
import sys
from pathlib import Path
from ui import demo
from ui.demo_hands import Stuck

def stuck(_day):
    raise Stuck("what never comes")

demo.Day.script = stuck
sys.exit(demo.run_unattended(Path(sys.argv[1]), 1))
"""


def test_a_demo_that_got_stuck_says_so_and_ends(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", STUCK, str(tmp_path)], capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "what never comes" in done.stderr


@pytest.fixture
def window(tmp_path, qtbot):
    with ExitStack() as closing:
        closing.callback(set_language, "en")
        made = Stage(closing, tmp_path, seed=1).window()
        made.show()
        yield made
        made.close()
        made.deleteLater()


@pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)
def test_the_settings_page_knows_the_demos_keys(window, qtbot):
    window.show_page("settings")
    page = window.page("settings")
    qtbot.waitUntil(lambda: page.connections.connection == CONNECTION)
    page.list.mark(page.sections.index(page.connections))
    trial = page.connections.trial
    qtbot.mouseClick(trial.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(trial.button.isEnabled)
    assert trial.verdict.text() == _("It works.")
