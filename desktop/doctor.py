"""What keeps a store from working, found and said: each check with its remedy.

Nothing is changed but what opening the store changes (an older database is brought up to date). The
checks ask the platforms and printers, some seconds each: never on the GUI thread.
"""

from __future__ import annotations

import platform
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from desktop import connections
from desktop.errors import BalcaoError, UserError
from desktop.folder import make_private
from desktop.i18n import N_, tr_error
from desktop.secrets import Secrets
from desktop.store import Session, Store, journal, outbox, setup
from desktop.store.outbox import State

ENOUGH_MB, LEAST_MB = 1_000, 100

Reach = Callable[[setup.Printer], None]


class Health(StrEnum):
    """With `attention` a store can work, with `fault` it cannot."""

    GOOD = "good"
    ATTENTION = "attention"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` was looked at (a source sentence; `name` says which one, where there are several), how it
    is, and a sentence: what was found, or what is wrong and what to do."""

    what: str
    health: Health
    says: BalcaoError
    name: str = ""

    def plain(self) -> dict[str, str]:
        """As JSON can hold it: `what` stays English for scripts, the sentence is in the current language."""
        says = tr_error(self.says)
        return {"what": self.what, "name": self.name, "health": self.health.value, "says": says}


def worst(findings: Iterable[Finding]) -> Health:
    order = list(Health)
    return max((one.health for one in findings), key=order.index, default=Health.GOOD)


def examine(
    folder: Path, secrets: Secrets, reach: Reach, qt_version: Callable[[], str]
) -> Iterator[Finding]:
    """Every check, first those on which others rest. `reach` raises BalcaoError for a printer that
    cannot be reached, `qt_version` where no window can open."""
    yield _program()
    yield _window(qt_version)
    place = _folder(folder)
    yield place
    if place.health is Health.FAULT:
        return
    yield _space(folder)
    if not (folder / Store.FILE).exists():
        yield _attention(
            N_("Database"), N_("There is none yet. Start Balcão once, or connect a platform.")
        )
        return
    try:
        store = Store(folder)
    except BalcaoError as error:
        yield _fault(N_("Database"), error)
        return
    try:
        yield from _store(store, secrets, reach)
    finally:
        store.close()


def _store(store: Store, secrets: Secrets, reach: Reach) -> Iterator[Finding]:
    with store.read() as session:
        yield _journal(session)
        yield _updates(session)
        accounts, printers = setup.all_connections(session), setup.all_printers(session)
    if not accounts:
        yield _attention(
            N_("Platform"), N_("No platform is connected. Connect one in the settings.")
        )
    for account in accounts:
        yield _asked(N_("Platform"), account.name, partial(connections.check, account, secrets))
    if not printers:
        yield _attention(N_("Printer"), N_("There is no printer yet. Add one in the settings."))
    for printer in printers:
        yield _asked(N_("Printer"), printer.name, partial(reach, printer))


def _asked(what: str, name: str, ask: Callable[[], None]) -> Finding:
    try:
        ask()
    except BalcaoError as error:
        return _fault(what, error, name)
    return Finding(what, Health.GOOD, UserError(N_("It answers.")), name)


def _program() -> Finding:
    says = UserError(
        N_("Balcão {version}, Python {python}, {system}."),
        version=_version("balcao"), python=platform.python_version(), system=platform.platform(terse=True),
    )  # fmt: skip
    return Finding(N_("Program"), Health.GOOD, says)


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:  # run from the folder without being installed
        return "?"


def _window(qt_version: Callable[[], str]) -> Finding:
    what = N_("Window")
    try:
        says = UserError(N_("Qt {version} is there."), version=qt_version())
    except BalcaoError as error:
        return Finding(what, Health.ATTENTION, error)
    return Finding(what, Health.GOOD, says)


def _folder(folder: Path) -> Finding:
    what = N_("Data folder")
    try:
        make_private(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        says = UserError(
            N_("The data folder cannot be used ({reason}). Choose another, or mend its rights."),
            reason=error.strerror or str(error),
        )
        return Finding(what, Health.FAULT, says)
    return Finding(what, Health.GOOD, UserError(N_("{path} can be written."), path=str(folder)))


def _space(folder: Path) -> Finding:
    what, free = N_("Disk space"), shutil.disk_usage(folder).free // 1_000_000
    if free >= ENOUGH_MB:
        return Finding(what, Health.GOOD, UserError(N_("{mb} MB are free."), mb=free))
    health = Health.ATTENTION if free >= LEAST_MB else Health.FAULT
    return Finding(
        what, health, UserError(N_("Only {mb} MB are free. Make room on this disk."), mb=free)
    )


def _journal(session: Session) -> Finding:
    broken = journal.first_broken(session)
    if broken is None:
        return Finding(
            N_("Database"), Health.GOOD, UserError(N_("It opens, and its journal is whole."))
        )
    says = UserError(
        N_("The journal was altered at line {line}. Keep this file and ask for support."),
        line=broken,
    )
    return Finding(N_("Database"), Health.ATTENTION, says)


def _updates(session: Session) -> Finding:
    what, counts = N_("Updates to the platform"), outbox.counts(session)
    mend = counts.get(State.REFUSED, 0)
    waiting = sum(counts.get(state, 0) for state in (State.WAITING, State.UNKNOWN))
    if mend:
        return Finding(
            what, Health.ATTENTION,
            UserError(N_("{n} refused. Mend them on the repair page."), n=mend),
        )  # fmt: skip
    return Finding(what, Health.GOOD, UserError(N_("{n} waiting."), n=waiting))


def _attention(what: str, says: str) -> Finding:
    return Finding(what, Health.ATTENTION, UserError(says))


def _fault(what: str, error: BalcaoError, name: str = "") -> Finding:
    return Finding(what, Health.FAULT, error, name)
