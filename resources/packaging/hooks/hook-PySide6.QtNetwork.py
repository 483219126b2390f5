"""Two starts of the program talk through a local socket, and nothing else of Qt's network is used: neither
its encryption (with OpenSSL beside it) nor what watches the line."""

from PyInstaller.utils.hooks.qt import add_qt6_dependencies

UNWANTED = ("/plugins/tls/", "/plugins/networkinformation/")

hiddenimports, binaries, datas = add_qt6_dependencies(__file__)
binaries = [
    one for one in binaries if not any(part in one[0].replace("\\", "/") for part in UNWANTED)
]
