"""A key store of the system, in memory, that a test can lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class KeyStore(KeyringBackend):
    """`error` is raised by the calls in `refuses` ("get", "set", "delete"), from the call number
    `after` of its kind on."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.refuses: set[str] = set()
        self.error: Exception = KeyringLocked("the person said no")
        self.after = 0
        self.asked: list[str] = []

    def lock(self, *calls: str, after: int = 0) -> None:
        self.refuses, self.after = set(calls or ("get", "set", "delete")), after
        self.asked.clear()

    def unlock(self) -> None:
        self.refuses = set()

    def _asked(self, call: str) -> None:
        self.asked.append(call)
        if call in self.refuses and self.asked.count(call) > self.after:
            raise self.error

    def get_password(self, service: str, username: str) -> str | None:
        self._asked("get")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._asked("set")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._asked("delete")
        if (service, username) not in self.kept:
            raise PasswordDeleteError("there is none")
        del self.kept[service, username]

    def secrets(self) -> dict[str, str]:
        """What is kept, by connection and field."""
        return {"/".join(name.split("/")[-2:]): value for (_, name), value in self.kept.items()}


@contextmanager
def key_store(found: KeyringBackend) -> Iterator[None]:
    """The system has this key store."""
    before = keyring.get_keyring()
    keyring.set_keyring(found)
    try:
        yield
    finally:
        keyring.set_keyring(before)
