"""Numbers with check digits: CPF, CNPJ, NIT, RFC-like and EAN-13, made from a random source.

The sandbox computes them itself, so that a mistake in the till's own checks cannot hide here.
"""

from __future__ import annotations

from random import Random


def _modulo_11(digits: str, weights: tuple[int, ...]) -> str:
    rest = sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11
    return "0" if rest < 2 else str(11 - rest)


def cpf(rng: Random) -> str:
    """11 digits of a Brazilian person's number, two check digits last (modulo 11)."""
    base = f"{rng.randrange(10**9):09d}"
    base += _modulo_11(base, tuple(range(10, 1, -1)))
    return base + _modulo_11(base, tuple(range(11, 1, -1)))


def cnpj(rng: Random) -> str:
    """14 digits of a Brazilian company's number, two check digits last (modulo 11)."""
    weights = (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    base = f"{rng.randrange(10**8):08d}0001"
    base += _modulo_11(base, weights)
    return base + _modulo_11(base, (6, *weights))


def nit(rng: Random) -> str:
    """A Colombian company's number: 9 digits, a hyphen, the check digit (DIAN, modulo 11)."""
    base = f"{rng.randrange(800_000_000, 902_000_000)}"
    primes = (3, 7, 13, 17, 19, 23, 29, 37, 41)
    rest = sum(int(d) * p for d, p in zip(reversed(base), primes, strict=True)) % 11
    return f"{base}-{rest if rest < 2 else 11 - rest}"


def rfc(rng: Random) -> str:
    """A Mexican taxpayer's code in its outward form (4 letters, date, 3 characters)."""
    letters = "".join(rng.choice("ABCDEFGHJKLMNPRSTUVXYZ") for _ in range(4))
    date = f"{rng.randrange(50, 99)}{rng.randrange(1, 13):02d}{rng.randrange(1, 28):02d}"
    return letters + date + "".join(rng.choice("ABCDEFGH123456789") for _ in range(3))


def ean13(stem: str) -> str:
    """The 12 digits of ``stem`` with their GS1 check digit."""
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(stem))
    return stem + str(-total % 10)
