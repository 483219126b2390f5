"""The access key: what is accepted, what is refused and with which sentence."""

from __future__ import annotations

import importlib.resources
import re
import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desktop.errors import UserError
from desktop.fiscal.access_key import MODELS, STATES, AccessKey, check_digit, parse

SAMPLES = importlib.resources.files("nfelib") / "nfe" / "samples" / "v4_0"
CAPITALS = string.digits + string.ascii_uppercase
PUBLISHED_WITH_LETTERS = "3526050X0J92JY000196570010000006041448679011"  # a CT-e's


def sample_keys() -> list[str]:
    files = [SAMPLES / "procNFe.xml", SAMPLES / "nfce_contingencia.xml"]
    files += (SAMPLES / "leiauteNFe").iterdir()
    texts = [f.read_text("utf-8") for f in files if f.name.endswith(".xml")]
    return [re.search(r'<infNFe [^>]*Id="(?:NFe)?(\w{44})"', text)[1] for text in texts]


@st.composite
def keys(draw: st.DrawFn) -> str:
    body = "".join(
        (
            draw(st.sampled_from(sorted(STATES))),
            draw(st.text(string.digits, min_size=2, max_size=2)),
            f"{draw(st.integers(1, 12)):02d}",
            draw(st.text(CAPITALS, min_size=12, max_size=12)),
            draw(st.text(string.digits, min_size=2, max_size=2)),
            draw(st.sampled_from(sorted(MODELS))),
            draw(st.text(string.digits, min_size=21, max_size=21)),
        )
    )
    return body + str(check_digit(body))


def refusal(text: str) -> str:
    with pytest.raises(UserError) as caught:
        parse(text)
    return str(caught.value)


def with_digit(body: str) -> str:
    return body[:43] + str(check_digit(body[:43]))


KEY = with_digit("3518083412874500015255001000047428192000749")


def test_all_19_sample_keys_are_right():
    found = sample_keys()
    assert len(found) == 19
    assert [parse(key).text for key in found] == found


def test_the_parts_of_a_key():
    key = parse("35180834128745000152550010000474281920007498")
    assert key == AccessKey("35", "1808", "34128745000152", "55", 1, 47428, 1, "92000749", 8)
    assert key.state == "SP"


def test_sample_keys_with_a_company_number_of_letters():
    for key in sample_keys():
        lettered = with_digit(key[:6] + "12ABC34501DE35" + key[20:43])
        assert parse(lettered).issuer == "12ABC34501DE35"


def test_a_published_key_with_letters_has_the_right_digit():
    assert check_digit(PUBLISHED_WITH_LETTERS[:43]) == int(PUBLISHED_WITH_LETTERS[43])


@given(keys())
def test_every_well_made_key_comes_back_whole(key):
    assert parse(key).text == key


@given(keys(), st.integers(1, 43))
def test_spaces_prefix_and_lower_case_do_not_matter(key, cut):
    assert parse(f" NFe{key[:cut]} {key[cut:].lower()}\r\n").text == key
    assert parse("\u00a0".join(key)).text == key


@pytest.mark.parametrize(
    "link",
    [
        "https://www.sefaz.example/nfce?p={key}|2|1|000001|{sha1}",
        "https://www.sefaz.example/nfce?p={key}|2|1|31|99.90|{hex56}|000001|{sha1}",
        "https://www.sefaz.example/nfce/qrcode?p={key}|3|1",
        "https://www.sefaz.example/nfce?p={key}|3|1|31|99.90|2|52998224725|dGVzdA+/dGVzdA==",
        "https://www.sefaz.example/nfce?p={key}%7C3%7C1",
        "https://www.sefaz.example/nfce?app=2&p={key}|3|1",
        "https>;;www.sefaz.example;nfce:p={key}}}3}}1",  # scanner and computer differ in layout
    ],
)
def test_the_whole_qr_address_of_an_nfce_gives_its_key(link):
    key = with_digit(KEY[:20] + "65" + KEY[22:43])
    scanned = link.format(key=key, sha1="a" * 40, hex56="b" * 56)
    assert parse(scanned).text == key
    assert parse(scanned.upper()).text == key
    assert parse(scanned.swapcase()).text == key


