from pathlib import Path

import pytest

from settings.reader import Reader, SettingsError
from telemetry.release import release
from telemetry.settings import TelemetrySettings


COMMIT = "5787f751ae7ac044c50d337ae8db38c44fdad4fb"


def test_the_commit_of_a_checkout_is_its_release(tmp_path: Path) -> None:
    """A branch, a packed branch and a commit by itself are read without running git."""
    git = tmp_path / ".git"
    (git / "refs/heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "packed-refs").write_text(f"# pack-refs\n{COMMIT} refs/heads/main\n")
    assert release(tmp_path) == COMMIT

    (git / "refs/heads/main").write_text("0" * 40 + "\n")
    assert release(tmp_path) == "0" * 40

    (git / "HEAD").write_text(COMMIT)
    assert release(tmp_path) == COMMIT


def test_a_further_work_tree_is_read_in_its_own_place(tmp_path: Path) -> None:
    """`git worktree` leaves a file that points to where HEAD is; branches are in the first."""
    home = tmp_path / "home/.git"
    (home / "worktrees/one").mkdir(parents=True)
    (home / "refs/heads").mkdir(parents=True)
    (home / "refs/heads/one").write_text(COMMIT)
    (home / "worktrees/one/HEAD").write_text("ref: refs/heads/one")
    (home / "worktrees/one/commondir").write_text("../..\n")
    (tmp_path / ".git").write_text(f"gitdir: {home}/worktrees/one\n")

    assert release(tmp_path) == COMMIT


@pytest.mark.parametrize("head", [None, "ref: refs/heads/none", b"\xff"])
def test_without_a_checkout_the_release_is_unknown(
    tmp_path: Path, head: str | bytes | None
) -> None:
    """An image has no repository, and a broken one stops nothing."""
    if head is not None:
        (tmp_path / ".git").mkdir()
        file = tmp_path / ".git/HEAD"
        file.write_bytes(head if isinstance(head, bytes) else head.encode())

    assert release(tmp_path) == "unknown"


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, None),
        ({"HEROKU_SLUG_COMMIT": "c"}, "c"),
        ({"HEROKU_SLUG_COMMIT": "c", "HEROKU_BUILD_COMMIT": "b"}, "b"),
        ({"HEROKU_SLUG_COMMIT": "c", "HEROKU_BUILD_COMMIT": "b", "SENTRY_RELEASE": "a"}, "a"),
    ],
)
def test_a_setting_comes_before_what_is_found(environ: dict[str, str], found: str | None) -> None:
    """SENTRY_RELEASE first, then what Heroku sets."""
    assert TelemetrySettings.read(Reader(environ)).sentry_release == found


@pytest.mark.parametrize("wrong", ["-0.1", "1.01", "nan", "many", "inf"])
def test_a_share_of_traces_is_a_number_from_0_to_1(wrong: str) -> None:
    """Anything else is an error at the start."""
    reader = Reader({"SENTRY_TRACES_SAMPLE_RATE": wrong})
    TelemetrySettings.read(reader)

    with pytest.raises(SettingsError, match="SENTRY_TRACES_SAMPLE_RATE must be a number from 0"):
        reader.finish()
