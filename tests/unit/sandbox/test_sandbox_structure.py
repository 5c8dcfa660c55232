"""The bounds that keep the sandbox readable: width, length and height, and what stands on what."""

from functools import cache
from pathlib import Path

import grimp
import pytest

import sandbox


ROOT = Path(sandbox.__file__).parent
MODULES = [each for each in ROOT.rglob("*.py") if "__pycache__" not in each.parts]
FOLDERS = sorted({each.parent for each in MODULES})


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Which module of the sandbox imports which."""
    return grimp.build_graph("sandbox", cache_dir=None)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda each: str(each.relative_to(ROOT)))
def test_no_folder_has_more_than_fifteen_modules(folder: Path) -> None:
    """A folder is read at once."""
    assert len(list(folder.glob("*.py"))) <= 15


def test_no_module_is_longer_than_250_lines() -> None:
    """A module is read in one go."""
    lengths = {str(each): len(each.read_text().splitlines()) for each in MODULES}
    assert {name: length for name, length in lengths.items() if length > 250} == {}


def test_the_longest_chain_of_imports_has_at_most_nine_modules(graph: grimp.ImportGraph) -> None:
    """Nothing stands higher, and no two modules import each other, which would have no height."""

    @cache
    def height(module: str) -> int:
        return 1 + max(map(height, graph.find_modules_directly_imported_by(module)), default=0)

    assert max(map(height, graph.modules)) <= 9


@pytest.mark.parametrize("lower", ["voucherify", "hubspot", "services", "webhooks", "faults"])
def test_a_stand_in_knows_neither_the_demo_nor_what_steers_it(
    graph: grimp.ImportGraph, lower: str
) -> None:
    """The endpoints of the sandbox and the demo stand on the stand-ins, never the other way."""
    known = graph.find_downstream_modules("sandbox.control", as_package=True)
    known |= graph.find_downstream_modules("sandbox.demo", as_package=True)
    assert {each for each in known if each.startswith(f"sandbox.{lower}")} == set()
