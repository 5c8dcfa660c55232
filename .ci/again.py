"""
Runs what failed in `make test` once more, alone, and says what came of it.

The machines of a CI are shared, and one that stands still for seconds fails a test of processes
that is right (docs/decisions/0038). Many failures are no accident, and a promise that was seen
broken stays broken: neither is run again.
"""

# ruff: noqa: INP001
import json
import subprocess
import sys
from pathlib import Path


ROOT = Path(__file__).parent.parent

#: Written by pytest, and by tests/conftest.py.
FAILED, BROKEN = Path(".pytest_cache/v/cache/lastfailed"), Path("build/broken_promises")

#: More than this are no accident.
MOST = 3


def main(pytest: str, root: Path = ROOT) -> int:
    """Run it; return the exit code."""
    if (root / BROKEN).exists():
        return say(f"a promise was broken: {(root / BROKEN).read_text().strip()}", code=1)
    try:
        failed = sorted(json.loads((root / FAILED).read_text()))
    except FileNotFoundError:
        failed = []
    if not failed:
        return say("no test has failed, something else has", code=1)
    if len(failed) > MOST:
        return say(f"{len(failed)} tests have failed, which is no accident", code=1)
    say(f"once more, alone: {', '.join(failed)}")
    command = [pytest, "-n", "0", *failed]
    if code := subprocess.run(command, cwd=root, check=False).returncode:  # noqa: S603 - ours
        return say("failed alone as well", code=code)
    return say(f"PASSED ALONE, FAILED IN COMPANY: {', '.join(failed)}")


def say(what: str, *, code: int = 0) -> int:
    """Tell how it ended."""
    print(f"again: {what}", flush=True)  # noqa: T201 - for whoever reads the log of a run
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(Path, sys.argv[2:])))
