import os
import re
from pathlib import Path

import pytest

from desktop.errors import UserError
from printing import transports
from printing.transports import MaybePrinted, NothingSent, Sent, parse_address, tcp
from tests.printers import FakePrinter

JOB = b"^XA^FDtest^FS^XZ" * 100
LARGE = b"x" * 4_000_000


@pytest.mark.parametrize("text", ["tcp:192.168.0.40:9100", "tcp:printer.local:9100", "tcp:[::1]:9100",
                                  "TCP:host:1", "file:/tmp/x.zpl", "file:C:\\labels\\"])  # fmt: skip
def test_an_address_is_read_and_written_back(text):
    assert str(parse_address(text)).lower() == text.lower()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("192.168.0.40", "tcp:192.168.0.40:9100"), (" 10.0.0.7:9101 ", "tcp:10.0.0.7:9101")],
)
def test_the_plain_numbers_of_a_network_printer_will_do(typed, meant):
    assert str(parse_address(typed)) == meant


@pytest.mark.parametrize("text", ["", "9100", "192.168.0", "10.0.0.7:", "10.0.0.7:0", "usb:1",
                                  "tcp:", "tcp:host", "tcp:host:", "tcp:host:x",
                                  "tcp:host:0", "tcp:host:65536", "tcp::9100", "file:",
                                  "__init__:x"])  # fmt: skip
def test_what_is_no_address_is_refused_in_words(text):
    with pytest.raises(UserError, match="is no printer address"):
        parse_address(text)


def test_the_transports_are_listed_from_their_folder():
    assert transports.names() == ("file", "tcp")


@pytest.mark.parametrize("mode", ["ok", "slow"])
def test_a_printer_gets_every_byte(mode):
    with FakePrinter(mode) as printer:
        assert transports.send(parse_address(printer.address), JOB) == Sent(len(JOB))
        assert printer.wait_for_jobs(1) == [JOB]


def test_a_large_job_to_a_quick_printer_arrives_whole():
    with FakePrinter() as printer:
        assert transports.send(parse_address(printer.address), LARGE).sent == len(LARGE)
        assert printer.wait_for_jobs(1) == [LARGE]


def test_a_printer_that_takes_no_connection_got_nothing():
    with FakePrinter("refuse") as printer, pytest.raises(NothingSent, match="cannot be reached"):
        transports.send(parse_address(printer.address), JOB)


def test_a_name_that_nobody_knows_got_nothing():
    with pytest.raises(NothingSent):
        transports.send(parse_address("tcp:no-such-host.invalid:9100"), JOB)


@pytest.mark.parametrize("job", [JOB, LARGE], ids=["small", "large"])
def test_a_printer_that_breaks_off_may_have_printed(job):
    with FakePrinter("reset") as printer, pytest.raises(MaybePrinted) as raised:
        transports.send(parse_address(printer.address), job)
    assert 0 < raised.value.sent <= len(job)


def test_a_silent_printer_has_a_short_job_all_the_same():
    with FakePrinter("mute") as printer:
        assert transports.send(parse_address(printer.address), JOB) == Sent(len(JOB))


def test_a_printer_that_stops_reading_may_have_printed(monkeypatch):
    monkeypatch.setattr(tcp, "_PROGRESS_S", 0.2)
    with FakePrinter("mute") as printer, pytest.raises(MaybePrinted) as raised:
        transports.send(parse_address(printer.address), LARGE)
    assert 0 < raised.value.sent < len(LARGE)


def test_a_file_appears_whole_and_is_certain(tmp_path):
    target = tmp_path / "label.zpl"
    target.write_bytes(b"older and longer than the new one" * 100)
    sent = transports.send(parse_address(f"file:{target}"), JOB)
    assert sent == Sent(len(JOB), confirmed=True)
    assert target.read_bytes() == JOB
    assert [path.name for path in tmp_path.iterdir()] == ["label.zpl"]


def test_a_folder_gets_numbered_files(tmp_path):
    folder = f"file:{tmp_path}/new/"
    for name in ("label-1.zpl", "label-1.zpl", "../../etc/pass wd"):
        transports.send(parse_address(folder), JOB, name)
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names[:2] == ["0001-label-1.zpl", "0002-label-1.zpl"]
    assert re.fullmatch(r"0003-[\w.-]+", names[2])
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    blocked = tmp_path / "folder" / "label.zpl"
    with pytest.raises(NothingSent, match="cannot be written"):
        transports.send(parse_address(f"file:{blocked}"), JOB)
    (tmp_path / "a-file").write_text("x")
    with pytest.raises(NothingSent):
        transports.send(parse_address(f"file:{tmp_path / 'a-file'}/"), JOB)
    assert [path.name for path in tmp_path.iterdir()] == ["a-file"]


def test_a_failed_rename_keeps_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "label.zpl"
    target.write_bytes(b"old")

    def full(*_arguments: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(NothingSent, match=os.strerror(28)):
        transports.send(parse_address(f"file:{target}"), JOB)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["label.zpl"]
