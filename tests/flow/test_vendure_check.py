"""What a test of the connection says: who, rights, names, channel, clock, address."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest

from desktop.connectors import load, make
from desktop.connectors.http import KeyUnknown
from desktop.connectors.vendure import Vendure
from desktop.errors import PlatformAway, PlatformDenied, PlatformError, PlatformRefused, UserError
from tests.fakes import SHOP
from tests.flow.vendure import SETTINGS, Counter, connector
from tests.unit.http.server import Server as Fake
from tests.unit.http.server import says
from tests.vendure import Server
from tests.vendure.shop import OWNER, OWNER_PASSWORD, Owner, place


@contextmanager
def connected(url: str, **settings: str) -> Iterator[Vendure]:
    made = connector(url, **settings)
    try:
        yield made
    finally:
        made.close()


def test_all_well(shop: Server) -> None:
    with connected(shop.url) as platform:
        platform.check()
    with connected(f"{shop.url}/admin-api/") as platform:
        platform.check()


def test_a_plain_shop_needs_no_names(shop: Server) -> None:
    plain = {"user": SETTINGS["user"], "password": SETTINGS["password"]}
    made = make("vendure", SHOP, {"url": shop.url, **plain})
    try:
        made.check()
        placed = place(shop.url)
        (remote,) = made.read(placed.id)
        assert (remote.facts.buyer.document, remote.facts.weight_g) == ("", 0)
    finally:
        made.close()


def test_a_key_of_the_api_does_as_well(shop: Server, counter: Callable[..., Counter]) -> None:
    owner = Owner(shop.url)
    roles = owner.ask("{ roles { items { id code } } }")["items"]
    key = owner.ask(
        "mutation ($i: CreateApiKeyInput!) { createApiKey(input: $i) { apiKey } }",
        i={
            "roleIds": [role["id"] for role in roles if role["code"] == "balcao"],
            "translations": [{"languageCode": "pt_BR", "name": "Balcão"}],
        },
    )["apiKey"]
    here = counter(user="", password="", key=key)
    here.platform.check()
    placed = place(shop.url)
    here.sees()
    assert placed.id in here.known()
    with connected(shop.url, user="", password="", key=key[:26] + "x" + key[27:]) as platform:
        for call in (platform.check, lambda: platform.pull("")):
            with pytest.raises(KeyUnknown, match="does not accept the key"):
                call()


def test_a_wrong_password(shop: Server) -> None:
    with connected(shop.url, password="outra") as platform:
        for call in (platform.check, lambda: platform.pull("")):
            with pytest.raises(KeyUnknown, match="user name and password"):
                call()


@pytest.mark.parametrize(("who", "right"), [("leitura", "UpdateOrder"), ("estoque", "ReadOrder")])
def test_missing_rights_are_named(shop: Server, who: str, right: str) -> None:
    with connected(shop.url, user=f"{who}@loja.example", password=f"senha-{who}") as platform:
        with pytest.raises(PlatformDenied, match=f"“{right}”"):
            platform.check()
        if right == "ReadOrder":
            with pytest.raises(PlatformDenied, match="“ReadOrder”"):
                platform.pull("")


@pytest.mark.parametrize("name", ["invoice_number", "invoice_key", "document", "ean", "weight"])
def test_a_field_that_the_shop_does_not_have_is_named(shop: Server, name: str) -> None:
    with connected(shop.url, **{name: "nf_numero"}) as platform:
        with pytest.raises(PlatformRefused, match="no custom field “nf_numero”"):
            platform.check()
        with pytest.raises(PlatformRefused, match="nf_numero"):
            platform.pull("")


def test_a_channel_of_its_own(shop: Server) -> None:
    owner, placed = Owner(shop.url), place(shop.url)
    (default,) = owner.ask("{ channels { items { code token defaultTaxZone { id } } } }")["items"]
    zone = default["defaultTaxZone"]["id"]
    owner.ask(
        "mutation ($i: CreateChannelInput!) { createChannel(input: $i) { ... on Channel { token } } }",
        i={"code": "magalu", "token": "magalu-token", "defaultLanguageCode": "pt_BR",
           "availableLanguageCodes": ["pt_BR"], "pricesIncludeTax": True, "defaultCurrencyCode": "BRL",
           "availableCurrencyCodes": ["BRL"], "defaultTaxZoneId": zone, "defaultShippingZoneId": zone},
    )  # fmt: skip
    with connected(shop.url, channel=default["token"]) as platform:
        platform.check()
        assert [one.facts.remote_id for one in platform.pull("").orders] == [placed.id]
    admin = {"user": OWNER, "password": OWNER_PASSWORD}
    with connected(shop.url, channel="magalu-token", **admin) as other:
        other.check()
        assert other.pull("").orders == ()
    wrong = connected(shop.url, channel="no-such-token")
    with wrong as platform, pytest.raises(PlatformRefused, match="no channel with this token"):
        platform.check()


@pytest.mark.parametrize(
    "script",
    [
        says(b"{}"),
        says(b"[]"),
        says(b'{"data": {"login": null}}'),
        says(b'{"errors": "no"}'),
        says(b'{"message": "no"}', "400 Bad Request"),
        says(b'{"errors": [{"message": "Unknown type"}]}', "400 Bad Request"),
    ],
)
def test_another_server_is_not_taken_for_vendure(script: Any) -> None:
    server = Fake(script)
    try:
        with (
            connected(server.url) as platform,
            pytest.raises(PlatformError, match="not as Vendure"),
        ):
            platform.check()
    finally:
        server.close()


@pytest.mark.parametrize("rows", [[{"hello": "world"}], [3], [None], "x", None])
def test_rows_that_are_no_orders_move_no_cursor(rows: Any) -> None:
    answer = says(json.dumps({"data": {"orders": {"items": rows, "totalItems": 1}}}).encode())
    server = Fake(answer)
    connector = make("vendure", "loja", {"url": server.url, "key": "k"})
    try:
        with pytest.raises(PlatformAway, match="is broken"):
            connector.pull("")
    finally:
        connector.close()
        server.close()


def test_a_page_of_a_proxy_says_so() -> None:
    server = Fake(says(b"<html>log in</html>", kind="text/html"))
    try:
        with connected(server.url) as platform, pytest.raises(PlatformAway, match="web page"):
            platform.check()
    finally:
        server.close()


def test_a_server_that_gives_no_token_is_told_which_setting_is_wrong() -> None:
    server = Fake(says(b'{"data": {"login": {"__typename": "CurrentUser"}}}'))
    try:
        with connected(server.url) as platform, pytest.raises(PlatformDenied, match="tokenMethod"):
            platform.check()
    finally:
        server.close()


def test_a_wrong_clock_is_named() -> None:
    late = format_datetime(datetime(2020, 1, 1, tzinfo=UTC), True)
    answers = [
        says(b'{"data": {"login": {}}}', vendure_auth_token="x", Date=late),
        says(b'{"data": {"orders": {"items": []}}}', Date=late),
        says(b'{"data": {"done": {}}}', Date=late),
    ]
    server = Fake(*answers)
    try:
        with connected(server.url) as platform, pytest.raises(PlatformRefused, match="minutes off"):
            platform.check()
    finally:
        server.close()


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"url": "http://shop.example"}, "url"),
        ({"url": "shop.example"}, "url"),
        ({"user": ""}, "user"),
        ({"password": ""}, "password"),
        ({"invoice_number": "a b"}, "invoice_number"),
        ({"ean": "x } orders { id"}, "ean"),
        ({"weight": "péso"}, "weight"),
    ],
)
def test_wrong_settings_name_their_field(settings: dict[str, str], field: str) -> None:
    with pytest.raises(UserError) as caught:
        make("vendure", SHOP, {"url": "https://shop.example", **SETTINGS, **settings})
    assert caught.value.field == field


def test_what_is_secret_is_declared_so() -> None:
    secret = {field.name for field in load("vendure").fields if field.secret}
    assert secret == {"password", "key"}
