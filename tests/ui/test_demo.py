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
from desktop.journey import Step
from desktop.store.queries import View
from ui.demo import CONNECTION, ORDERS, PEOPLE, Stage
from ui.demo_hands import Hands
from ui.demo_script import Day

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


@pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)
def test_a_picture_waits_for_the_counts_and_for_when_the_platform_was_read(tmp_path, qtbot):
    with ExitStack() as closing:
        closing.callback(set_language, "en")
        stage = Stage(closing, tmp_path, seed=1)
        made = stage.window()
        made.show()
        seen = []

        class Watching(Hands):
            def picture(self, name):
                shown = made.sidebar.views.button(View.CREATION).entry.count
                seen.append((name, shown, made.status.text()))

        day = Day(Watching(made, tmp_path / "pictures"), stage.sandbox, stage.store)

        def script():
            yield "the orders to come in", lambda: len(day.all()) == ORDERS
            yield from day.show_lists()
            # What happens just before a picture is on it too.
            stage.work.do(day.order(1).id, Step.ACCEPT, {}, PEOPLE[0]).result()
            yield from day.picture("accepted")

        day.hands.perform(script())
        made.close()
        made.deleteLater()
    # Two of the day's orders await their payment.
    assert [(name, shown) for name, shown, _said in seen] == [
        ("orders", ORDERS - 2),
        ("accepted", ORDERS - 3),
    ]
    assert all(said.startswith("Atualizado há") for _name, _shown, said in seen)
