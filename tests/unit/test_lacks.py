"""Every error of a test of a connection is told apart, from real servers."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from desktop import accounts
from desktop.accounts import Account
from desktop.errors import BalcaoError, PlatformRefused
from desktop.lacks import ADVICE, Lack, lack
from desktop.sandbox import KEY, TOKEN, Sandbox
from tests.unit.http.server import Server, says

NO_ORDER = b'{"error": {"code": "OMS007", "message": "Order Not Found"}}'
AHEAD = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)


def account(url, token=TOKEN):
    return Account("loja", "vtex", {"url": url, "key": KEY}, {"token": token})


def lacks(url, token=TOKEN):
    with pytest.raises(BalcaoError) as caught:
        accounts.ask(account(url, token))
    return lack(caught.value)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (says(b"{}", "401 Unauthorized"), Lack.KEY),
        (says(b"{}", "403 Forbidden"), Lack.RIGHT),
        (says(NO_ORDER, "404 Not Found", Date=AHEAD), Lack.CLOCK),
        (says(b"<html>log in</html>", kind="text/html"), Lack.NETWORK),
        (says(b"{}", "503 Busy"), Lack.NETWORK),
        (says(b"[]"), Lack.REFUSED),
    ],
)
def test_an_answer_is_told_apart(script, expected):
    server = Server(script)
    try:
        assert lacks(server.url) is expected
    finally:
        server.close()


def test_a_server_without_a_certificate_is_not_believed():
    def plain():
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=plain)
        thread.start()
        assert lacks(f"https://127.0.0.1:{listener.getsockname()[1]}") is Lack.CERTIFICATE
        thread.join()


def test_nobody_there():
    assert lacks("http://127.0.0.1:9") is Lack.NETWORK
    assert lacks("https://nobody.invalid") is Lack.NETWORK


def test_all_well():
    with Sandbox(orders=1) as sandbox:
        accounts.ask(account(sandbox.url))


def test_each_has_its_word_and_its_next_step():
    assert set(ADVICE) == set(Lack)
    assert len({advice.word for advice in ADVICE.values()}) == len(Lack)
    assert all(advice.todo for advice in ADVICE.values())


def test_a_refusal_without_a_name_is_one():
    assert lack(PlatformRefused("No.", status=400)) is Lack.REFUSED
