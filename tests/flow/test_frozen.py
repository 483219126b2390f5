"""The frozen program, as a stranger has it: run from outside, without the Python it was built with.

It is built by `python3 start.py build`; BALCAO_FROZEN names its folder.
"""

from __future__ import annotations

import importlib.resources
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from desktop import VERSION, connectors, terminal
from desktop.errors import UserError
from desktop.fiscal import xml
from desktop.i18n import LANGUAGES, set_language, tr_error
from desktop.order import Kind, Status
from tests.benchmarks import starts
from tests.fakes import an_order, open_store

FROZEN = os.environ.get("BALCAO_FROZEN", "")
pytestmark = pytest.mark.skipif(
    not FROZEN, reason="BALCAO_FROZEN names no frozen program; python3 start.py build makes one"
)
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(FROZEN).resolve()
# Its name ends in what Linux never adds and Windows does.
EXE = "balcao-terminal.exe" if sys.platform == "win32" else "balcao"
PATIENCE_S = 150
SAMPLE = "35180834128745000152550010000476121675985748-nfe.xml"
TEXTS = {".txt", ".desktop", ".json", ".py", ".qss", ".svg", ".csv", ".html", ".md"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    place.mkdir()
    return place


def run(
    home: Path, *words: str, program: Path = PROGRAM, code: int = 0, **more: Any
) -> subprocess.CompletedProcess[str]:
    """Runs the frozen program from another folder with next to nothing in its environment."""
    environment = {
        "HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen",
    } | more.pop("env", {})  # fmt: skip
    done = subprocess.run(
        [str(program / EXE), *words], cwd=home, env=environment, capture_output=True, text=True,
        timeout=PATIENCE_S, check=False, **more,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, (done.stdout, done.stderr)
    return done


def shop(folder: Path) -> Path:
    """A data folder with one accepted order, for pickup: every paper is printed of it."""
    open_store(folder, an_order(kind=Kind.PICKUP)).close()
    return folder


@lru_cache(maxsize=1)
def modules() -> frozenset[str]:
    """Every Python module in the program."""
    from PyInstaller.archive.readers import CArchiveReader

    archive = CArchiveReader(str(PROGRAM / EXE))
    (inner,) = (name for name, entry in archive.toc.items() if entry[4] == "z")
    return frozenset(archive.open_embedded_archive(inner).toc)


def sources() -> Iterator[str]:
    """The file that each function's lines are said to be from."""
    from PyInstaller.archive.readers import CArchiveReader

    archive = CArchiveReader(str(PROGRAM / EXE))
    (inner,) = (name for name, entry in archive.toc.items() if entry[4] == "z")
    opened = archive.open_embedded_archive(inner)
    for name in opened.toc:
        if name.partition(".")[0] in {"desktop", "printing", "ui", "resources"}:
            yield opened.extract(name).co_filename


# --- what it finds by name ----------------------------------------------------------------------------


def test_it_says_its_version(home):
    assert run(home, "--version").stdout.strip() == f"Balcão {VERSION}"


def test_it_lists_the_connectors_that_stand_in_the_folder(home):
    listed = json.loads(run(home, "--json", "connectors").stdout)
    assert listed == terminal.known_connectors() and len(listed) > 1
    assert not list(home.iterdir())


@pytest.mark.parametrize("name", connectors.names())
def test_each_connector_loads_and_says_what_it_needs(home, name):
    said = json.loads(run(home, "--json", "--data", str(home), "connect", name, code=1).stdout)
    assert said["field"] in {field.name for field in connectors.load(name).fields}


def test_every_module_of_the_program_is_in_it():
    inside = {"desktop", "printing", "ui", "resources"}
    here = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for room in inside
        for path in (ROOT / room).rglob("*.py")
        if not {"packaging", "migrations"} & set(path.parts) and path.name != "make.py"
    }
    assert here - modules() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_languages(home, language):
    set_language(language)
    try:
        with pytest.raises(UserError) as refused:
            connectors.load("nowhere")
        expected = tr_error(refused.value)
    finally:
        set_language("en")
    words = ("--language", language, "--data", str(home), "connect", "nowhere")
    assert run(home, *words, code=2).stderr.strip() == expected


# --- what it does -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "profile"), [("receipt", "elgin_i9"), ("label", "zebra_zd220")]
)
def test_it_prints_what_the_source_prints(home, tmp_path, document, profile):
    """Without its data, the ESC/POS library dies at the first print."""
    printed = []
    for kind in ("frozen", "source"):
        data, paper = shop(tmp_path / kind), tmp_path / f"{kind}.bin"
        to = f"file:{paper}"
        words = ("--data", str(data), "print", "1047", document, "--to", to, "--profile", profile)
        if kind == "frozen":
            run(home, *words)
        else:
            subprocess.run([sys.executable, "-m", "desktop", *words], cwd=ROOT, check=True)
        printed.append(paper.read_bytes())
    assert printed[0] == printed[1] and len(printed[0]) > 200


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("label", {"João Conceição", "1047"}), ("pick_list", {"João Conceição", "1047"}),
        ("packing_slip", {"João Conceição", "1047"}), ("manifest", {"Signature"}),
    ],
)  # fmt: skip
def test_it_writes_pages_with_bars_and_accents(home, tmp_path, document, words):
    paper = tmp_path / "page.pdf"
    data = shop(tmp_path / "data")
    run(
        home, "--data", str(data), "print", "1047", document, "--to", f"file:{paper}", "--profile",
        "pdf_a4",
    )  # fmt: skip
    with pypdfium2.PdfDocument(paper) as pdf:
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert [word for word in words if word not in text] == []


