"""A traceback that is kept with a job's run: places and kinds, and nothing else."""

import json
import sysconfig
from pathlib import Path

import pytest

from telemetry.places import MOST_BYTES, places, short_path
from tests.processes import ROOT
from tests.unit.telemetry.leaky import OURS, SHAPES, caught, pieces


def _deep(depth: int) -> None:
    if depth:
        _deep(depth - 1)
    raise RuntimeError("at the bottom")


def _made_at_run_time() -> None:
    exec(compile("def made():\n    1 / 0\nmade()", "<ada.quill>", "exec"), {})


@pytest.mark.parametrize("shape", SHAPES)
def test_no_shape_of_error_shows_its_data(shape: str) -> None:
    """Neither a message, ours or foreign, nor a line of source is in it, within its size."""
    shown = places(caught(shape))

    assert not any(piece in shown for piece in (*pieces(), OURS, "raise ", str(ROOT)))
    assert len(shown.encode()) <= MOST_BYTES


def test_frames_come_innermost_last_and_then_the_kind() -> None:
    """Each line is a file from its project on, a line number and a function."""
    first, *_, last, kind = places(caught("json")).splitlines()

    assert first.startswith("tests/unit/telemetry/leaky.py:")
    assert first.endswith(" in caught")
    assert last.startswith("json/decoder.py:")
    assert last.endswith(" in raw_decode")
    assert kind == json.JSONDecodeError.__module__ + ".JSONDecodeError"


def test_causes_are_shown_with_their_kinds() -> None:
    """What it was caused by follows with its own frames."""
    outer, middle, inner = places(caught("theirs_around_ours")).split("\ncaused by:\n")

    assert outer.splitlines()[-1] == "RuntimeError"
    assert middle.endswith("SafeMessageError")
    assert " in " in inner
    assert places(caught("ring")).count("caused by:") == 1


def test_of_a_deep_error_the_innermost_frames_are_kept() -> None:
    """It is cut from outside, line by line, and says so; the kind and the cause stay."""
    try:
        try:
            _deep(300)
        except RuntimeError as error:
            raise LookupError from error
    except LookupError as error:
        shown = places(error)

    lines = shown.splitlines()
    assert MOST_BYTES - 200 < len(shown.encode()) <= MOST_BYTES
    assert lines[:3] == ["LookupError", "caused by:", "…"]
    assert lines[-1] == "RuntimeError"
    assert all(" in _deep" in line for line in lines[3:-1])
    assert len({line.partition(" ")[0] for line in lines[-3:-1]}) == 2, "the last frame raises"


def test_many_causes_with_long_names_fit() -> None:
    """Whatever kinds of error there are, the size holds."""
    error: Exception = ValueError()
    for number in range(40):
        outer: Exception = type("Ö" * 500 + str(number), (Exception,), {})()
        outer.__cause__, error = error, outer

    assert len(places(error).encode()) <= MOST_BYTES


@pytest.mark.parametrize(
    ("path", "short"),
    [
        (f"{ROOT}/worker/run/flow.py", "worker/run/flow.py"),
        (f"{ROOT}/.venv/lib/python3.13/site-packages/httpx2/_client.py", "httpx2/_client.py"),
        ("/usr/lib/python3/dist-packages/redis/client.py", "redis/client.py"),
        (f"{sysconfig.get_path('stdlib')}/json/decoder.py", "json/decoder.py"),
        ("/home/ada/scripts/mine.py", "mine.py"),
        ("C:\\Users\\ada\\mine.py", "mine.py"),
        ("<ada.quill>", "<generated>"),
    ],
)
def test_paths_do_not_show_the_machine(path: str, short: str) -> None:
    """A file is named from its project or package on."""
    assert short_path(path) == short
    assert not Path(short).is_absolute()


def test_code_made_at_run_time_is_not_named() -> None:
    """Its file's name is whatever its maker chose."""
    with pytest.raises(ZeroDivisionError) as caught_:
        _made_at_run_time()

    shown = places(caught_.value)
    assert "<generated>:2 in made" in shown
    assert "ada" not in shown
