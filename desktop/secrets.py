"""Where keys and passwords are kept: never plain in a file, a log or the journal.

In this order: an environment variable, the system's key store, a file encrypted with a passphrase. A
training store keeps them in memory. Calls may prompt and wait: never on the GUI thread.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol, TypeVar

from desktop.errors import UserError
from desktop.i18n import N_

T = TypeVar("T")
log = logging.getLogger(__name__)
SERVICE = "balcao"
PASSPHRASE = "BALCAO_PASSPHRASE"


class Secrets(Protocol):
    """A place for secrets, addressed by connection and field name."""

    def get(self, connection: str, field: str) -> str:
        """The secret, or "" when there is none. Raises UserError when the place is locked."""

    def kept(self, connection: str, field: str) -> str:
        """What `set` has kept: unlike `get`, nothing of the environment."""

    def set(self, connection: str, field: str, value: str) -> None:
        """Keeps it. Raises UserError when the place is absent or locked."""

    def forget(self, connection: str, field: str) -> None:
        """Nothing of it is kept any more; no harm where nothing is. Raises UserError when the place is
        locked."""


def keep_with(
    secrets: Secrets, connection: str, values: Mapping[str, str], act: Callable[[], T]
) -> T:
    """Keeps `values`, then does `act`, which stores what they belong to. When either fails, what was
    kept before is kept again, and the failure comes out."""
    before: dict[str, str] = {}
    try:
        for field, value in values.items():
            before[field] = secrets.kept(connection, field)
            secrets.set(connection, field, value)
        return act()
    except BaseException:
        for field, old in before.items():
            # It fails where keeping has failed, and then there is nothing to undo.
            with suppress(UserError):
                if old:
                    secrets.set(connection, field, old)
                else:
                    secrets.forget(connection, field)
        raise


def forget_all(secrets: Secrets, connection: str, fields: Iterable[str]) -> UserError | None:
    """Forgets what belonged to a removed account. A place that is locked does not bring the account
    back: then what is left there is told, in a sentence."""
    for field in fields:
        try:
            secrets.forget(connection, field)
        except UserError as error:
            log.info("a secret of %s is left: %s", connection, error)
            text = N_(
                "The key of “{name}” is still kept on this computer: its place is locked. Delete it there."
            )
            return UserError(text, name=connection)
    return None


class InMemory:
    """Forgotten at the end: training and tests."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], str] = {}

    def get(self, connection: str, field: str) -> str:
        return self.kept(connection, field)

    def kept(self, connection: str, field: str) -> str:
        return self._values.get((connection, field), "")

    def set(self, connection: str, field: str, value: str) -> None:
        self._values[connection, field] = value

    def forget(self, connection: str, field: str) -> None:
        self._values.pop((connection, field), None)


