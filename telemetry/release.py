"""The release that runs, if no setting names it: the commit of a checkout, else unknown."""

from pathlib import Path
from typing import Final


_PROJECT: Final = Path(__file__).resolve().parents[1]
_UNKNOWN: Final = "unknown"
_HEAD: Final = "ref: "


def release(project: Path = _PROJECT) -> str:
    """Return the commit that is checked out, without running a program."""
    try:
        git = project / ".git"
        if git.is_file():  # a further work tree of a repository
            git = project / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith(_HEAD):
            return head
        common = git / "commondir"
        home = git / common.read_text(encoding="utf-8").strip() if common.exists() else git
        return _commit(home, head.removeprefix(_HEAD))
    except (OSError, ValueError):
        return _UNKNOWN


def _commit(home: Path, ref: str) -> str:
    if (loose := home / ref).exists():
        return loose.read_text(encoding="utf-8").strip()
    for line in (home / "packed-refs").read_text(encoding="utf-8").splitlines():
        commit, _, name = line.partition(" ")
        if name == ref:
            return commit
    return _UNKNOWN
