"""All connections of a store: each with its connector and its thread, as they are configured now."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial

from desktop import connectors
from desktop.connectors import Connector, Push, RemoteOrder, Repeat
from desktop.errors import BalcaoError, UserError
from desktop.i18n import N_
from desktop.journey import Step
from desktop.order import CancelState, Order
from desktop.secrets import Secrets, forget_all, variable
from desktop.sender import report
from desktop.store import Store, outbox, setup
from desktop.store.outbox import State
from desktop.sync import POLL_S, Pass, Sync

log = logging.getLogger(__name__)

# Each time, a key store may ask a person, and a platform counts who knocks with a wrong key.
AGAIN_S = 300.0


class SyncService:
    """All connections of a store, each with its thread.

    One that could not begin (a locked key store) and one whose key was refused begin anew every `AGAIN_S`
    and when a person asks by `wake`, with their settings and secrets as they are by then.
    """

    def __init__(self, store: Store, secrets: Secrets, poll_s: float = POLL_S) -> None:
        self.secrets = secrets
        self._store, self._poll_s, self._running = store, poll_s, False
        self._syncs: dict[str, Sync] = {}
        self._made_from: dict[str, object] = {}
        self._closed: dict[str, BalcaoError] = {}
        self._lock = threading.RLock()
        self._again, self._stop = threading.Event(), threading.Event()
        self._keeper = threading.Thread(target=self._keep_on, name="connections")
        self.configure()

    def start(self) -> None:
        with self._lock:
            self._running = True
            for sync in self._syncs.values():
                sync.start()
        self._keeper.start()

    def configure(self) -> None:
        """Serves the connections as they are configured now. Fetches secrets and waits for calls of
        those that changed: not on the GUI thread."""
        with self._lock:
            with self._store.read() as session:
                wanted = {c.name: c for c in setup.all_connections(session)}
            for name in list(self._syncs):
                if name not in wanted or self._made_from[name] != wanted[name].settings:
                    self._syncs.pop(name).close()
            for name in set(self._closed) - set(wanted):
                del self._closed[name]
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
        sync = self._syncs.get(connection)
        if sync is None:
            raise UserError(
                N_("The connection “{name}” does not run. Look at it in the settings."),
                name=connection,
            )
        return sync

    def renew(self, connection: str) -> None:
        """Starts one connection anew, with what its secrets are now. Not on the GUI thread."""
        with self._lock:
            self._made_from[connection] = None
            self.configure()

    def wake(self) -> None:
        """A person wants to know now."""
        for sync in list(self._syncs.values()):
            sync.wake()
        self._again.set()

    @property
    def fault(self) -> BalcaoError | None:
        """What keeps a connection from writing to the store, where it could be told only so."""
        return next((sync.fault for sync in list(self._syncs.values()) if sync.fault), None)

    def _keep_on(self) -> None:
        while not self._stop.is_set():
            self._again.wait(AGAIN_S)
            self._again.clear()
            try:
                if not self._stop.is_set():
                    self._begin_again()
            except BalcaoError as error:
                log.info("connections: %s", error)
            except Exception as error:
                report(error)

    def _begin_again(self) -> None:
        with self._lock:
            denied = [name for name, sync in self._syncs.items() if sync.is_denied]
            for name in denied:
                self._made_from[name] = None
            if denied or self._closed:
                self.configure()

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
        for name, sync in list(self._syncs.items()):
            total = Pass()
            for _ in range(100):
                step = sync.once()
                total.add(step)
                if step.trouble or not step.moved:
                    break
            done[name] = total
        return done

    def close(self) -> None:
        self._stop.set()
        self._again.set()
        if self._keeper.ident is not None:
            self._keeper.join()
        for sync in self._syncs.values():
            sync.close()


def build(connection: setup.Connection, secrets: Secrets) -> Connector:
    """The connector of a configured account, its secrets fetched from where they are kept.

    Raises UserError where they are locked away, or where one that it cannot do without is not there.
    """
    declared = connectors.load(connection.connector).fields
    values = dict(connection.settings)
    for field in (one for one in declared if one.secret):
        found = secrets.get(connection.name, field.name)
        if field.required and not found:
            raise UserError(
                N_("“{label}” of “{name}” is not kept on this computer. Type it in the settings, or set "
                   "{variable}."),
                field=field.name, label=field.label, name=connection.name,
                variable=variable(connection.name, field.name),
            )  # fmt: skip
        values[field.name] = found
    return connectors.make(connection.connector, connection.name, values)


def check(connection: setup.Connection, secrets: Secrets) -> None:
    """Asks the platform whether it works with this account. Raises BalcaoError with what is missing."""
    connector = build(connection, secrets)
    try:
        connector.check()
    finally:
        connector.close()


def forget_secrets(store: Store, secrets: Secrets, gone: setup.Connection) -> UserError | None:
    """Forgets the secrets of an account that was removed, unless there is one of its name again. What is
    left where they cannot be deleted. Waits for a key store."""
    with store.read() as session:
        if any(one.name == gone.name for one in setup.all_connections(session)):
            return None
    declared = connectors.load(gone.connector).fields
    return forget_all(secrets, gone.name, [field.name for field in declared if field.secret])
