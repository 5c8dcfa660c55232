"""Scripts with many arguments take them by name, and say in their head which."""

import re
from pathlib import Path
from typing import Final

import pytest


FOLDER: Final = Path(__file__).parents[3] / "inbox/store/lua"
TEXTS: Final = {path.stem: path.read_text() for path in FOLDER.glob("*.lua")}

#: What each step of a reconciliation run takes, by the file that they share.
SHARED: Final = {name: "reconcile" for name in TEXTS if re.match(r"reconcile_(?!turn)", name)}


def documented(text: str) -> str:
    """Return the part of a script's head about arguments by name."""
    head = re.match(r"(?:--.*\n)+", text)
    found = head and re.search(r"ARGV by name.*?(?=\n-- Gives|\Z)", head[0], re.DOTALL)
    return re.sub(r"\([^)]*\)", "", found[0]) if found else ""


@pytest.mark.parametrize("name", TEXTS)
def test_many_arguments_have_names(name: str) -> None:
    """A script that reads a fifth argument by its place is named; lists may follow."""
    places = [int(place) for place in re.findall(r"ARGV\[(\d+)\]", TEXTS[name])]
    assert max(places, default=0) <= 4


@pytest.mark.parametrize("name", [name for name, text in TEXTS.items() if "ARGV by name" in text])
def test_a_script_reads_the_names_of_its_head(name: str) -> None:
    """A misspelt name would be read as nothing."""
    text = TEXTS[name]
    known = documented(text) + documented(TEXTS.get(SHARED.get(name, ""), ""))
    read = set(re.findall(r"\ba\.(\w+)", text))
    assert read
    assert [each for each in sorted(read) if not re.search(rf"\b{each}\b", known)] == []
