"""Where the frozen program begins. `desktop/__main__.py` cannot be it: the builder would look for modules
beside it, and `secrets.py` there is not Python's own."""

import sys

from desktop.__main__ import main

sys.exit(main())
