"""Raw TCP, port 9100: the usual way to a network printer. One connection for each job, kept short
because many printers serve one at a time."""

from __future__ import annotations

import socket
from contextlib import suppress

from desktop.errors import UserError
from desktop.i18n import N_
from printing.transports import MaybePrinted, NothingSent, Sent

_CONNECT_S = 4.0
_PROGRESS_S = 5.0
_GOODBYE_S = 1.0
_PIECE = 4096
# What the system may hold back for the printer: small, so that the count of bytes that left is honest.
_HELD_BACK = 16 * 1024


def check(target: str) -> None:
    """Raises UserError unless `target` is HOST:PORT."""
    _split(target)


def _split(target: str) -> tuple[str, int]:
    host, _, port = target.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise UserError(
            N_("“{address}” is no printer address. Write tcp:HOST:PORT, usually with port 9100."),
            field="address", address=target,
        )  # fmt: skip
    return host, int(port)


def reach(target: str) -> None:
    """Connects and hangs up; a printer takes that for an empty job and prints nothing."""
    _connected(target).close()


def send(target: str, payload: bytes, name: str) -> Sent:
    """Sends and lets the printer say goodbye; a printer that stays silent has the bytes all the same."""
    with _connected(target) as connection:
        sent = 0
        try:
            for start in range(0, len(payload), _PIECE):
                piece = payload[start : start + _PIECE]
                while piece:
                    count = connection.send(piece)
                    sent += count
                    piece = piece[count:]
            _goodbye(connection)
        except OSError as error:
            raise _broken(target, sent, error) from None
    return Sent(sent)


def _connected(target: str) -> socket.socket:
    host, port = _split(target)
    try:
        connection = socket.create_connection((host, port), _CONNECT_S)
    except TimeoutError:
        raise NothingSent(
            N_("The printer at {address} does not answer. Is it switched on and on the network?"),
            address=target,
        ) from None
    except OSError as error:
        raise NothingSent(
            N_("The printer at {address} cannot be reached ({cause}). Check its address and cable."),
            address=target, cause=_cause(error),
        ) from None  # fmt: skip
    connection.settimeout(_PROGRESS_S)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _HELD_BACK)
    return connection


def _goodbye(connection: socket.socket) -> None:
    """Says that nothing more comes and waits for the printer to close; a reset raises OSError."""
    connection.shutdown(socket.SHUT_WR)
    connection.settimeout(_GOODBYE_S)
    with suppress(TimeoutError):
        while connection.recv(_PIECE):
            pass


def _broken(target: str, sent: int, error: OSError) -> UserError:
    if sent == 0:
        return NothingSent(
            N_("The printer at {address} took nothing ({cause}). It will be tried again."),
            address=target, cause=_cause(error),
        )  # fmt: skip
    return MaybePrinted(
        N_("The printer at {address} broke off after {count} bytes ({cause}). Look whether it came out."),
        sent, address=target, count=sent, cause=_cause(error),
    )  # fmt: skip


def _cause(error: OSError) -> str:
    return error.strerror or str(error)
