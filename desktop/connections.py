"""All connections of a store: each with its connector and its thread, as they are configured now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial

from desktop import connectors
from desktop.connectors import Connector, Push, RemoteOrder, Repeat
from desktop.errors import BalcaoError, UserError
from desktop.i18n import N_
from desktop.journey import Step
from desktop.order import CancelState, Order
from desktop.secrets import Secrets
from desktop.store import Store, outbox, setup
from desktop.store.outbox import State
from desktop.sync import POLL_S, Pass, Sync


class SyncService:
    """All connections of a store, each with its thread."""

    def __init__(self, store: Store, secrets: Secrets, poll_s: float = POLL_S) -> None:
        self.secrets = secrets
        self._store, self._poll_s, self._running = store, poll_s, False
        self._syncs: dict[str, Sync] = {}
        self._made_from: dict[str, object] = {}
        self._closed: dict[str, BalcaoError] = {}
        self.configure()

    def start(self) -> None:
        self._running = True
        for sync in self._syncs.values():
            sync.start()

    def configure(self) -> None:
        """Serves the connections as they are configured now. Fetches secrets and waits for calls of
        those that changed: not on the GUI thread."""
        with self._store.read() as session:
            wanted = {c.name: c for c in setup.all_connections(session)}
        for name in list(self._syncs):
            if name not in wanted or self._made_from[name] != wanted[name].settings:
                self._syncs.pop(name).close()
        for connection in wanted.values():
            if connection.name not in self._syncs:
                self._begin(connection)

    def _begin(self, connection: setup.Connection) -> None:
        """One that cannot begin (a locked key store) says so and does not keep the others."""
        try:
            self._syncs[connection.name] = self._make(connection)
            self._closed.pop(connection.name, None)
        except BalcaoError as error:
            self._closed[connection.name] = error
            now = datetime.now(UTC)
            self._store.do(partial(setup.note_sync, name=connection.name, at=now, trouble=error))

    def _make(self, connection: setup.Connection) -> Sync:
        connector = build(connection, self.secrets)
        sync = Sync(self._store, connection.name, connector, poll_s=self._poll_s)
        self._made_from[connection.name] = connection.settings
        if self._running:
            sync.start()
        return sync

    def _one(self, connection: str) -> Sync:
        if connection not in self._syncs:
            raise UserError(
                N_("The connection “{name}” does not run. Look at it in the settings."),
                name=connection,
            )
        return self._syncs[connection]

    def renew(self, connection: str) -> None:
        """Starts one connection anew, with what its secrets are now. Not on the GUI thread."""
        self._made_from[connection] = None
        self.configure()

    def wake(self) -> None:
        for sync in self._syncs.values():
            sync.wake()

    def read_again(self, connection: str, remote_id: str) -> None:
        """Reads one order now. Waits for the network; raises PlatformError or UserError."""
        self._one(connection).read_again(remote_id)

    def look(self, connection: str, remote_id: str) -> Sequence[RemoteOrder]:
        """The order's groups as the platform has them now, without taking them in."""
        return self._one(connection).connector.read(remote_id)

    def unseen(
        self, connection: str, order: Order, pushes: Iterable[outbox.Entry], remote: RemoteOrder
    ) -> int:
        """How many pushes that count as done cannot be seen in `remote`; of a cancelled order only the
        cancellation can."""
        connector = self._one(connection).connector
        ended = remote.cancel is CancelState.CANCELLED
        comparable = [
            p
            for p in pushes
            if p.state is State.DONE
            and connector.tells[p.step].repeat is Repeat.COMPARE
            and (p.step is Step.CANCEL or not ended)
        ]
        return sum(
            not connector.confirms(Push(p.key, p.step, p.data, order), remote) for p in comparable
        )

    def once(self) -> dict[str, Pass]:
        """Passes over every connection until all is quiet or in trouble."""
        done = {name: Pass(trouble=error) for name, error in self._closed.items()}
        for name, sync in self._syncs.items():
            total = Pass()
            for _ in range(100):
                step = sync.once()
                total.add(step)
                if step.trouble or not step.moved:
                    break
            done[name] = total
        return done

    def close(self) -> None:
        for sync in self._syncs.values():
            sync.close()


def build(connection: setup.Connection, secrets: Secrets) -> Connector:
    """The connector of a configured account, its secrets fetched from where they are kept."""
    declared = connectors.load(connection.connector).fields
    values = dict(connection.settings)
    values |= {f.name: secrets.get(connection.name, f.name) for f in declared if f.secret}
    return connectors.make(connection.connector, connection.name, values)
