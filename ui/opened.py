"""The store in a data folder with everything that works on it, closed together.

It comes in two parts: what a list and a step need, then what may wait for a key store and costs the most to
import: connectors, printers.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desktop import first_run
from desktop.secrets import InMemory, Kept, Secrets
from desktop.store import Store, setup
from desktop.work import Work

if TYPE_CHECKING:
    from desktop.connections import SyncService
    from printing.spooler import Spooler


class Opened:
    """May be made on any thread, for it may wait: for a migration or a lock.

    `sync` and `printing` are None until they have begun. Raises StoreError when the store cannot be opened.
    """

    def __init__(self, folder: Path, training: bool) -> None:
        self.store = Store(folder)
        try:
            self.work = Work(self.store)
            with self.store.read() as session:
                self.settings = setup.store_settings(session)
                self.stage = first_run.stage(session, self.settings)
            self.training = training or self.settings.training
            self.secrets: Secrets = InMemory() if self.training else Kept(folder)
        except BaseException:
            self.store.close()
            raise
        self.sync: SyncService | None = None
        self.printing: Spooler | None = None

    def begin_printing(self) -> None:
        """The printers' threads. Not on the GUI thread."""
        from printing.spooler import Spooler  # noqa: PLC0415

        with self.store.read() as session:
            printers = setup.all_printers(session)
        self.printing = Spooler(self.store, printers, self.work.label_printed)
        self.printing.start()

    def begin_sync(self) -> None:
        """The connections' threads. Waits for a key store: not on the GUI thread."""
        from desktop.connections import SyncService  # noqa: PLC0415

        self.sync = SyncService(self.store, self.secrets)
        self.sync.start()

    def close(self) -> None:
        """Waits for what is being sent; what was not sent stays in the store."""
        if self.sync is not None:
            self.sync.close()
        if self.printing is not None:
            self.printing.stop()
        self.store.close()
