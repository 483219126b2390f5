"""The access key (chave de acesso): the 44 characters that name one NF-e or NFC-e.

    cUF 2 | AAMM 4 | CNPJ or CPF 14 | model 2 | series 3 | number 9 | tpEmis 1 | cNF 8 | digit 1

Sources: MOC 7.0; pattern TChNFe of tiposBasico_v4.00.xsd; letters in the CNPJ by NT Conjunta 2025.001, in
production since July 2026.

What the check digit guarantees. It is a sum modulo 11 with weights 2 to 9, and the rests 0 and 1 both give
the digit 0. One changed character is therefore refused unless both values (``ord - 48``) are equal modulo
11, as 6, A, L and W are, or the rest moves between 0 and 1. A changed check digit is always refused, and so
is a character that the pattern does not allow in its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop.errors import UserError
from desktop.i18n import N_

LENGTH = 44
STATES = {
    "11": "RO", "12": "AC", "13": "AM", "14": "RR", "15": "PA", "16": "AP", "17": "TO",
    "21": "MA", "22": "PI", "23": "CE", "24": "RN", "25": "PB", "26": "PE", "27": "AL",
    "28": "SE", "29": "BA", "31": "MG", "32": "ES", "33": "RJ", "35": "SP", "41": "PR",
    "42": "SC", "43": "RS", "50": "MS", "51": "MT", "52": "GO", "53": "DF",
}  # fmt: skip
MODELS = {"55": "NF-e", "65": "NFC-e"}
_OTHER_MODELS = {
    "57": "CT-e", "58": "MDF-e", "59": "CF-e SAT", "62": "NFCom", "63": "BP-e", "66": "NF3e",
    "67": "CT-e OS", "99": "DC-e",
}  # fmt: skip

_PATTERN = re.compile(r"[0-9]{6}[0-9A-Z]{12}[0-9]{26}")
# The QR code of an NFC-e is a web address with the key as parameter p (v2 and v3). A scanner set to another
# keyboard layout garbles ": / ? |" around it, but neither letters, digits nor "=".
_IN_LINK = re.compile(r"(?<![0-9A-Z])P=([0-9A-Z]*)")


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A valid key in its parts; made by `parse`.

    `uf` is the IBGE code of the issuer's state, `year_month` is AAMM, `issuer` a CNPJ or a CPF padded with
    zeros to 14 characters, `model` "55" (NF-e) or "65" (NFC-e), `emission_type` tpEmis, `code` cNF.
    """

    uf: str
    year_month: str
    issuer: str
    model: str
    series: int
    number: int
    emission_type: int
    code: str
    digit: int

    @property
    def text(self) -> str:
        """The 44 characters, without spaces."""
        return (
            f"{self.uf}{self.year_month}{self.issuer}{self.model}{self.series:03d}"
            f"{self.number:09d}{self.emission_type}{self.code}{self.digit}"
        )

    @property
    def state(self) -> str:
        """The issuer's state, two letters."""
        return STATES[self.uf]

    def __str__(self) -> str:
        return self.text


def parse(text: str) -> AccessKey:
    """The key in what was scanned or typed.

    Tolerates spaces, lower case, the prefix "NFe" and the whole web address of an NFC-e's QR code. Raises
    UserError with its own sentence for a wrong length, a character out of place, a wrong check digit, an
    impossible state or month, and a model that is no NF-e or NFC-e.
    """
    key = _candidate(text)
    _check_shape(key)
    if int(key[43]) != check_digit(key[:43]):
        raise UserError(
            N_(
                "The check digit of this access key is wrong, so a character was misread. "
                "Scan it again, or compare it in groups of four."
            )
        )
    _check_meaning(key)
    return AccessKey(
        uf=key[0:2],
        year_month=key[2:6],
        issuer=key[6:20],
        model=key[20:22],
        series=int(key[22:25]),
        number=int(key[25:34]),
        emission_type=int(key[34]),
        code=key[35:43],
        digit=int(key[43]),
    )


def check_digit(first_43: str) -> int:
    """The last character of a key from the 43 before it: modulo 11 of ``ord - 48``, weights 2 to 9."""
    values = (ord(c) - 48 for c in reversed(first_43))
    rest = sum(value * (2 + i % 8) for i, value in enumerate(values)) % 11
    return 0 if rest < 2 else 11 - rest


def _candidate(text: str) -> str:
    """The characters meant as a key. Only ASCII is upper-cased: "ſ" and "ı" are not S and I."""
    key = "".join(text.split())
    if key.isascii():
        key = key.upper()
    if "=" in key or "://" in key:
        found = _IN_LINK.search(key)
        if not found:
            raise UserError(
                N_(
                    "This code is a web address without an access key. "
                    "Scan the QR code of the NFC-e or the bar code of the DANFE."
                )
            )
        return found[1]
    return key.removeprefix("NFE")


def _check_shape(key: str) -> None:
    if not key:
        raise UserError(N_("Scan or type the access key: 44 characters, below its bar code."))
    if len(key) != LENGTH:
        raise UserError(
            N_(
                "An access key has 44 characters and this has {n}. Scan it again, or type all of it."
            ),
            n=len(key),
        )
    if not _PATTERN.fullmatch(key):
        place = next(i for i, c in enumerate(key) if not _fits(c, i))
        raise UserError(
            N_(
                "“{character}” cannot stand at place {place} of an access key: it has digits, and "
                "letters only at places 7 to 18. Scan it again, or correct this character."
            ),
            character=key[place],
            place=place + 1,
        )


def _fits(character: str, place: int) -> bool:
    return "0" <= character <= "9" or (6 <= place < 18 and "A" <= character <= "Z")


def _check_meaning(key: str) -> None:
    uf, month, model = key[0:2], key[4:6], key[20:22]
    if uf not in STATES:
        raise UserError(
            N_(
                "An access key begins with the code of a state, and {uf} is none. "
                "Check that this is the access key and not another bar code."
            ),
            uf=uf,
        )
    if not "01" <= month <= "12":
        raise UserError(
            N_(
                "This access key names the month {month}, which does not exist. "
                "Check that this is the access key and not another bar code."
            ),
            month=month,
        )
    if model in _OTHER_MODELS:
        raise UserError(
            N_(
                "This is the key of another document ({kind}), not of an invoice. "
                "Scan the key of the NF-e or NFC-e."
            ),
            kind=_OTHER_MODELS[model],
        )
    if model not in MODELS:
        raise UserError(
            N_(
                "This access key names the document model {model}; an invoice has 55 (NF-e) or "
                "65 (NFC-e). Scan the key of the NF-e or NFC-e."
            ),
            model=model,
        )
