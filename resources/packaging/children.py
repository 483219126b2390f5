"""Runs before the frozen program: what it starts (the desktop's sound player, a browser) finds the system's
libraries, not those in this folder. This process has read its own search path already."""

import os

for _name in ("LD_LIBRARY_PATH", "LIBPATH"):
    _before = os.environ.pop(f"{_name}_ORIG", None)
    if _before is not None:
        os.environ[_name] = _before
    elif os.name == "posix":
        os.environ.pop(_name, None)
