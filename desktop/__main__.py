"""The command line: `balcao` opens the window, `balcao COMMAND` works without one.

Exit codes: 0 done, 1 refused (what was asked cannot be), 2 wrong usage, 3 a fault (network, printer,
database). This file joins the rooms; it alone in `desktop` may import `printing` and `ui`. It imports
little: the window must not wait for what only a command needs.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop import VERSION
from desktop.errors import BalcaoError, UserError, WrongUsage
from desktop.folder import default as default_folder
from desktop.i18n import LANGUAGES, N_, set_language, tr, tr_error

if TYPE_CHECKING:
    from desktop.local_day import Day
    from desktop.order import Person
    from desktop.secrets import Secrets
    from desktop.store import Store

# Written out, because the parser stands in the way of every start; a test compares it with the faults.
_FAULTS = (
    "what goes wrong, as FAULT, FAULT=CHANCE or FAULT*COUNT, parted by ;, like latency=300ms;5xx=0.1: "
    "latency, reset-before, reset-after, cut, 5xx, 5xx-after, 429, malformed, html, portal, proxy, other, "
    "empty, clock, content-type, slow"
)
DONE, REFUSED, USAGE, FAULT = 0, 1, 2, 3
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO if args.verbose else logging.ERROR, stream=sys.stderr)
    set_language(args.language)
    _print_anything()
    try:
        result: int = args.run(args)
        # A window without a terminal has no output on Windows.
        if sys.stdout is not None:
            sys.stdout.flush()
        return result
    except WrongUsage as error:
        return _complain(args, error, USAGE)
    except UserError as error:
        return _complain(args, error, REFUSED)
    except BalcaoError as error:
        return _complain(args, error, FAULT)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read has enough; without this, the interpreter would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _print_anything() -> None:
    """A name that the terminal's code page lacks is shown escaped instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="balcao", description="The store's order companion.", parents=[_everywhere()]
    )
    parser.add_argument("--version", action="version", version=f"Balcão {VERSION}")
    parser.set_defaults(run=_window, data=None, json=False, language="en", by=None, verbose=False)
    commands = parser.add_subparsers(metavar="COMMAND")
    _add_store_commands(commands)
    _add_other_commands(commands)
    return parser