class Kept:
    """Secrets of the store in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._file = PassphraseFile(folder / "secrets.bin")
        self._installation = str(folder.resolve())

    def get(self, connection: str, field: str) -> str:
        from_environment = os.environ.get(variable(connection, field))
        if from_environment is not None:
            return from_environment
        return self.kept(connection, field)

    def kept(self, connection: str, field: str) -> str:
        if _has_key_store():
            found = _key_store_get(self._name(connection, field))
            if found:
                return found
        return self._file.get(connection, field) if self._file.exists() else ""

    def set(self, connection: str, field: str, value: str) -> None:
        if _has_key_store():
            _key_store_set(self._name(connection, field), value)
        elif os.environ.get(PASSPHRASE):
            self._file.set(connection, field, value)
        else:
            raise UserError(
                N_(
                    "This system has no key store. Before starting Balcão, set the environment variable "
                    "{passphrase}: the keys go into an encrypted file. Example: {passphrase}=… balcao. "
                    "Or set {variable} to the key itself."
                ),
                field=field,
                variable=variable(connection, field),
                passphrase=PASSPHRASE,
            )

    def forget(self, connection: str, field: str) -> None:
        if _has_key_store():
            _key_store_forget(self._name(connection, field))
        if self._file.exists():
            self._file.forget(connection, field)

    def _name(self, connection: str, field: str) -> str:
        return f"{self._installation}/{connection}/{field}"


class PassphraseFile:
    """Secrets in one file, encrypted with a key derived (scrypt) from the environment's passphrase."""

    _SALT_BYTES = 16

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def exists(self) -> bool:
        return self._path.exists()

    def get(self, connection: str, field: str) -> str:
        with self._lock:
            return self._load().get(f"{connection}/{field}", "")

    def set(self, connection: str, field: str, value: str) -> None:
        with self._lock:
            values = self._load() if self.exists() else {}
            values[f"{connection}/{field}"] = value
            self._save(values)

    def forget(self, connection: str, field: str) -> None:
        with self._lock:
            values = self._load()
            if values.pop(f"{connection}/{field}", None) is not None:
                self._save(values)

    def _load(self) -> dict[str, str]:
        from cryptography.fernet import InvalidToken  # noqa: PLC0415

        with _readable():
            raw = self._path.read_bytes()
        salt, token = raw[: self._SALT_BYTES], raw[self._SALT_BYTES :]
        try:
            values: dict[str, str] = json.loads(_fernet(_passphrase(), salt).decrypt(token))
        except InvalidToken:
            raise UserError(
                N_(
                    "The passphrase in {variable} does not open the file of keys. Set the right one."
                ),
                variable=PASSPHRASE,
            ) from None
        return values

    def _save(self, values: dict[str, str]) -> None:
        salt = os.urandom(self._SALT_BYTES)
        token = _fernet(_passphrase(), salt).encrypt(json.dumps(values).encode())
        fresh = self._path.with_suffix(".new")
        with _readable():
            try:
                with open(os.open(fresh, _NEW_FILE, 0o600), "wb") as file:
                    file.write(salt + token)
                    file.flush()
                    os.fsync(file.fileno())
                fresh.replace(self._path)
            except OSError:
                with suppress(OSError):
                    fresh.unlink()
                raise


_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            N_(
                "The file of keys cannot be used ({reason}). Mend its rights, or make room on the disk."
            ),
            reason=error.strerror or str(error),
        ) from error


def variable(connection: str, field: str) -> str:
    """The environment variable that holds a secret: BALCAO_LOJA_TOKEN for (“loja”, “token”)."""
    return re.sub(r"[^A-Z0-9]+", "_", f"BALCAO_{connection}_{field}".upper())


def _passphrase() -> str:
    value = os.environ.get(PASSPHRASE, "")
    if not value:
        raise UserError(
            N_("The file of keys is locked. Set {variable} to its passphrase."), variable=PASSPHRASE
        )
    return value


def _fernet(passphrase: str, salt: bytes):  # type: ignore[no-untyped-def]
    from cryptography.fernet import Fernet  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # noqa: PLC0415

    key = Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def _has_key_store() -> bool:
    """Whether there is one that keeps secrets: below priority 1 are those that keep nothing, or keep it
    plain in a file (keyring's own rule of what it recommends)."""
    import keyring  # noqa: PLC0415

    with _unlocked():
        found = keyring.get_keyring()
        several = getattr(found, "backends", None) or [found]
        return max(float(one.priority) for one in several) >= 1


def _key_store_get(name: str) -> str:
    import keyring  # noqa: PLC0415

    with _unlocked():
        return keyring.get_password(SERVICE, name) or ""


def _key_store_set(name: str, value: str) -> None:
    import keyring  # noqa: PLC0415

    with _unlocked():
        keyring.set_password(SERVICE, name, value)


def _key_store_forget(name: str) -> None:
    import keyring  # noqa: PLC0415

    with _unlocked():
        # Of one that is not there, each key store complains in its own way.
        if keyring.get_password(SERVICE, name) is not None:
            keyring.delete_password(SERVICE, name)


@contextmanager
def _unlocked() -> Iterator[None]:
    """Whatever a key store raises is one sentence: behind keyring are the systems' own libraries, whose
    errors (of the bus, of a service that is not there) keyring lets through."""
    try:
        yield
    except Exception as error:
        log.info("key store: %s", type(error).__name__)
        text = N_("The system's key store is locked or refused. Unlock it and try again.")
        raise UserError(text) from error
