"""The manifest: every package once, sums that carry, bars that scan, lines to sign."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.i18n import set_language, weight
from desktop.local_day import today
from desktop.order import Address, Package
from desktop.store.departures import Way
from printing import languages
from printing.documents import About, Handover
from printing.profiles import profile
from tests import paper

PDF = profile("pdf_a4")
DAY = today(paper.AT)
CORREIOS = Handover(DAY, Way.CARRIER, "correios", "Correios")
ABOUT = replace(paper.ABOUT, handover=CORREIOS)


def box(number: int = 1, **changes) -> Package:
    known = {"weight_g": 1200, "carrier": "Correios", "shipped_at": paper.AT}
    return Package(number, **(known | changes))


def some(count: int, **changes):
    return [
        paper.order(
            number=f"V-{n:04d}", packages=(box(tracking=f"QB{473000000 + n}BR", **changes),)
        )
        for n in range(1, count + 1)
    ]


def printed(*orders, about: About = ABOUT) -> bytes:
    return languages.encode(paper.draw("manifest", *orders, about=about), PDF)


def words(*orders, about: About = ABOUT) -> list[str]:
    return [page.replace("\r\n", "\n") for page in paper.pdf_words(printed(*orders, about=about))]


def test_it_says_who_takes_what_where_and_asks_for_both_signatures():
    order = paper.order(number="1047", packages=(
        box(1, tracking="QB473124829BR"), box(2, tracking="QB473124830BR", weight_g=830),
    ))  # fmt: skip
    (page,) = words(order)
    for said in (
        "Manifest", "CARRIER", "Correios", "2026-11-24", "Loja Ipê Amarelo", "Rua das Flores, 100",
        "1047", "QB473124829BR", "QB473124830BR", "São José dos Campos - SP", "12245-670", "1/2",
        "2/2", "1.2 kg", "830 g", "Total", "2 packages · 2.03 kg", "Driver", "Store",
        "Name and document", "Vehicle plate", "Date and time", "Page 1 of 1",
    ):  # fmt: skip
        assert said in page, said
    assert page.count("Signature") == 2


def test_only_what_this_carrier_took_on_this_day_stands_on_it():
    order = paper.order(number="1047", packages=(
        box(1, tracking="OURS1"), box(2, carrier="Jadlog", tracking="OTHER"),
        box(3, tracking="TOMORROW", shipped_at=DAY.end), box(4, tracking="OURS4", carrier=" CORREIOS "),
        box(5, tracking="HERE", shipped_at=None), box(6, carrier="", driver="Correios", tracking="OWN"),
    ))  # fmt: skip
    (page,) = words(order)
    assert set(re.findall("OURS1|OURS4|OTHER|TOMORROW|HERE|OWN", page)) == {"OURS1", "OURS4"}
    assert "2 packages" in page and "1/6" in page and "4/6" in page


def test_an_own_driver_is_called_so():
    driver = Handover(DAY, Way.DRIVER, "ze da moto", "Zé da Moto")
    order = paper.order(packages=(box(carrier="", driver="zé da moto"),))
    (page,) = words(order, about=replace(ABOUT, handover=driver))
    assert "OWN DRIVER" in page and "Zé da Moto" in page and "1 package" in page


@pytest.mark.parametrize("count", [0, 1, 11, 12, 16, 17, 27, 28, 33, 100])
def test_every_package_stands_on_it_once_and_the_sums_carry(count):
    pages = words(*some(count))
    whole = "\n".join(pages)
    for n in range(1, count + 1):
        assert whole.count(f"V-{n:04d}") == 1
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert ("Vehicle plate" in page) == (number == len(pages))
    done = 0
    for page, after in zip(pages, [*pages[1:], None], strict=True):
        done += len(re.findall(r"V-\d{4}", page))
        so_far = f"{done} package{'' if done == 1 else 's'} · {weight(1200 * done)}"
        assert so_far in page
        if after is not None:
            assert "Carried forward" in page and "Brought forward" in after and so_far in after
    assert done == count


def test_a_weight_that_nobody_knows_is_not_counted_as_nothing():
    orders = some(3)
    orders[1] = replace(orders[1], packages=(replace(orders[1].packages[0], weight_g=0),))
    (page,) = words(*orders)
    assert "3 packages · 2.4 kg · 1 not weighed" in page


def test_a_lone_package_weighs_what_its_lines_do():
    order = paper.order(packages=(box(weight_g=0),), lines=(paper.line(unit_weight_g=640),))
    (page,) = words(order)
    assert "1 package · 640 g" in page


def test_every_tracking_code_scans():
    orders = some(20)
    found = [code for page in paper.pdf_pictures(printed(*orders)) for code in paper.decode(page)]
    assert sorted(found) == [("Code 128", one.packages[0].tracking) for one in orders]


def test_a_code_too_long_for_bars_is_still_written_out():
    long = "BR-" + "9A" * 20
    order = paper.order(packages=(box(tracking=long),))
    (page,) = words(order)
    assert long in page.replace("\n", "")
    assert paper.decode(paper.pdf_pictures(printed(order))[0]) == []


def test_without_a_handover_there_are_lines_to_fill_in():
    """From an order's own print menu: nobody has taken it yet."""
    order = paper.order(packages=(Package(1, 900), Package(2, 800)))
    (page,) = words(order, about=paper.ABOUT)
    assert "2 packages · 1.7 kg" in page and "CARRIER" in page


def test_the_same_handover_is_the_same_paper_and_one_more_package_another():
    orders = some(3)
    assert printed(*orders) == printed(*orders)
    assert printed(*orders) != printed(*orders[:2])


def test_a_reprint_is_marked():
    (page,) = words(*some(1), about=replace(ABOUT, reprint=2, who="Ana"))
    assert "REPRINT 2 - Ana" in page


@pytest.mark.parametrize("language", ["pt_BR", "es"])
def test_it_is_in_the_language_of_the_store(language):
    set_language(language)
    try:
        page = "\n".join(words(*some(20)))
    finally:
        set_language("en")
    wrong = ("Manifest\n", "forward", "Driver", "Signature", "Vehicle", "Weight", "packages")
    assert [one for one in wrong if one in page] == []


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=200))
def test_any_text_makes_a_paper_that_opens_and_stays_inside(number, tracking, name):
    order = paper.order(
        number=number, packages=(box(tracking=tracking),), address=Address(city=name, state=name[:9]),
    )  # fmt: skip
    handover = replace(CORREIOS, name=name)
    payload = printed(order, about=replace(ABOUT, handover=handover, store=name))
    (picture,) = paper.pdf_pictures(payload, dpi=60)
    wide, high = picture.size
    inner = 60 / 25.4 * 14
    for edge in (
        (0, 0, inner, high), (wide - inner, 0, wide, high), (0, 0, wide, 60 / 25.4 * 11),
        (0, high - 60 / 25.4 * 5, wide, high),
    ):  # fmt: skip
        assert picture.crop(tuple(map(int, edge))).getextrema()[0] > 200


def test_a_day_later_is_another_day():
    order = paper.order(packages=(box(shipped_at=paper.AT + timedelta(days=1)),))
    (page,) = words(order)
    assert "0 packages" in page
