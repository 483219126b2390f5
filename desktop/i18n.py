"""Language: which one, how a sentence is looked up, how money and times read.

The core marks its sentences with `N_` and never translates; whoever shows one calls `tr`. The language is
set once at start (or from the settings page) and read by all threads.
"""

from __future__ import annotations

import gettext
import string
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

from desktop.errors import BalcaoError

LANGUAGES = {"pt_BR": "Português (Brasil)", "es": "Español", "en": "English"}

_DECIMALS = {"BRL": 2, "MXN": 2, "ARS": 2, "PEN": 2, "UYU": 2, "USD": 2, "EUR": 2, "BOB": 2,
             "COP": 2, "CLP": 0, "PYG": 0}  # fmt: skip
_SYMBOLS = {"BRL": "R$", "COP": "$", "MXN": "$", "ARS": "$", "CLP": "$", "PEN": "S/", "UYU": "$U",
            "USD": "US$", "EUR": "€", "PYG": "₲", "BOB": "Bs"}  # fmt: skip

_current = gettext.NullTranslations()
_language = "en"


def N_(text: str) -> str:
    """Marks a source sentence for extraction; returns it unchanged."""
    return text


def known_currency(code: str) -> bool:
    """Whether Balcão knows how many decimals `code` (ISO 4217) has."""
    return code in _DECIMALS


def decimals(currency: str) -> int:
    """How many digits follow the decimal mark of `currency`; 2 for an unknown one."""
    return _DECIMALS.get(currency, 2)


def language() -> str:
    return _language


def set_language(code: str) -> None:
    """Loads the catalogue of `code` (a key of LANGUAGES); an unknown one gives English."""
    global _current, _language  # noqa: PLW0603
    from resources import path  # noqa: PLC0415

    _language = code if code in LANGUAGES else "en"
    _current = gettext.translation("balcao", path("translations"), [_language], fallback=True)


def tr(text: str, **values: object) -> str:
    """The sentence in the current language with its placeholders filled.

    A translation whose placeholders differ from the source's falls back to the source, so that no
    translator's slip can raise at the counter.
    """
    translated = _current.gettext(text) if text else ""
    if not values:
        return translated
    if _placeholders(translated) != _placeholders(text):
        translated = text
    return translated.format(**values)


def tr_n(one: str, many: str, n: int, **values: object) -> str:
    """Like `tr`, choosing by count; `{n}` is filled in."""
    translated = _current.ngettext(one, many, n)
    if _placeholders(translated) not in (_placeholders(one), _placeholders(many)):
        translated = one if n == 1 else many
    return translated.format(n=n, **values)


def tr_error(error: BalcaoError) -> str:
    """The sentence of an error in the current language; values that are sentences are translated too."""
    values = {k: tr(v) if isinstance(v, str) else v for k, v in error.values.items()}
    return tr(error.text, **values)


@lru_cache(maxsize=4096)
def _placeholders(text: str) -> frozenset[tuple[str, ...]] | None:
    """Each placeholder with its format; None for a text that cannot be filled at all."""
    try:
        parts = tuple(string.Formatter().parse(text))
    except ValueError:
        return None
    return frozenset(
        (name, spec or "", how or "") for _, name, spec, how in parts if name is not None
    )


def money(minor: int, currency: str) -> str:
    """`minor` units as the current language writes them: R$ 1.234,56 or R$ 1,234.56."""
    digits = decimals(currency)
    sign = "-" if minor < 0 else ""
    whole, part = divmod(abs(minor), 10**digits)
    thousand, mark = (",", ".") if _language == "en" or currency == "MXN" else (".", ",")
    text = f"{whole:,}".replace(",", thousand)
    if digits and not (currency == "COP" and part == 0):
        text += f"{mark}{part:0{digits}d}"
    return f"{sign}{_SYMBOLS.get(currency, currency)} {text}"


def number(value: Decimal | int, places: int | None = None) -> str:
    """A quantity with the language's decimal mark: 1,05 or 1.05. It has `places` decimals, or as many as
    it needs."""
    text = f"{value:f}" if places is None else f"{value:.{places}f}"
    if places is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if _language == "en" else text.replace(".", ",")


def weight(grams: int) -> str:
    """850 g or 4,41 kg, in kilograms to the nearest ten grams."""
    if grams < 1000:
        return f"{grams} g"
    return f"{number((Decimal(grams) / 1000).quantize(Decimal('0.01')))} kg"


def day(at: datetime) -> str:
    """The local date, as the language writes it."""
    local = at.astimezone()
    return local.strftime("%Y-%m-%d" if _language == "en" else "%d/%m/%Y")


def short_day(at: datetime) -> str:
    """The local date without its year, for lists of what is near."""
    return at.astimezone().strftime("%m-%d" if _language == "en" else "%d/%m")


def clock(at: datetime) -> str:
    """The local time of day, HH:MM."""
    return at.astimezone().strftime("%H:%M")


def when(at: datetime, now: datetime | None = None) -> str:
    """The time alone for today, date and time otherwise."""
    now = now or datetime.now(UTC)
    same_day = at.astimezone().date() == now.astimezone().date()
    return clock(at) if same_day else f"{day(at)} {clock(at)}"


def ago(seconds: float) -> str:
    """A span in words that a person reads at a glance: 8 s, 14 min, 2 h 10, 3 days."""
    seconds = max(0, int(seconds))
    if seconds < 60:
        return tr(N_("{n} s"), n=seconds)
    if seconds < 3600:
        return tr(N_("{n} min"), n=seconds // 60)
    if seconds < 86400:
        return tr(N_("{h} h {m:02d}"), h=seconds // 3600, m=seconds % 3600 // 60)
    return tr_n("{n} day", "{n} days", seconds // 86400)