def _everywhere() -> argparse.ArgumentParser:
    """Options that stand before or after the command: unset, they leave the defaults alone."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--data", type=Path, help="the data folder")
    common.add_argument("--json", action="store_true", help="speak JSON")
    common.add_argument(
        "--language",
        choices=sorted(LANGUAGES),
        help="the language a command speaks: en when left out",
    )
    common.add_argument("--by", help="the person in whose name it is done")
    common.add_argument("--verbose", action="store_true")
    return common


@lru_cache(maxsize=1)
def _after_a_command() -> argparse.ArgumentParser:
    """The same for all commands: each of its own took half the time of the parser, at every start."""
    return _everywhere()


def _command(commands: Any, name: str, run: Callable[..., int], about: str) -> Any:
    one = commands.add_parser(name, help=about, parents=[_after_a_command()])
    one.set_defaults(run=run)
    return one


def _add_store_commands(commands: Any) -> None:
    _command(commands, "connectors", _connectors, "the platforms that can be connected")
    one = _command(commands, "connect", _connect, "configure an account on a platform")
    one.add_argument("connector")
    one.add_argument("values", nargs="*", metavar="field=value")
    one = _command(commands, "reconnect", _reconnect, "change an account: its address, its key")
    one.add_argument("name")
    one.add_argument("values", nargs="+", metavar="field=value")
    one = _command(commands, "disconnect", _disconnect, "forget an account")
    one.add_argument("name")
    one = _command(commands, "store", _settings, "the store's settings: store name=… street=…")
    one.add_argument("values", nargs="*", metavar="field=value")
    one = _command(commands, "sync", _sync, "push and pull")
    one.add_argument("--once", action="store_true", required=True)
    one = _command(commands, "orders", _orders, "list orders")
    one.add_argument("--status")
    one = _command(commands, "show", _show, "show one order")
    one.add_argument("order")
    one = _command(commands, "do", _do, "take a step: do 1047 invoice key=…")
    one.add_argument("order")
    one.add_argument("step")
    one.add_argument("values", nargs="*", metavar="field=value")
    one = _command(commands, "print", _print, "print a document of an order")
    one.add_argument("order")
    one.add_argument("kind")
    one.add_argument("--to", required=True, metavar="file:PATH|tcp:HOST:PORT")
    one.add_argument("--profile", default="")
    _add_day_commands(commands)


def _add_day_commands(commands: Any) -> None:
    one = _command(
        commands, "shipments", _shipments, "the numbers of a day; as a table with --csv, --xlsx"
    )
    one.add_argument(
        "--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="today when left out"
    )
    one.add_argument("--csv", type=Path, metavar="PATH")
    one.add_argument("--xlsx", type=Path, metavar="PATH")
    one.add_argument(
        "--of", default="shipped", metavar="NUMBER", help="whose rows: shipped, late, …"
    )
    one = _command(
        commands, "manifest", _manifest, "what a carrier or own driver took on a day, as PDF"
    )
    one.add_argument("--carrier", required=True)
    one.add_argument(
        "--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="today when left out"
    )
    one.add_argument("--to", required=True, metavar="file:PATH|tcp:HOST:PORT")
    one.add_argument("--profile", default="")


def _add_other_commands(commands: Any) -> None:
    _command(commands, "doctor", _doctor, "look for what keeps the store from working")
    one = _command(commands, "sandbox", _sandbox, "run a platform to practise on")
    one.add_argument("--port", type=int, default=0, help="a free one when left out")
    one.add_argument(
        "--seed", type=int, default=1, help="which orders: the same number makes the same ones"
    )
    one.add_argument("--orders", type=int, default=12, help="how many to begin with (12)")
    one.add_argument("--faults", default="", metavar="SPEC", help=_FAULTS)
    one = _command(commands, "demo", _demo, "the whole journey on the sandbox, in training mode")
    one.add_argument("--unattended", action="store_true", help="drive the window without a person")
    one.add_argument("--out", type=Path, default=Path("out"))
    one.add_argument("--seed", type=int, default=1)


def _connectors(args: argparse.Namespace) -> int:
    from desktop import terminal

    _say(args, terminal.known_connectors())
    return DONE


def _connect(args: argparse.Namespace) -> int:
    from desktop import terminal

    values = terminal.assignments(args.values)
    return _configure(args, lambda s, k: terminal.connect(s, k, args.connector, values))


def _reconnect(args: argparse.Namespace) -> int:
    from desktop import terminal

    values = terminal.assignments(args.values)
    return _configure(args, lambda s, k: terminal.reconnect(s, k, args.name, values))


def _configure(args: argparse.Namespace, change: Callable[[Store, Secrets], Any]) -> int:
    """Changes an account, then asks its platform: what is missing is told, and kept all the same, because
    a store may be set up before its line is."""
    from desktop import terminal
    from desktop.secrets import Kept

    missing: list[BalcaoError] = []

    def run(store: Store, folder: Path) -> Any:
        secrets = Kept(folder)
        done = change(store, secrets)
        if error := terminal.ask(store, secrets, done["connection"]):
            missing.append(error)
        answer = missing[0] if missing else UserError(N_("It answers."))
        return done | {"answer": tr_error(answer)}

    _with_store(args, run)
    return FAULT if missing else DONE


def _disconnect(args: argparse.Namespace) -> int:
    from desktop import terminal
    from desktop.secrets import Kept

    return _with_store(
        args, lambda store, folder: terminal.disconnect(store, Kept(folder), args.name)
    )


def _settings(args: argparse.Namespace) -> int:
    from desktop import terminal

    values = terminal.assignments(args.values)
    return _with_store(args, lambda store, _folder: terminal.store_settings(store, values))


def _sync(args: argparse.Namespace) -> int:
    from desktop import terminal
    from desktop.secrets import Kept

    found: dict[str, Any] = {}

    def run(store: Store, folder: Path) -> Any:
        found.update(terminal.sync_once(store, Kept(folder)))
        return found

    _with_store(args, run)

    def any_has(*names: str) -> bool:
        return any(one[name] for one in found.values() for name in names)

    if any_has("trouble"):
        return FAULT
    if any_has("parked", "to_mend"):
        return REFUSED
    return FAULT if any_has("waiting") else DONE


def _orders(args: argparse.Namespace) -> int:
    from desktop import terminal

    return _with_store(args, lambda store, _folder: terminal.list_orders(store, args.status))


def _show(args: argparse.Namespace) -> int:
    from desktop import terminal

    return _with_store(args, lambda store, _folder: terminal.show(store, args.order))


def _do(args: argparse.Namespace) -> int:
    from desktop import terminal

    values = terminal.assignments(args.values)
    who = _person(args)
    return _with_store(
        args, lambda store, _folder: terminal.do(store, args.order, args.step, values, who)
    )


def _print(args: argparse.Namespace) -> int:
    from printing import terminal as printing_terminal

    return _with_store(
        args,
        lambda store, _folder: printing_terminal.print_order(
            store, args.order, args.kind, args.to, args.profile, _person(args)
        ),
    )


def _shipments(args: argparse.Namespace) -> int:
    from desktop import shipments

    now = datetime.now(UTC)
    files = {kind: path for kind in ("csv", "xlsx") if (path := getattr(args, kind)) is not None}
    return _with_store(
        args, lambda store, _folder: shipments.report(store, _day(args, now), now, args.of, files)
    )


def _manifest(args: argparse.Namespace) -> int:
    from printing import terminal as printing_terminal

    day = _day(args, datetime.now(UTC))
    return _with_store(
        args,
        lambda store, _folder: printing_terminal.print_manifest(
            store, args.carrier, day, args.to, args.profile
        ),
    )


def _day(args: argparse.Namespace, now: datetime) -> Day:
    from desktop.local_day import Day, today

    return Day(args.day) if args.day else today(now)


def _doctor(args: argparse.Namespace) -> int:
    from desktop import doctor
    from desktop.secrets import Kept
    from printing.terminal import reach
    from ui.display import qt_version

    folder = data_folder(args)
    findings = []
    for found in doctor.examine(folder, Kept(folder), reach, qt_version):
        findings.append(found)
        if not args.json:
            title = " ".join(filter(None, (tr(found.what), found.name)))
            print(f"{found.health:9} {title}: {tr_error(found.says)}", flush=True)
    if args.json:
        print(json.dumps([one.plain() for one in findings]))
    return FAULT if doctor.worst(findings) is doctor.Health.FAULT else DONE


def _sandbox(args: argparse.Namespace) -> int:
    from desktop import sandbox

    try:
        return sandbox.run(args.port, args.seed, args.orders, args.faults, args.json)
    except (OSError, ValueError, OverflowError) as error:
        raise UserError(N_("The sandbox cannot run: {reason}."), reason=str(error)) from error


def _demo(args: argparse.Namespace) -> int:
    from ui import demo

    if args.unattended:
        return demo.run_unattended(args.out, args.seed)
    return demo.run(args.out, args.seed)


def _window(args: argparse.Namespace) -> int:
    # Nothing that a start imports is garbage, and looking for some takes a tenth of its time; the window
    # collects by itself once it stands.
    gc.disable()
    from ui import app

    return app.run(data_folder(args))


def data_folder(args: argparse.Namespace) -> Path:
    """`--data`, or the user's own data folder."""
    return default_folder() if args.data is None else Path(args.data)


def _with_store(args: argparse.Namespace, work: Callable[[Store, Path], Any]) -> int:
    from desktop.store import Store

    folder = data_folder(args)
    store = Store(folder)
    try:
        _say(args, work(store, folder))
    finally:
        store.close()
    return DONE


def _person(args: argparse.Namespace) -> Person:
    from desktop.order import Person, Role

    return Person(args.by or _user(), Role.MANAGER)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a service's user may have no name
        return "terminal"


def _say(args: argparse.Namespace, result: Any) -> None:
    if args.json:
        print(json.dumps(result, default=str))
        return
    from desktop.terminal import lines

    for line in lines(result):
        print(line)


def _complain(args: argparse.Namespace, error: BalcaoError, code: int) -> int:
    if args.json:
        print(json.dumps({"error": tr_error(error), "field": getattr(error, "field", "")}))
    else:
        print(tr_error(error), file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