def test_it_reads_an_invoice(home, tmp_path):
    """A file as the tax office publishes them, for an order of its sum."""
    sample = importlib.resources.files("nfelib") / "nfe" / "samples" / "v4_0" / "leiauteNFe"
    file = tmp_path / "nota.xml"
    file.write_bytes((sample / SAMPLE).read_bytes())
    invoice = xml.read(file.read_bytes())
    order = an_order(status=Status.IN_PREPARATION, total=invoice.total)
    data = tmp_path / "data"
    open_store(data, order).close()
    run(home, "--data", str(data), "do", "1047", "invoice", f"xml={file}")
    shown = json.loads(run(home, "--json", "--data", str(data), "show", "1047").stdout)["order"]
    assert shown["status"] == "invoiced" and shown["invoice"]["key"] == SAMPLE[:44]


def test_it_writes_tables(home, tmp_path):
    table = tmp_path / "day.xlsx"
    data = shop(tmp_path / "data")
    run(home, "--data", str(data), "shipments", "--xlsx", str(table))
    assert table.read_bytes().startswith(b"PK")


def test_a_machine_without_a_key_store_gets_its_sentence(home):
    words = ("connect", "vtex", "url=http://127.0.0.1:9", "key=k", "token=t")
    said = run(home, "--data", str(home / "data"), *words, code=1).stderr
    assert "This system has no key store." in said


def test_the_doctor_examines_it(home):
    found = json.loads(run(home, "--json", "--data", str(home / "data"), "doctor", code=0).stdout)
    assert len(found) > 3


def test_the_window_opens_on_a_store_and_ends_cleanly(tmp_path):
    data = shop(tmp_path / "data")
    started = starts.ours([str(PROGRAM / EXE)], data)
    assert list(started.seconds) == [starts.PAINTED, starts.LISTED]
    assert not {"balcao.lock", "crash.log"} & {file.name for file in data.iterdir()}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks the loader of Linux")
