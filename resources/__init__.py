"""Data that ships with Balcão: icons, sounds, translations, themes."""

from pathlib import Path


def path(name: str) -> Path:
    """The file or folder `name` inside this package, also in a frozen program."""
    return Path(__file__).parent / name
