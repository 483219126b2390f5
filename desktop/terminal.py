"""The commands of a program without a screen: what a technician or a script can do.

Each returns what it found as JSON values; `__main__` prints them. UserError is a refusal; StoreError and
PlatformError are faults.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from desktop import connections, connectors, settings
from desktop.connections import SyncService
from desktop.errors import BalcaoError, UserError, WrongUsage
from desktop.fields import parse_all
from desktop.i18n import N_, tr_error
from desktop.journey import STEPS, Step, may
from desktop.order import Order, Person, Status
from desktop.secrets import Secrets, keep_with
from desktop.store import Session, Store, journal, orders, outbox, queries, setup
from desktop.store.body import plain
from desktop.store.setup import StoreSettings
from desktop.sync import Pass
from desktop.work import Work

_CHUNK = 500


def known_connectors() -> list[dict[str, Any]]:
    """The platforms that can be connected: the name `connect` takes, what it is, the fields it asks for; a
    star marks what it cannot do without."""
    found = []
    for name in connectors.names():
        one = connectors.load(name)
        fields = [field.name + "*" * field.required for field in one.fields]
        found.append({"connector": name, "title": one.title, "fields": " ".join(fields)})
    return found


def connect(
    store: Store, secrets: Secrets, connector: str, given: Mapping[str, str]
) -> dict[str, Any]:
    """Configures an account with the connector's declared fields; `name` calls it something else."""
    declared = connectors.load(connector)
    given = dict(given)
    name = given.pop("name", connector)
    _check_name(store, name)
    # A secret that stands in the environment or the key store already need not be typed.
    secret = [field.name for field in declared.fields if field.secret]
    kept = {one: secrets.get(name, one) for one in secret if one not in given}
    values = parse_all(declared.fields, given | kept)
    plain_values = {field: str(value) for field, value in values.items() if field not in secret}
    # Made once, because it knows best what an address must look like; nothing is asked of the network.
    connectors.make(connector, name, {field: str(value) for field, value in values.items()}).close()
    connection = setup.Connection(name, connector, plain_values)
    rows = [setup.MapRow(w.word, w.status, True, w.creates) for w in declared.words]
    typed = {one: str(values[one]) for one in secret if one in given}
    keep_with(
        secrets, name, typed, lambda: store.do(lambda s: setup.add_connection(s, connection, rows))
    )
    return {"connection": name, "connector": connector, "words": len(rows)}


def _check_name(store: Store, name: str) -> None:
    """Before a secret of that name is touched."""
    if not name.strip() or not name.isprintable():
        raise UserError(N_("The connection needs a name."), field="name")
    with store.read() as session:
        setup.check_free(session, name)


def reconnect(
    store: Store, secrets: Secrets, name: str, given: Mapping[str, str]
) -> dict[str, Any]:
    """Changes what is given of an account: its plain settings and its secrets."""
    known = _connection(store, name)
    declared = connectors.load(known.connector).fields
    hidden = {field.name for field in declared if field.secret}
    kept = {one: secrets.get(name, one) for one in hidden - set(given)}
    values = parse_all(declared, {**known.settings, **kept, **given})
    connectors.make(known.connector, name, {k: str(v) for k, v in values.items()}).close()
    plain_values = {k: str(v) for k, v in values.items() if k not in hidden}
    typed = {k: str(v) for k, v in values.items() if k in hidden & set(given)}
    keep_with(
        secrets, name, typed,
        lambda: store.do(lambda s: setup.change_connection(s, name, plain_values)),
    )  # fmt: skip
    return {"connection": name, "connector": known.connector}


def disconnect(store: Store, secrets: Secrets, name: str) -> dict[str, Any]:
    """Forgets an account and its secrets; its orders stay. Raises UserError while updates wait.

    `note` says what is left where the secrets could not be deleted.
    """
    known = _connection(store, name)
    store.do(lambda s: setup.remove_connection(s, name))
    left = connections.forget_secrets(store, secrets, known)
    return {"disconnected": name} | ({"note": tr_error(left)} if left else {})


def _connection(store: Store, name: str) -> setup.Connection:
    with store.read() as session:
        found = next((c for c in setup.all_connections(session) if c.name == name), None)
    if found is None:
        raise UserError(N_("There is no connection “{name}”."), name=name)
    return found


def ask(store: Store, secrets: Secrets, name: str) -> BalcaoError | None:
    """Asks the platform whether it works with an account; what is missing, None when nothing is."""
    try:
        connections.check(_connection(store, name), secrets)
    except BalcaoError as error:
        return error
    return None


def store_settings(store: Store, given: Mapping[str, str]) -> dict[str, Any]:
    """Changes what is given of the store's own settings and its journey; answers with all of them."""
    fields = settings.STORE + settings.JOURNEY

    def change(session: Session) -> StoreSettings:
        known = setup.store_settings(session)
        before = settings.store_values(known) | settings.journey_values(known)
        values = parse_all(fields, {**before, **given})
        wanted = settings.with_journey(settings.with_store(known, values), values)
        if wanted != known:
            setup.save_settings(session, wanted)
        return wanted

    after = store.do(change)
    return settings.store_values(after) | settings.journey_values(after)


