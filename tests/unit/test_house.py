"""The limits of the structure; `make house` prints the figures behind them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.house import imports, private, size
from tests.house.__main__ import tracked
from tests.processes import ROOT


HIGHEST: Final = 12
MOST_BESIDE: Final = 15
LONGEST_FILE: Final = 250
LONGEST_FUNCTION: Final = 70
SHORTEST_FILE: Final = 15

#: A folder of like things, which is read by its list and not as a whole.
CATALOGUES: Final[frozenset[str]] = frozenset()

#: Modules that are short because something else wants a file of its own there.
SHORT: Final = {
    "dashboard/flower_options.py": "Flower reads its options from a file",
    "worker/celery.py": "`celery -A worker` looks for this name",
    "receiver/description.py": "imported only when the description is asked for",
    "worker/http_client/environment.py": "an error that modules below and above raise and catch",
    "inbox/state/checkins.py": "one lock of the store, beside the others",
}

#: Private names of libraries may be used here and nowhere else.
PRIVATE: Final = {
    "worker/broker": "README.md there lists each, with what breaks it",
    "inbox/store/bounded.py": "redis-py has no way to bound connecting and answering together",
}


@pytest.fixture(scope="module")
def source() -> list[Path]:
    """Every module of the product and of the stand-ins."""
    return tracked(*(f"{package}/*.py" for package in imports.PACKAGES))


@pytest.fixture(scope="module")
def chains() -> Mapping[str, list[str]]:
    """The longest chain of imports of each package."""
    return imports.longest_chains()


@pytest.mark.parametrize("package", imports.PACKAGES)
def test_no_chain_of_imports_is_longer_than_twelve(
    package: str, chains: Mapping[str, list[str]]
) -> None:
    """A developer who reads a module down to the ground reads at most twelve."""
    assert len(chains[package]) <= HIGHEST, " > ".join(chains[package])


def test_no_folder_holds_more_than_fifteen_modules(source: list[Path]) -> None:
    """What stands beside each other can be read in one check."""
    wide = {folder: many for folder, many in size.beside(source).items() if many > MOST_BESIDE}
    assert wide.keys() - CATALOGUES == set(), wide


def test_no_module_is_long(source: list[Path]) -> None:
    """A module that grows over this has two reasons to exist."""
    assert {path: n for path, n in size.files(source).items() if n > LONGEST_FILE} == {}


def test_no_function_is_long(source: list[Path]) -> None:
    """A function that grows over this does two things."""
    assert {name: n for name, n in size.functions(source).items() if n > LONGEST_FUNCTION} == {}


def test_a_short_module_has_a_reason(source: list[Path]) -> None:
    """What is one thing is not spread over several files."""
    short = {
        path
        for path, lines in size.files(source).items()
        if lines < SHORTEST_FILE
        and Path(path).name not in {"__init__.py", "__main__.py"}
        and Path(path).parent != Path("worker/handlers")
    }
    assert short == set(SHORT)


def test_private_names_of_libraries_are_used_in_one_folder(source: list[Path]) -> None:
    """A release of a library breaks this folder, which lists what it rests on, and nothing else."""
    elsewhere = {
        str(path): names
        for path, names in private.used(source).items()
        if not any(str(path).startswith(place) for place in PRIVATE)
    }
    assert elsewhere == {}


def test_what_uses_private_names_is_small() -> None:
    """Four hundred lines can be read again when Celery is updated."""
    folder = ROOT / "worker" / "broker"
    users = private.used(folder.glob("*.py"))
    assert sum(len(path.read_text().splitlines()) for path in users) <= 400
