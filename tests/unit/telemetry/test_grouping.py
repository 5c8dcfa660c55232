"""One issue for each kind of error, whatever its message and line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from telemetry import places
from telemetry.places import MOST_OF_A_PLACE, fingerprint


def raised(run: Callable[[], object]) -> Exception:
    """Call it and keep its error."""
    try:
        run()
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError


def compiled(source: str, path: Path) -> Exception:
    """Run code as if it stood in a file of ours."""
    space: dict[str, Callable[[], object]] = {}
    exec(compile(source, str(path), "exec"), space)
    return raised(space["act"])


def test_a_line_that_moves_and_another_message_are_the_same_issue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release that shifts lines, and data in the message, open no new issue."""
    monkeypatch.setattr(places, "_PROJECT", f"{tmp_path}/")
    one = compiled("def act(): raise ValueError('a')", tmp_path / "worker/act.py")
    two = compiled("\n\n\ndef act():\n    raise ValueError('b')", tmp_path / "worker/act.py")

    found = fingerprint(one, "worker", "0f:notify_crm")

    assert found == fingerprint(two, "worker", "0e:notify_crm")
    assert found == ["worker", "notify_crm", "ValueError", "worker/act.py in act"]


def test_process_job_type_and_place_each_make_another_issue() -> None:
    """Errors with fixes in different places are separate issues."""
    error = raised(lambda: int("x"))
    other = raised([].pop)

    found = {
        tuple(fingerprint(each, process, job))
        for each in (error, other)
        for process in ("worker", "receiver")
        for job in ("d:notify_crm", "d:process")
    }

    assert len(found) == 8


def test_the_place_is_ours_however_deep_the_error_is_in_a_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frames of libraries are left out, and of ours the innermost are kept."""
    monkeypatch.setattr(places, "_PROJECT", f"{tmp_path}/")
    source = "import json\n" + "".join(f"def f{n}(): f{n + 1}()\n" for n in range(9))
    error = compiled(source + "def f9(): json.loads('{')\nact = f0", tmp_path / "worker/act.py")

    place = fingerprint(error, "worker", "")[3].split(" > ")

    assert place == [f"worker/act.py in f{n}" for n in range(10 - MOST_OF_A_PLACE, 10)]


def test_an_environment_inside_the_project_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fresh clone has its libraries in .venv, below its own folder."""
    monkeypatch.setattr(places, "_PROJECT", f"{tmp_path}/")
    library = tmp_path / ".venv/lib/python3.13/site-packages/library/act.py"
    inner = compiled("def act(): raise ValueError", library)

    assert fingerprint(inner, "worker", "0f:process")[3] == (
        "test_grouping.py in raised > library/act.py in act"
    )
    monkeypatch.setattr(places, "_PROJECT", f"{Path(__file__).parents[3]}/")
    assert fingerprint(inner, "worker", "0f:process")[3] == (
        "tests/unit/telemetry/test_grouping.py in raised"
    )