def sync_once(store: Store, secrets: Secrets) -> dict[str, Any]:
    """Passes over every connection until all is quiet or in trouble; then `waiting` updates have not
    reached the platform and `to_mend` are refused."""
    with store.read() as session:
        if not setup.all_connections(session):
            raise UserError(N_("No connection is configured. Use “connect” first."))
    service = SyncService(store, secrets)
    try:
        done = service.once()
    finally:
        service.close()
    with store.read() as session:
        return {name: _pass(one) | _left(session, name) for name, one in done.items()}


def list_orders(store: Store, status: str | None) -> list[dict[str, Any]]:
    """Open and finished orders, newest first; only those in `status` when given."""
    wanted = _status(status) if status else None
    with store.read() as session:
        ids = queries.in_status(session, wanted)
        return [
            {
                "id": row.id, "number": row.number, "status": row.status.value,
                "kind": row.kind.value, "buyer": row.name, "total": row.total,
                "currency": row.currency,
            }
            for start in range(0, len(ids), _CHUNK)
            for row in queries.rows(session, ids[start : start + _CHUNK]).values()
        ]  # fmt: skip


def show(store: Store, name: str) -> dict[str, Any]:
    """An order with its steps, pushes and journal."""
    with store.read() as session:
        order = find(session, name)
        journey = setup.store_settings(session).journey
        steps = {step.value: _why(may(order, step, journey)) for step in STEPS}
        return {
            "order": plain(order),
            "steps": steps,
            "pushes": [_push(push) for push in outbox.of_order(session, order.id)],
            "journal": [
                {"at": line.at.isoformat(), "who": line.who, "what": line.what, "data": line.data}
                for line in journal.of_order(session, order.id)
            ],
        }


def do(store: Store, name: str, step: str, given: Mapping[str, str], who: Person) -> dict[str, Any]:
    """Takes a step for `who`."""
    if step not in set(Step):
        known = ", ".join(Step)
        raise WrongUsage(
            N_("There is no step “{step}”. There are: {known}."), step=step, known=known
        )
    with store.read() as session:
        order = find(session, name)
    moved = Work(store).do(order.id, Step(step), given, who).result()
    return {"order": moved.number, "status": moved.status.value}


def find(session: Session, name: str) -> Order:
    """The order called `name`: its number, the platform's id, a code on it, or #id."""
    if re.fullmatch(r"#[0-9]{1,18}", name):
        return orders.get(session, int(name[1:]))
    found = {order_id for _kind, order_id in orders.by_code(session, name)}
    if not found:
        raise UserError(N_("No order is called “{name}”."), name=name)
    if len(found) > 1:
        several = ", ".join(f"#{one}" for one in sorted(found))
        raise UserError(
            N_("“{name}” is on several orders: {several}. Name one of these."),
            name=name,
            several=several,
        )
    return orders.get(session, found.pop())


def assignments(pairs: Sequence[str]) -> dict[str, str]:
    """`field=value` words as a mapping."""
    for pair in pairs:
        if "=" not in pair:
            raise UserError(N_("“{word}” is not of the form field=value."), word=pair)
    return dict(pair.split("=", 1) for pair in pairs)


def lines(result: Any, indent: str = "") -> list[str]:
    """What a command found, as a person reads it."""
    if isinstance(result, list):
        if all(isinstance(one, dict) for one in result):
            return [indent + "  ".join(str(v) for v in one.values()) for one in result]
        return [f"{indent}{one}" for one in result]
    if not isinstance(result, dict):
        return [f"{indent}{result}"]
    found = []
    for name, value in result.items():
        if isinstance(value, (dict, list)) and value:
            found += [f"{indent}{name}:", *lines(value, indent + "  ")]
        else:
            found.append(f"{indent}{name}: {value}")
    return found


def _status(name: str) -> Status:
    if name not in set(Status):
        known = ", ".join(Status)
        raise WrongUsage(
            N_("There is no status “{status}”. There are: {known}."), status=name, known=known
        )
    return Status(name)


def _why(closed: UserError | None) -> str:
    return str(closed) if closed else "open"


def _push(push: outbox.Entry) -> dict[str, Any]:
    return {
        "step": push.step.value,
        "state": push.state.value,
        "attempts": push.attempts,
        "reason": str(push.reason) if push.reason else "",
        "due": push.due_at.astimezone(UTC).isoformat()
        if push.due_at < datetime(9000, 1, 1, tzinfo=UTC)
        else "",
    }


def _left(session: Session, connection: str) -> dict[str, int]:
    counts = outbox.counts(session, connection)
    to_mend = counts.pop(outbox.State.REFUSED, 0)
    return {"waiting": sum(counts.values()), "to_mend": to_mend}


def _pass(done: Pass) -> dict[str, Any]:
    return {
        "new": done.new, "changed": done.changed, "unchanged": done.unchanged,
        "parked": done.parked, "sent": done.sent, "refused": done.refused,
        "unanswered": done.unanswered, "later": done.later,
        "trouble": str(done.trouble) if done.trouble else "",
        "warning": str(done.warning) if done.warning else "",
    }  # fmt: skip
