"""`shipments` and `manifest` on the command line, and the tables they write."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from desktop.__main__ import DONE, REFUSED, main
from desktop.journey import Journey
from desktop.local_day import today
from desktop.order import Address, Collected, Hold, Kind, Order, Package, Status
from desktop.sheet import csv as csv_of
from desktop.sheet import xlsx as xlsx_of
from desktop.shipments import sheet_of
from desktop.store import orders, setup, shipments
from desktop.store.shipments import Item
from tests import paper
from tests.fakes import NOW, an_order, open_store

DAY = today(NOW)
ZONE = ZoneInfo("America/Sao_Paulo")
EVIL = '=HYPERLINK("http://x";"clique")'
Run = Callable[..., tuple[int, str, str]]


def a_day() -> list[Order]:
    at = DAY.hours[9] + timedelta(minutes=5)
    place = Address(city="São José dos Campos", state="SP", postal_code="12245670", country="BRA")
    two = tuple(
        Package(
            n,
            800 * n,
            carrier="Correios",
            service="SEDEX",
            tracking=f"QB00000000{n}BR",
            shipped_at=at,
        )
        for n in (1, 2)
    )
    own = Package(1, 500, driver="Zé da Moto", shipped_at=at + timedelta(hours=3))
    return [
        an_order("1", status=Status.SHIPPED, packages=two, address=place, total=122695),
        an_order("2", status=Status.SHIPPED, packages=(own,), address=Address(city=EVIL)),
        an_order("3", status=Status.PICKED_UP, kind=Kind.PICKUP, collected=Collected(at, "João")),
        an_order("4", status=Status.PACKED, due_at=NOW - timedelta(hours=2), channel="+Loja"),
        an_order("5", status=Status.PACKED, due_at=None, currency="CLP", total=9990),
        an_order("6", status=Status.ACCEPTED, hold=Hold(NOW, "Ana", "@endereço")),
    ]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on a store with a day of shipments; gives exit code, output and complaint."""
    store = open_store(tmp_path / "store")
    when = NOW - timedelta(days=3)
    store.do(lambda s: orders.add(s, [(one, one.remote_id) for one in a_day()], when))
    store.do(lambda s: setup.save_settings(s, setup.StoreSettings(store_name="Loja Ipê")))
    store.close()

    def command(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["--data", str(tmp_path / "store"), *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


ON_THE_DAY = ("--day", DAY.date.isoformat())


def test_the_numbers_of_a_day_are_told(run):
    code, out, _ = run("shipments", *ON_THE_DAY, "--json")
    told = json.loads(out)
    assert code == DONE
    assert (told["day"], told["shipped"], told["collected"], told["to_leave"]) == (
        DAY.date.isoformat(),
        3,
        1,
        2,
    )
    assert told["carriers"] == [
        {"name": "Correios", "own": False, "packages": 2, "weight_g": 2400, "hours": {"9h": 2}},
        {"name": "Zé da Moto", "own": True, "packages": 1, "weight_g": 500, "hours": {"12h": 1}},
    ]
    stages = {one["stage"]: one for one in told["stages"]}
    assert stages["ship"]["orders"] == 2 and stages["held"]["orders"] == 1
    assert stages["held"]["limit_h"] == 48
    code, out, _ = run("shipments", *ON_THE_DAY)
    assert code == DONE and "Correios" in out and "shipped: 3" in out


def test_another_day_has_other_numbers_and_what_stands_here_stays(run):
    _, out, _ = run("shipments", "--day", DAY.shift(-1).date.isoformat(), "--json")
    told = json.loads(out)
    assert (told["shipped"], told["carriers"], told["to_leave"]) == (0, [], 2)


def test_without_a_day_it_is_today(run):
    _, out, _ = run("shipments", "--json")
    assert json.loads(out)["day"] == today(datetime.now(tz=NOW.tzinfo)).date.isoformat()


@pytest.mark.parametrize(("of", "rows"), [("shipped", 3), ("collected", 1), ("to_leave", 2), ("held", 1),
                                          ("ship", 2), ("creation", 0)])  # fmt: skip
def test_a_table_has_as_many_rows_as_the_number_says(run, tmp_path, of, rows):
    paths = [tmp_path / "t.csv", tmp_path / "t.xlsx"]
    code, out, _ = run(
        "shipments",
        *ON_THE_DAY,
        "--csv",
        str(paths[0]),
        "--xlsx",
        str(paths[1]),
        "--of",
        of,
        "--json",
    )
    told = json.loads(out)
    assert code == DONE and told["rows"] == rows and told["written"] == [str(one) for one in paths]
    assert len(_csv(paths[0].read_bytes())) == rows + 1
    assert openpyxl.load_workbook(paths[1]).active.max_row == rows + 1


@pytest.mark.parametrize(("words", "sentence"), [
    (("shipments", "--csv", "x.csv", "--of", "nothing"), "no number “nothing”. There are: shipped"),
    (("shipments", "--csv", "/nowhere/x.csv"), "cannot be written"),
    (("manifest", "--carrier", "Loggi", *ON_THE_DAY, "--to", "file:x.pdf"), "Correios, Zé da Moto"),
    (("manifest", "--carrier", "Correios", "--day", "2026-01-01", "--to", "file:x.pdf"),
     "Nothing was shipped on this day"),
    (("manifest", "--carrier", "Correios", *ON_THE_DAY, "--to", "x.pdf"), "no printer address"),
    (("shipments", "--day", "1879-03-14"), "Choose a day between"),
])  # fmt: skip
def test_what_cannot_be_is_refused_in_words(run, words, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, complaint = run(*words)
    assert code == REFUSED and sentence in complaint
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_a_day_that_is_none_is_wrong_usage(run):
    with pytest.raises(SystemExit) as ended:
        run("shipments", "--day", "tomorrow")
    assert ended.value.code == 2


@pytest.mark.parametrize(("carrier", "packages", "codes"), [
    ("correios", 2, ["QB000000001BR", "QB000000002BR"]), ("ZE DA MOTO", 1, []),
])  # fmt: skip
def test_a_manifest_is_a_pdf_of_that_carriers_day(run, tmp_path, carrier, packages, codes):
    path = tmp_path / "romaneio.pdf"
    words = ("manifest", "--carrier", carrier, *ON_THE_DAY, "--to", f"file:{path}", "--json")
    code, out, _ = run(*words)
    assert code == DONE and json.loads(out)["packages"] == packages
    payload = path.read_bytes()
    (page,) = paper.pdf_words(payload)
    assert "Loja Ipê" in page and f"{packages} package" in page
    assert sorted(text for _kind, text in paper.decode(paper.pdf_pictures(payload)[0])) == codes
    path.unlink()
    assert run(*words)[0] == DONE and path.read_bytes() == payload  # asked again, it is there again


# --- tables ---------------------------------------------------------------------------------------------


def _csv(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def _items(of: str, tmp_path: Path) -> tuple[list[Item], Any]:
    store = open_store(tmp_path)
    store.do(
        lambda s: orders.add(s, [(one, one.remote_id) for one in a_day()], NOW - timedelta(days=3))
    )
    with store.read() as session:
        numbers = shipments.day_numbers(session, DAY, Journey(), NOW)
        number = {"left": numbers.shipped.total, "here": numbers.ready}[of]
        found = shipments.items(session, shipments.keys(session, number.behind, Journey()))
    store.close()
    return found, number.behind


def test_what_left_says_who_took_it_when_and_where_to(tmp_path):
    found, behind = _items("left", tmp_path)
    heads, *rows = _csv(csv_of(sheet_of(found, behind, ZONE)))
    assert "Left at (America/Sao_Paulo)" in heads
    told = [dict(zip(heads, row, strict=True)) for row in rows]
    first, second, own = told
    local = DAY.hours[9].astimezone(ZONE) + timedelta(minutes=5)
    assert first["Left at (America/Sao_Paulo)"] == f"{local:%Y-%m-%d %H:%M}"
    assert (first["Order"], first["Package"], first["Packages"], first["Carrier"], first["Service"]) == (
        "1", "1", "2", "Correios", "SEDEX",
    )  # fmt: skip
    assert (first["City"], first["State"], first["Postal code"]) == (
        "São José dos Campos",
        "SP",
        "12245670",
    )
    assert (first["Weight in grams"], first["Currency"]) == ("800", "BRL")
    # A sum of the column is the orders' sum, however many packages they have.
    totals = [row["Total, once an order"] for row in told]
    assert totals == ["1226.95", "", "389.70"]
    assert second["Currency"] == "" and own["Own driver"] == "Zé da Moto" and own["Carrier"] == ""
    assert own["City"] == f"'{EVIL}"
    page = openpyxl.load_workbook(io.BytesIO(xlsx_of(sheet_of(found, behind, ZONE)))).active
    cells = {page.cell(1, n).value: page.cell(4, n) for n in range(1, page.max_column + 1)}
    assert (cells["City"].value, cells["City"].data_type) == (EVIL, "s")
    assert cells["Total, once an order"].value == 389.7
    assert isinstance(cells["Left at (America/Sao_Paulo)"].value, datetime)


def test_what_stands_here_says_since_when(tmp_path):
    found, behind = _items("here", tmp_path)
    heads, *rows = _csv(csv_of(sheet_of(found, behind, ZONE)))
    late, free = (dict(zip(heads, row, strict=True)) for row in rows)
    since = (NOW - timedelta(days=3)).astimezone(ZONE)
    assert late["Here since (America/Sao_Paulo)"] == f"{since:%Y-%m-%d %H:%M}"
    assert late["Channel"] == "'+Loja" and free["Due (America/Sao_Paulo)"] == ""
    # A currency without cents has none.
    assert (free["Total"], free["Currency"], late["Total"]) == ("9990", "CLP", "389.70")
    assert Decimal(late["Total"]) == Decimal("389.70")


def test_no_personal_name_or_document_leaves_in_a_table(tmp_path):
    found, behind = _items("left", tmp_path)
    text = csv_of(sheet_of(found, behind, ZONE)).decode()
    for personal in ("João", "Conceição", "123.456", "98765", "joao@", "Rua das Flores"):
        assert personal not in text
