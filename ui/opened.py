"""The store in a data folder with everything that works on it, opened together and closed together."""

from __future__ import annotations

from pathlib import Path

from desktop.connections import SyncService
from desktop.secrets import InMemory, Kept, Secrets
from desktop.store import Store, setup
from desktop.work import Work
from printing.spooler import Spooler


class Opened:
    """May be made on any thread, for it may wait: for a migration, a lock, a key store.

    Raises StoreError when the store cannot be opened.
    """

    def __init__(self, folder: Path, training: bool) -> None:
        self.store = Store(folder)
        try:
            self.work = Work(self.store)
            with self.store.read() as session:
                self.settings = setup.store_settings(session)
                printers = setup.all_printers(session)
            self.training = training or self.settings.training
            self.secrets: Secrets = InMemory() if self.training else Kept(folder)
            self.printing = Spooler(self.store, printers, self.work.label_printed)
            self.sync = SyncService(self.store, self.secrets)
        except BaseException:
            self.store.close()
            raise

    def start(self) -> None:
        self.printing.start()
        self.sync.start()

    def close(self) -> None:
        """Waits for what is being sent; what was not sent stays in the store."""
        self.sync.close()
        self.printing.stop()
        self.store.close()
