"""The pages that are made from the code say what the code says, and their pictures and links are there."""

import importlib.util
import re
from pathlib import Path

from tests.pictures import states

ROOT = Path(__file__).resolve().parents[1]


def test_made_pages_are_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("docs_make", ROOT / "docs" / "make.py")
    assert spec is not None and spec.loader is not None
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    for name, page in make.PAGES.items():
        on_disk = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert on_disk == page(), f"docs/{name} is stale: run python docs/make.py"


def test_the_page_of_every_state_names_each_picture_that_is_meant_for_it() -> None:
    assert states.PAGE.read_text(encoding="utf-8") == states.page(), (
        "docs/states.md is stale: run python -m tests.pictures --docs"
    )
    named = re.findall(r"\]\(pictures/(.+?)\)", states.PAGE.read_text(encoding="utf-8"))
    assert named == [state.file for state in states.STATES]
    assert len(set(named)) == len(named)


def test_every_picture_is_there_named_and_small() -> None:
    files = {file.name: file.stat().st_size for file in states.PICTURES.iterdir()}
    assert set(files) == {state.file for state in states.STATES}
    assert sum(files.values()) < 3_000_000


def test_every_picture_of_the_first_page_is_one_of_them() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\(docs/pictures/(.+?)\)", readme)
    assert named and set(named) <= {state.file for state in states.STATES}


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        targets = [t for t in re.findall(r"\]\(([^)#\s]+)\)", text) if "://" not in t]
        assert [t for t in targets if not (page.parent / t).exists()] == [], page.name
