"""Of Qt's plugins, what a window on a desk needs.

Left out: screens without a desktop, the GTK theme (it brings all of GTK; Balcão has its own look), and
readers of pictures (Balcão shows SVG and PNG of its own, which need none of them).
"""

from PyInstaller.utils.hooks.qt import add_qt6_dependencies

UNWANTED = (
    "egldeviceintegrations/", "platforms/libqeglfs", "platforms/libqlinuxfb", "platforms/libqminimal",
    "platforms/libqvkkhrdisplay", "platforms/libqvnc", "platforms/qdirect2d", "platforms/qminimal",
    "platformthemes/libqgtk3", "imageformats/", "generic/",
)  # fmt: skip


def is_wanted(source: str) -> bool:
    path = str(source).replace("\\", "/")
    return not any(f"/plugins/{part}" in path for part in UNWANTED)


hiddenimports, binaries, datas = add_qt6_dependencies(__file__)
binaries = [one for one in binaries if is_wanted(one[0])]