def test_no_library_lacks_another():
    """What was not there to be taken along: a plugin of Qt would stay away, and with it the window."""
    places = {str(file.parent) for file in PROGRAM.rglob("*.so*")}
    lacking = []
    for file in PROGRAM.rglob("*.so*"):
        told = subprocess.run(
            ["ldd", file], env={"LD_LIBRARY_PATH": ":".join(places), "PATH": "/usr/bin:/bin"},
            capture_output=True, text=True, check=False,
        ).stdout  # fmt: skip
        lacking += [f"{file.name}:{line}" for line in told.splitlines() if "not found" in line]
    assert lacking == []


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb, a screen of X11 in memory")
def test_the_window_opens_on_a_screen(tmp_path):
    """With the libraries of X11 that the program brings along."""
    words = ["Xvfb", "-displayfd", "1", "-screen", "0", "1366x768x24", "-nolisten", "tcp"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as screen:
        try:
            assert screen.stdout is not None
            display = f":{screen.stdout.readline().strip()}"
            more = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
            started = starts.ours([str(PROGRAM / EXE)], shop(tmp_path / "data"), **more)
            assert list(started.seconds) == [starts.PAINTED, starts.LISTED]
        finally:
            screen.terminate()


@pytest.mark.timeout(2 * PATIENCE_S)
def test_the_unattended_demo_passes(home, tmp_path):
    """Its sounds are played by another program, which must find the system's libraries, not these."""
    bin_, heard = tmp_path / "bin", tmp_path / "heard"
    bin_.mkdir()
    player = bin_ / "pw-play"
    player.write_text(f'#!/bin/sh\necho "${{LD_LIBRARY_PATH-none}} $1" >> "{heard}"\n')
    player.chmod(0o755)
    out = tmp_path / "out"
    done = run(
        home, "demo", "--unattended", "--out", str(out), env={"PATH": f"{bin_}:/usr/bin:/bin"}
    )
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["agree"] and summary["orders"] == 12
    assert json.loads(done.stdout.splitlines()[-1]) == summary
    endings = {file.suffix for file in (out / "printed").iterdir()}
    assert {".pdf", ".zpl", ".escpos"} <= endings
    assert list((out / "pictures").iterdir())
    for line in heard.read_text().splitlines():
        path, sound = line.split(" ", 1)
        assert path == "none" and Path(sound).exists()


# --- where it stands ----------------------------------------------------------------------------------


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A copy in a folder whose name has blanks and accents, where every user may look."""
    top = Path(tempfile.mkdtemp(prefix="balcao-"))
    top.chmod(0o755)
    place = top / "Programas da loja" / "Balcão 1ª via"
    place.parent.mkdir()
    shutil.copytree(PROGRAM, place, symlinks=True)
    yield place
    for folder in place.rglob("*"):
        if folder.is_dir() and not folder.is_symlink():
            folder.chmod(0o755)
    shutil.rmtree(top)


def test_it_works_for_another_user_who_may_not_write_there(elsewhere):
    top = elsewhere.parents[1]
    home = top / "home"
    home.mkdir()
    data = shop(home / "dados da loja")
    if os.geteuid() == 0:
        who: dict[str, Any] = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        for path in (home, data, *data.iterdir()):
            shutil.chown(path, "nobody", "nogroup")
    else:
        who = {}
        for folder in [elsewhere, *(one for one in elsewhere.rglob("*") if one.is_dir())]:
            folder.chmod(0o555)
    before = sorted(elsewhere.rglob("*"))
    paper = home / "recibo 1.escpos"
    words = ("print", "1047", "receipt", "--to", f"file:{paper}", "--profile", "elgin_i9")
    run(home, "--data", str(data), *words, program=elsewhere, **who)
    assert paper.stat().st_size > 200
    assert sorted(elsewhere.rglob("*")) == before


def test_it_works_through_a_link(home, tmp_path):
    link = tmp_path / "balcao"
    link.symlink_to(PROGRAM / EXE)
    done = subprocess.run([link, "--version"], capture_output=True, text=True, check=True)
    assert VERSION in done.stdout


# --- what it owes to others ---------------------------------------------------------------------------


def holds(one: Distribution) -> bool:
    """Whether a module or a file of an installed distribution stands in the program."""
    inside = PROGRAM / "_internal"
    for file in one.files or ():
        parts = file.with_suffix("").parts
        if file.suffix == ".py":
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if name in modules():
                return True
        elif ".dist-info" not in parts[0] and ".." not in parts and (inside / file).is_file():
            return True
    return False


def test_every_distribution_in_it_has_its_licence_beside_it():
    bundled = {one.name for one in distributions() if holds(one)} | {"balcao", "python"}
    assert len(bundled) > 20
    told = {folder.name.rpartition("-")[0] for folder in (PROGRAM / "licences").iterdir()}
    assert bundled - told == set()


def test_every_library_in_it_is_told_of():
    told = {line.strip() for line in (PROGRAM / "licences" / "README.txt").read_text().splitlines()}
    libraries = {
        file.name for file in (PROGRAM / "_internal").rglob("*.so*") if not file.is_symlink()
    } - {f"libpython{sys.version_info[0]}.so"}
    assert libraries - told == set()


def test_every_licence_has_a_text():
    for folder in (PROGRAM / "licences").iterdir():
        if folder.is_dir():
            texts = list(folder.iterdir())
            assert any(text.stat().st_size > 400 for text in texts), folder.name
    qt = next((PROGRAM / "licences").glob("PySide6_Essentials-*"))
    words = {file.name: file.read_text("utf-8") for file in qt.iterdir()}
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in words["LGPL-3.0.txt"]
    assert "You may replace them" in words["NOTE.txt"]


def test_nothing_in_it_forbids_to_give_it_on():
    """Readline is GPL, and so is one of the faces that come with the PDF library."""
    names = {file.name.lower() for file in PROGRAM.rglob("*")}
    assert not [name for name in names if name.startswith(("libreadline", "darkgarden", "libgdbm"))]
    assert "readline" not in modules()


def test_qt_can_be_replaced():
    """Its libraries are files of their own, as the LGPL asks."""
    assert [file for file in (PROGRAM / "_internal").rglob("*Qt6Core*") if not file.is_symlink()]


def test_it_tells_nothing_of_where_it_was_built():
    """Neither in its texts nor in the lines of a crash report."""
    places = {str(ROOT), sys.prefix, str(Path.home())} - {"/", "/usr"}
    texts = [file for file in PROGRAM.rglob("*") if file.suffix in TEXTS]
    assert len(texts) > 30
    for file in texts:
        told = file.read_text("utf-8", errors="replace")
        assert not [place for place in places if place in told], file
    assert not [name for name in sources() if Path(name).is_absolute()]


def test_it_is_not_larger_than_it_must_be():
    size = sum(f.stat().st_size for f in PROGRAM.rglob("*") if f.is_file() and not f.is_symlink())
    assert size < 230_000_000


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a Linux desktop's files")
def test_a_linux_desktop_finds_its_entry_and_icon():
    share = PROGRAM / "share"
    assert (share / "applications" / "balcao.desktop").is_file()
    icons = {path.parent.parent.name for path in share.glob("icons/hicolor/*/apps/balcao.*")}
    assert {"16x16", "48x48", "256x256", "scalable"} <= icons
