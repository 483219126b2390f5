"""A new account on a platform: what is typed of it, whether the platform takes it, and keeping it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desktop import connectors
from desktop.connectors import Connector
from desktop.fields import Field, FieldKind, parse_all
from desktop.i18n import N_
from desktop.secrets import Secrets, keep_with
from desktop.store import Store, setup


@dataclass(frozen=True, slots=True)
class Account:
    """`plain` and `secret` are values of the connector's fields by name."""

    name: str
    connector: str
    plain: Mapping[str, str]
    secret: Mapping[str, str]

    def open(self) -> Connector:
        """Its connector; nothing is asked of the network. Raises UserError, with the field, for an address
        that is none."""
        return connectors.make(self.connector, self.name, {**self.plain, **self.secret})


NAME = (Field("name", N_("Name of the connection"), required=True),)
"""What the account is called here."""


def kind() -> tuple[Field, ...]:
    """Which platform: one of the connectors by its title."""
    choices = {name: connectors.load(name).title for name in connectors.names()}
    return (Field("connector", N_("Platform"), FieldKind.CHOICE, required=True, choices=choices),)


def read(given: Mapping[str, str]) -> Account:
    """What was typed into `kind`, `NAME` and the connector's own fields. Raises UserError, with the field,
    for what is missing or cannot be."""
    declared = connectors.load(given["connector"]).fields
    values = {k: str(v) for k, v in parse_all((*kind(), *NAME, *declared), given).items()}
    connector, name = values.pop("connector"), values.pop("name")
    hidden = {field.name for field in declared if field.secret}
    plain = {k: v for k, v in values.items() if k not in hidden}
    account = Account(name, connector, plain, {k: v for k, v in values.items() if k in hidden})
    account.open().close()
    return account


def ask(account: Account) -> None:
    """Asks the platform whether all is there. Waits for the network; raises what `Connector.check` does."""
    connector = account.open()
    try:
        connector.check()
    finally:
        connector.close()


def keep(store: Store, secrets: Secrets, account: Account) -> None:
    """Stores account, mapping and secrets together; where one fails, none of them stays.

    Waits for the key store: never on the GUI thread. Raises UserError or StoreError.
    """
    with store.read() as session:
        # Before the secrets are touched: they must not take the place of another account's.
        setup.check_free(session, account.name)
    words = connectors.load(account.connector).words
    rows = [setup.MapRow(w.word, w.status, True, w.creates) for w in words]
    connection = setup.Connection(account.name, account.connector, account.plain)
    keep_with(
        secrets, account.name, account.secret,
        lambda: store.do(lambda s: setup.add_connection(s, connection, rows)),
    )  # fmt: skip
