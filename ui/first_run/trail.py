"""Where the assistant stands: its steps in a row, those that are done with a tick."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from desktop.first_run import Stage
from desktop.i18n import N_
from desktop.i18n import tr as _
from ui.widgets import Chip, row

STAGES: Sequence[tuple[Stage, str]] = (
    (Stage.LANGUAGE, N_("Language")), (Stage.STORE, N_("Store")), (Stage.PLATFORM, N_("Platform")),
    (Stage.PRINTERS, N_("Printers")), (Stage.DONE, N_("Ready")),
)  # fmt: skip


class Trail(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._chips = [Chip() for _stage in STAGES]
        self.setLayout(row(*self._chips, 1))

    def show_stage(self, here: Stage) -> None:
        place = list(Stage).index(here)
        for n, (chip, (_stage, word)) in enumerate(zip(self._chips, STAGES, strict=True)):
            tone = "ok" if n < place else "accent" if n == place else "dim"
            chip.show_text(f"✓ {_(word)}" if n < place else f"{n + 1}  {_(word)}", tone)
        self.setAccessibleName(
            _("Step {n} of {all}: {name}", n=place + 1, all=len(STAGES), name=_(STAGES[place][1]))
        )