@given(keys(), st.integers(0, 43), st.characters())
def test_one_changed_character_is_refused_but_for_the_known_collisions(key, place, other):
    """Exactly what the module promises: nothing but equal values modulo 11, or the rests 0 and 1, pass."""
    assume(not (other.isascii() and other.upper() == key[place]))
    changed = key[:place] + other + key[place + 1 :]
    if _collides(key, changed, place):
        assume(_has_meaning(changed))
        assert parse(changed).text == changed.upper()
    else:
        refusal(changed)


@given(keys(), st.integers(0, 43), st.sampled_from(CAPITALS))
def test_one_changed_digit_or_letter_is_refused_but_for_the_known_collisions(key, place, other):
    assume(other != key[place])
    changed = key[:place] + other + key[place + 1 :]
    if not _collides(key, changed, place):
        refusal(changed)
    elif _has_meaning(changed):
        assert parse(changed).text == changed


def test_the_known_collisions_of_letters_are_accepted():
    key = with_digit(KEY[:6] + "6" + KEY[7:43])
    for same in "ALW":
        assert parse(key[:6] + same + key[7:]).text[6] == same


@given(keys(), st.sampled_from(string.digits))
def test_a_changed_check_digit_is_always_refused(key, other):
    assume(other != key[43])
    assert "check digit" in refusal(key[:43] + other)


def _rest(key: str) -> int:
    weights = [2 + i % 8 for i in range(43)]
    return sum(w * (ord(c) - 48) for w, c in zip(weights, reversed(key[:43]), strict=True)) % 11


def _collides(key: str, changed: str, place: int) -> bool:
    if place == 43 or not changed.isascii():
        return False
    changed = changed.upper()
    if not re.fullmatch("[0-9]{6}[0-9A-Z]{12}[0-9]{26}", changed):
        return False
    before, after = _rest(key), _rest(changed)
    return before == after or {before, after} == {0, 1}


def _has_meaning(key: str) -> bool:
    return key[0:2] in STATES and "01" <= key[4:6] <= "12" and key[20:22] in MODELS


def test_each_refusal_has_its_own_sentence():
    said = [
        refusal(""),
        refusal(KEY[:-1]),
        refusal("X" + KEY[1:]),
        refusal(KEY[:43] + str((int(KEY[43]) + 1) % 10)),
        refusal(with_digit("99" + KEY[2:43])),
        refusal(with_digit(KEY[:4] + "13" + KEY[6:43])),
        refusal(with_digit(KEY[:20] + "57" + KEY[22:43])),
        refusal(with_digit(KEY[:20] + "44" + KEY[22:43])),
        refusal("https://www.sefaz.example/nfce?chave=none"),
    ]
    assert len(set(said)) == len(said)
    assert "this has 43" in said[1]
    assert "“X” cannot stand at place 1" in said[2]
    assert "99" in said[4] and "13" in said[5] and "CT-e" in said[6] and "44" in said[7]


@pytest.mark.parametrize("place", [0, 5, 18, 19, 20, 43])
def test_a_letter_outside_the_company_number_is_named_with_its_place(place):
    assert f"“Q” cannot stand at place {place + 1} " in refusal(
        KEY[:place] + "q" + KEY[place + 1 :]
    )


@pytest.mark.parametrize("month", ["00", "13", "99"])
def test_an_impossible_month_is_refused(month):
    assert f"month {month}" in refusal(with_digit(KEY[:4] + month + KEY[6:43]))


@pytest.mark.parametrize("trap", ["\u0661", "\uff11", "\u017f", "\u0131", "²"])
def test_characters_that_only_look_like_digits_or_letters_are_refused(trap):
    assert "cannot stand" in refusal(KEY[:6] + trap + KEY[7:])


@given(st.text(max_size=400) | st.from_regex(r"p=[0-9A-Za-z]{0,50}\|?", fullmatch=True))
def test_any_text_gives_a_key_or_a_sentence(text):
    try:
        key = parse(text)
    except UserError as error:
        assert str(error)
    else:
        assert key.text in "".join(text.split()).upper()
