"""The last page: what comes next."""

from __future__ import annotations

from desktop.i18n import tr as _
from ui.first_run.page import Given, Page
from ui.widgets import Card, Sign, WrappedLabel, column, row


class DonePage(Page):
    def __init__(self, given: Given) -> None:
        super().__init__(given)
        said = (
            _(
                "Orders come in by themselves now; the big button is always the next step of an order."
            )
            if given.state.connections
            else _("No platform is connected yet: connect one in the settings, and orders come in.")
        )
        more = _("Scan anything at any time, and press F1 on any page for its keys.")
        card = Card(margin=24)
        words = WrappedLabel(f"{said} {more}", "lead")
        line = row(Sign("check", "ok", 56), words, spacing=20)
        line.setStretch(1, 1)
        card.body.addLayout(line)
        self.setLayout(column(card, 1))

    @property
    def title(self) -> str:
        return _("Ready")

    @property
    def lead(self) -> str:
        return _("Everything here can be changed in the settings.")

    @property
    def verb(self) -> str:
        return _("Open the orders")
