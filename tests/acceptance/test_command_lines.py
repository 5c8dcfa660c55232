"""A user who asks a module for help, or misspells something, starts nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.receiver.kit import DEADLINE, ROOT


MODULES = ("receiver", "worker", "inbox", "schemas", "sandbox", "sandbox.serve", "bench")

COMMANDS = (
    *("inbox stats", "inbox failed", "inbox retry", "inbox erase", "inbox plan"),
    *("worker effects", "worker undo", "worker reconcile", "worker try", "schemas check"),
)


def run(words: str, folder: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run a module with an environment that no process could work with."""
    return subprocess.run(
        [sys.executable, "-m", *words.split()],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "REDIS_URL": "none", **environ},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=DEADLINE,
    )


@pytest.mark.parametrize("words", [*MODULES, *COMMANDS])
def test_help_is_printed_and_nothing_starts(words: str, tmp_path: Path) -> None:
    """Exit code 0 and a usage, whatever the environment; no server, store or file is made."""
    done = run(f"{words} --help", tmp_path)

    assert done.returncode == 0, done.stderr
    assert "usage:" in done.stdout.lower()
    assert "--help" in done.stdout
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("argument", ["--no-such-option", "no-such-word", "-p"])
def test_an_unknown_argument_is_refused(module: str, argument: str, tmp_path: Path) -> None:
    """Exit code 2, with the way to help, before the environment is read."""
    done = run(f"{module} {argument}", tmp_path)

    assert done.returncode == 2, done.stdout
    assert "usage:" in done.stderr.lower()
    assert "environment is wrong" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_value_that_reads_like_help_is_a_value(tmp_path: Path) -> None:
    """Where `--help` stands for another option's value, the command runs, and misses its store."""
    done = run("inbox discard --all --why --help", tmp_path)

    assert done.returncode == 1
    assert "REDIS_URL" in done.stderr
