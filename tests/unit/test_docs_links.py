"""Links in the README and in docs/ lead somewhere."""

import re
from pathlib import Path

import pytest

from tests.processes import ROOT


PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_a_file_and_to_a_heading_of_it(page: Path) -> None:
    """A page that is renamed, or a heading that is reworded, breaks no link unnoticed."""
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", page.read_text(encoding="utf-8"))

    for path, anchor in links:
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


def test_the_index_of_decisions_names_each_note_by_its_title() -> None:
    """A new note is found by readers of the index."""
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")

    for note in folder.glob("0*.md"):
        number, title = note.read_text(encoding="utf-8").split("\n", 1)[0][2:].split(". ", 1)
        assert f"- [{number}]({note.name}). {title}\n" in index, note.name
