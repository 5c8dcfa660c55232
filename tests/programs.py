"""Programs that a test needs and a machine may lack: skipped here, failed in CI."""

import os
import shutil

import pytest


def need(program: str) -> str:
    """Return the program's path; skip the test where it is missing, fail it in CI."""
    found = shutil.which(program)
    if found is None:
        reason = f"{program} is not installed; .ci/run installs it"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found
