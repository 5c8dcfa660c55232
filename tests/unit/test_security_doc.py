"""docs/security.md and docs/claims.md name tests that are there."""

import re

import pytest

from tests.processes import ROOT


@pytest.mark.parametrize("page", ["security.md", "claims.md"])
def test_every_claim_names_a_test_that_exists(page: str) -> None:
    """Who renames or drops a test of a claim finds out here."""
    text = (ROOT / "docs" / page).read_text()
    table = text.split("# Claims and their tests")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("|")][2:]
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", table)

    assert len(rows) > 20
    assert len(named) == len(rows)
    for path, name in named:
        assert f"\ndef {name}(" in (ROOT / path).read_text(), f"{path}::{name}"
