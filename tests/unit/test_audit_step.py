"""The audit of dependencies fails on what it finds, and not on a network that is away."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tests.processes import ROOT


SOUND: Final = {"name": "flask", "version": "3.1.2", "vulns": []}
FLAWED: Final = {
    "name": "jinja2",
    "version": "2.10",
    "vulns": [{"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"]}],
}
SKIPPED: Final = {"name": "flask", "skip_reason": "Dependency not found on PyPI"}


def _reported(packages: list[Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


@pytest.mark.parametrize(
    ("out", "err", "code", "says"),
    [
        (_reported([SOUND]), "", 0, "nothing known of 1 of 1 packages"),
        (_reported([SOUND, SKIPPED]), "", 0, "nothing known of 1 of 2 packages"),
        (_reported([SKIPPED]), "No known vulnerabilities found", 0, "NOT DONE: nothing is known"),
        (_reported([SOUND, FLAWED]), "", 1, "jinja2 2.10: PYSEC-2019-217, fixed in 2.10.1"),
        ("", "requests.exceptions.ProxyError: Unable to connect", 0, "NOT DONE: the list"),
        ("", "ERROR:pip_audit._cli:invalid requirements input", 1, "did not work"),
    ],
)
def test_the_audit_ends_as_it_should(
    out: str, err: str, code: int, says: str, tmp_path: Path
) -> None:
    """Nothing found, not all known, nothing known, a finding, no network, and a mistake of ours."""
    stand_in = tmp_path / "pip-audit"
    # pip-audit ends with 1 for findings and for every error alike.
    stand_in.write_text(
        f"#!{sys.executable}\nimport sys\nsys.stdout.write({out!r})\nsys.stderr.write({err!r})\n"
        f"sys.exit({int(not out or 'PYSEC' in out)})\n"
    )
    stand_in.chmod(0o700)

    ran = subprocess.run(
        [sys.executable, ROOT / ".ci" / "audit.py", stand_in],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (ran.returncode, says in ran.stdout) == (code, True), ran
