"""Installs Vendure for the tests, or says why it cannot be."""

from __future__ import annotations

import sys
import time

from tests.vendure import Unavailable, installed


def main() -> int:
    began = time.monotonic()
    try:
        installed()
    except Unavailable as error:
        print("No Vendure:", error)
        return 1
    print(f"Vendure is there ({time.monotonic() - began:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
