"""`make run` and `make smoke`, as a newcomer meets them."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT, Process, wait_until


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the tracked files, so that something in it can be broken."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in names.rstrip("\0").split("\0"):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Process]:
    """The stack of `make run`."""
    process = Process("run", "python -m sandbox run", {}, tmp_path / "run.log")
    yield process
    process.kill()


def test_run_says_what_happened_and_leaves_no_process(running: Process) -> None:
    """The effect is reported in words with the addresses, and Ctrl-C stops all of it."""
    running.wait_for("Ctrl-C stops everything.")
    story = running.output()
    children = _children_of(running.pid)

    os.kill(running.pid, signal.SIGINT)
    wait_until(lambda: not running.running, "the stack stops")

    assert "gift card: it held 25.00, it now holds 20.00." in " ".join(story.split())
    assert "noted the removal in the CRM" in story
    assert story.count("http://127.0.0.1:") >= 3
    assert running.stop() == 0
    assert len(children) >= 5
    wait_until(lambda: not any(_alive(pid) for pid in children), "no process is left")


@pytest.mark.long
@pytest.mark.parametrize(
    ("file", "old", "new", "named"),
    [
        ("Procfile", "web: exec python", "web: false python", "web: has stopped"),
        ("Procfile", "worker: exec celery", "worker: false celery", "worker: has stopped"),
        ("Procfile", "flower: exec python", "flower: false python", "flower: has stopped"),
        (
            "receiver/signature.py",
            "if position is not None:",
            "if position is None and body == b'':",
            "web: did not take the webhook",
        ),
        (
            "worker/revocation/execute/balance.py",
            "signed = amount if self._gives else -amount",
            "signed = 1 if self._gives else -1",
            "worker: did not take the reward back",
        ),
        (
            "worker/handlers/notify_crm.py",
            "return services.crm.note_removal(event, job)",
            "return 'said nothing'",
            "worker: did not update the CRM",
        ),
    ],
    ids=["web", "worker", "flower", "signature", "take-back", "note"],
)
def test_smoke_names_the_part_that_is_broken(
    checkout: Path, file: str, old: str, new: str, named: str
) -> None:
    """Each part is broken in turn: smoke exits 1 and names it."""
    text = (checkout / file).read_text()
    assert old in text
    (checkout / file).write_text(text.replace(old, new, 1))

    answer = _smoke(checkout, effect_seconds="6")

    assert answer.returncode == 1, answer.stdout
    assert named in answer.stdout


def test_smoke_passes_when_nothing_is_broken(checkout: Path) -> None:
    """The balance fell and the note came: smoke says so and exits 0."""
    answer = _smoke(checkout, effect_seconds="60")

    assert answer.returncode == 0, answer.stdout
    assert "fell from 2500 to 2000" in answer.stdout


def _smoke(folder: Path, *, effect_seconds: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "sandbox", "smoke"],
        cwd=folder,
        # Starting takes as long as it takes; what has started does its part at once, or never.
        env={"PATH": os.environ["PATH"], "SANDBOX_EFFECT_SECONDS": effect_seconds},
        capture_output=True,
        text=True,
        check=False,
    )


def _children_of(pid: int) -> set[int]:
    """All processes below this one, whatever session they are in."""
    found, pending = set(), [pid]
    while pending:
        answer = subprocess.run(
            ["pgrep", "-P", str(pending.pop())], capture_output=True, text=True, check=False
        )
        children = {int(word) for word in answer.stdout.split()}
        found |= children
        pending += children
    return found


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
