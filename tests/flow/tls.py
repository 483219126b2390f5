"""A platform behind TLS: certificates made for a test, and a gate that speaks TLS before a sandbox."""

from __future__ import annotations

import select
import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(path: Path, host: str = "localhost", days: tuple[int, int] = (-1, 1)) -> Path:
    """A key and a certificate of its own for `host` in one file, valid between these days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    number = x509.random_serial_number()
    # Each has a name of its own, or one would be taken for the issuer of another.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{host} {number % 10**9}")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(number)
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


class Gate:
    """Takes TLS on localhost and passes what it holds on to a server of plain HTTP."""

    def __init__(self, behind: str, shown: Path) -> None:
        host, port = behind.removeprefix("http://").split(":")
        self._behind = (host, int(port))
        self.show(shown)
        self._listener = socket.create_server(("localhost", 0))
        self.url = f"https://localhost:{self._listener.getsockname()[1]}"
        self._live: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._closed = False
        self._threads[0].start()

    def show(self, shown: Path) -> None:
        """From the next connection on this certificate is shown."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(shown)
        self._context = context

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed = True
        with suppress(OSError):
            socket.create_connection(self._listener.getsockname(), 1).close()
        for one in self._live:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed:
            plain, _ = self._listener.accept()
            thread = threading.Thread(target=self._serve, args=(plain,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        with (
            plain,
            suppress(OSError),
            self._context.wrap_socket(plain, server_side=True) as secured,
            socket.create_connection(self._behind) as inner,
        ):
            self._live += [secured, inner]
            while _passed(secured, inner):
                pass


def _passed(secured: ssl.SSLSocket, inner: socket.socket) -> bool:
    """Passes on what one side has said; False once one has ended. By one thread, because two may not use
    a TLS connection at a time."""
    ready = [secured] if secured.pending() else select.select([secured, inner], [], [])[0]
    for source in ready:
        data = source.recv(65_536)
        if not data:
            return False
        (inner if source is secured else secured).sendall(data)
    return True
