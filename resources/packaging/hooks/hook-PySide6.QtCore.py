"""Qt's own words in the languages of Balcão; English stands in the libraries."""

from PyInstaller.utils.hooks.qt import add_qt6_dependencies

from desktop.i18n import LANGUAGES

WORDS = tuple(f"/qtbase_{language}.qm" for language in LANGUAGES)

hiddenimports, binaries, datas = add_qt6_dependencies(__file__)
datas = [
    one for one in datas if not one[0].endswith(".qm") or one[0].replace("\\", "/").endswith(WORDS)
]
