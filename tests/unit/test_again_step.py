"""What failed in company is run once more, alone; much of it, or a broken promise, is not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT


ONE = ["tests/a.py::test_one[x y]"]


@pytest.mark.parametrize(
    ("failed", "alone", "broken", "code", "says"),
    [
        (ONE, 0, "", 0, "PASSED ALONE, FAILED IN COMPANY: tests/a.py::test_one[x y]"),
        (ONE, 1, "", 1, "failed alone as well"),
        (ONE, 5, "", 5, "failed alone as well"),
        ([f"tests/a.py::test_{n}" for n in range(4)], 0, "", 1, "4 tests have failed"),
        (ONE, 0, "receiver killed under load", 1, "a promise was broken: receiver killed"),
        ([], 0, "", 1, "no test has failed, something else has"),
    ],
)
def test_it_ends_as_it_should(
    failed: list[str], alone: int, broken: str, code: int, says: str, tmp_path: Path
) -> None:
    """An accident, two that are none, too many, a broken promise, and no test at all."""
    stand_in, given = tmp_path / "pytest", tmp_path / "given"
    stand_in.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        f"open({str(given)!r}, 'w').write(json.dumps(sys.argv[1:]))\nsys.exit({alone})\n"
    )
    stand_in.chmod(0o700)
    if failed:
        written = tmp_path / ".pytest_cache/v/cache/lastfailed"
        written.parent.mkdir(parents=True)
        written.write_text(json.dumps(dict.fromkeys(failed, True)))
    if broken:
        (tmp_path / "build").mkdir()
        (tmp_path / "build/broken_promises").write_text(broken)

    ran = subprocess.run(
        [sys.executable, ROOT / ".ci/again.py", stand_in, tmp_path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (ran.returncode, says in ran.stdout) == (code, True), ran
    if "alone" in says.lower():
        assert json.loads(given.read_text()) == ["-n", "0", *failed]
    else:
        assert not given.exists()
