"""What surrounds the program when it is given away: licences, the desktop entry, icons, the installer.

The installer's script is read here, never compiled: that needs Windows.
"""

from __future__ import annotations

import configparser
import importlib.util
import json
import re
import struct
import sys
from importlib.metadata import distribution
from pathlib import Path

import PySide6
import pytest

from desktop import VERSION
from desktop import __main__ as command_line

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "resources" / "packaging"
PROGRAM = ROOT / "resources" / "program"
SPEC = (ROOT / "build.spec").read_text("utf-8")


@pytest.fixture(scope="module")
def licences():
    spec = importlib.util.spec_from_file_location("licences", PACKAGING / "licences.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


# --- licences -----------------------------------------------------------------------------------------


def test_each_file_finds_its_owner(licences, tmp_path):
    bundle = licences.Bundle()
    qt = Path(PySide6.__file__)
    bundle.add([str(qt), json.__file__, str(ROOT / "desktop" / "order.py")])
    owners = {owner.name: files for owner, files in bundle.files.items()}
    assert owners["python"] == ["__init__.py"] and owners["balcao"] == ["order.py"]
    assert owners[distribution("PySide6_Essentials").name] == ["__init__.py"]
    assert bundle.orphans == []


def test_the_texts_stand_in_a_folder_for_each_work(licences, tmp_path):
    bundle = licences.Bundle()
    bundle.add([PySide6.__file__, json.__file__])
    bundle.check()
    place = tmp_path / "licences"
    (place / "old").mkdir(parents=True)
    bundle.write(place)
    assert not (place / "old").exists()
    qt = place / f"PySide6_Essentials-{PySide6.__version__}"
    assert {file.name for file in qt.iterdir()} == {"LGPL-3.0.txt", "GPL-3.0.txt", "NOTE.txt"}
    assert "PySide6_Essentials" in (place / "README.txt").read_text("utf-8")
    python = next(place.glob("python-*"))
    assert any(text.stat().st_size > 1000 for text in python.iterdir())


def test_a_file_of_nobody_ends_the_build(licences, tmp_path):
    stranger = tmp_path / "stranger.so"
    stranger.touch()
    bundle = licences.Bundle()
    bundle.add([str(stranger)])
    with pytest.raises(SystemExit, match=r"whose is .*stranger\.so\?"):
        bundle.check()


def test_a_work_without_a_text_ends_the_build(licences):
    bundle = licences.Bundle()
    bundle.files[licences.Owner("mystery", "1", "MIT", ())].append("mystery.py")
    with pytest.raises(SystemExit, match="mystery-1 has no licence text"):
        bundle.check()


def test_every_text_that_is_ours_to_give_is_there(licences):
    for names in licences._BY_NAME.values():
        assert all((licences.TEXTS / name).stat().st_size > 5000 for name in names)
    assert all((licences.TEXTS / name).exists() for name in licences._SAID.values())


# --- the desktop --------------------------------------------------------------------------------------


def test_the_desktop_entry_is_whole_in_three_languages():
    entry = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    entry.optionxform = str
    entry.read(PACKAGING / "balcao.desktop", "utf-8")
    keys = entry["Desktop Entry"]
    assert (keys["Type"], keys["Name"], keys["Exec"]) == ("Application", "Balcão", "balcao")
    # Qt names the window so (ui/app.py), and the desktop finds icon and name by it.
    assert keys["StartupWMClass"] == keys["Icon"] == "balcao"
    for key in ("GenericName", "Comment", "Keywords"):
        assert len({keys[key], keys[f"{key}[pt_BR]"], keys[f"{key}[es]"]}) == 3
    for key in keys:
        if key.startswith(("Keywords", "Categories")):
            assert keys[key].endswith(";")


@pytest.mark.parametrize("px", [16, 24, 32, 48, 64, 128, 256])
def test_the_icon_is_there_in_its_sizes(px):
    head = (PROGRAM / f"balcao-{px}.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", head[16:24]) == (px, px)


def test_the_icon_for_windows_holds_all_sizes():
    raw = (PACKAGING / "balcao.ico").read_bytes()
    _, kind, count = struct.unpack("<HHH", raw[:6])
    sizes = {raw[6 + 16 * n] or 256 for n in range(count)}
    assert kind == 1 and sizes == {16, 24, 32, 48, 64, 128, 256}


def test_a_program_without_a_terminal_ends_well(tmp_path, monkeypatch):
    """A window on Windows has no standard streams at all."""
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert command_line.main(["--data", str(tmp_path), "orders"]) == command_line.DONE
    assert command_line.main(["--data", str(tmp_path), "show", "1"]) == command_line.REFUSED


# --- the installer for Windows ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def script():
    raw = (PACKAGING / "balcao.iss").read_bytes()
    # Without the mark, the compiler reads the accents as the computer's own code page.
    assert raw.startswith(b"\xef\xbb\xbf")
    return raw.decode("utf-8-sig")


def section(script, name):
    found = re.search(rf"(?ms)^\[{name}\]\n(.*?)(?=^\[|\Z)", script)
    assert found, name
    return [line for line in found[1].splitlines() if line and not line.startswith(";")]


def test_the_installer_is_of_this_version(script):
    assert f'#define Version "{VERSION}"' in script


def test_the_installer_takes_what_the_build_makes(script):
    built = set(re.findall(r'program\("([a-z-]+)", console=(?:True|False)\)', SPEC))
    assert built == {"balcao", "balcao-terminal"}
    folder = re.findall(r'name="([a-z]+)", upx=False\)', SPEC)[-1]
    assert f'#define Folder "{folder}"' in script
    sources = {line.split('"')[1] for line in section(script, "Files")}
    assert sources == {
        *(rf"dist\{{#Folder}}\{name}.exe" for name in built),
        r"dist\{#Folder}\_internal\*",
        r"dist\{#Folder}\licences\*",
    }
    for line in (*section(script, "Icons"), *section(script, "Run")):
        assert r'Filename: "{app}\balcao.exe"' in line
    setup = dict(line.split("=", 1) for line in section(script, "Setup"))
    base = PACKAGING / setup["SourceDir"].replace("\\", "/")
    assert (base / "build.spec").is_file()
    assert (base / setup["SetupIconFile"].replace("\\", "/")).is_file()


def test_the_installer_needs_no_administrator_and_leaves_the_data(script):
    setup = dict(line.split("=", 1) for line in section(script, "Setup"))
    assert setup["PrivilegesRequired"] == "lowest"
    assert "UninstallDelete" not in script
    assert r"{localappdata}\balcao" in script
    for line in section(script, "InstallDelete"):
        assert re.search(r'Name: "\{app\}\\(_internal|licences)"', line)


def test_the_installer_speaks_three_languages(script):
    languages = {line.split('"')[1] for line in section(script, "Languages")}
    assert languages == {"pt", "es", "en"}
    messages = dict(line.split("=", 1) for line in section(script, "CustomMessages"))
    names = {key.split(".")[1] for key in messages}
    assert set(messages) == {f"{one}.{name}" for one in languages for name in names}
    used = set(re.findall(r"\{cm:(\w+)\}|CustomMessage\('(\w+)'\)", script))
    own = {name for pair in used for name in pair if name} - {"CreateDesktopIcon"}
    assert own == names
    assert all(text.count("%1") == ("DataStays" in key) for key, text in messages.items())
    tasks = {line.split('"')[1] for line in section(script, "Tasks")}
    assert set(re.findall(r"Tasks: (\w+)", script)) == tasks
