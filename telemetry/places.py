"""Tracebacks that may be stored and shown: places and types of errors only."""

import sysconfig
from itertools import islice
from pathlib import Path
from types import FrameType, TracebackType
from typing import Final

from telemetry.safe_errors import chain, type_name


#: Longest traceback; the innermost frames are kept.
MOST_BYTES: Final = 2048

#: Most causes, and the longest line, so that all error types fit.
MOST_LINKS: Final = 8
MOST_OF_A_LINE: Final = 160

#: Functions that name a place.
MOST_OF_A_PLACE: Final = 3

#: All calls of the store pass these files, so they name no place.
_THROUGH: Final = (
    "inbox/store/script_call.py",
    "inbox/store/bounded.py",
    "inbox/store/connection.py",
)

_LEFT_OUT: Final = "…"
_CAUSED_BY: Final = "caused by:"
_PROJECT: Final = f"{Path(__file__).resolve().parents[1]}/"
_PACKAGES: Final = ("/site-packages/", "/dist-packages/")
_STANDARD: Final = f"{sysconfig.get_path('stdlib')}/"


def places(error: BaseException) -> str:
    """
    Return the frames of an error and of its causes, innermost last, within MOST_BYTES.

    It holds no message, source line or variable: in foreign errors each can hold a piece of a
    body.
    """
    frames: list[list[str]] = []
    kinds: list[str] = []
    for link in islice(chain(error), MOST_LINKS):
        frames.append(_frames(link.__traceback__))
        kinds.append(_line(type_name(link)))
    room = MOST_BYTES - sum(_size(kind) for kind in kinds)
    room -= _size(_CAUSED_BY) * (len(kinds) - 1)
    for number in reversed(range(len(frames))):
        frames[number], room = _innermost(frames[number], room)
    links = ["\n".join([*mine, kind]) for mine, kind in zip(frames, kinds, strict=True)]
    return f"\n{_CAUSED_BY}\n".join(links)


def fingerprint(error: BaseException, process: str, job: str) -> list[str]:
    """
    Return what errors of one kind share: process, job's name, error's type, place.

    The place is the innermost functions of ours, without their lines: those move with releases.
    """
    codes = [frame.f_code for frame in _stack(error.__traceback__)]
    ours = [code for code in codes if _is_ours(code.co_filename)]
    named = [code for code in ours if short_path(code.co_filename) not in _THROUGH]
    place = [f"{short_path(code.co_filename)} in {code.co_name}" for code in named or ours or codes]
    return [process, job.rpartition(":")[2], type_name(error), " > ".join(place[-MOST_OF_A_PLACE:])]


def _is_ours(path: str) -> bool:
    # An environment may stand inside the project.
    return path.startswith(_PROJECT) and not any(folder in path for folder in _PACKAGES)


def short_path(path: str) -> str:
    """Return a source file's path within its project or package, without the machine's."""
    for folder in _PACKAGES:
        if folder in path:
            return path.rpartition(folder)[2]
    for root in (_PROJECT, _STANDARD):
        if path.startswith(root):
            return path.removeprefix(root)
    # Code made at run time has the name that its maker chose.
    return "<generated>" if path.startswith("<") else path.replace("\\", "/").rpartition("/")[2]


def _stack(trace: TracebackType | None) -> list[FrameType]:
    frames = []
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    return frames


def _frames(trace: TracebackType | None) -> list[str]:
    lines = []
    while trace is not None:
        lines.append(_place(trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    return lines


def _place(frame: FrameType, number: int | None) -> str:
    code = frame.f_code
    return _line(f"{short_path(code.co_filename)}:{number} in {code.co_name}")


def _line(text: str) -> str:
    """Return a text as one line of ASCII, so that a character is a byte."""
    plain = text.encode("ascii", "backslashreplace").decode()
    return "".join(each if each.isprintable() else "?" for each in plain)[-MOST_OF_A_LINE:]


def _innermost(lines: list[str], room: int) -> tuple[list[str], int]:
    """Return the last lines that fit, and the room that remains."""
    if sum(map(_size, lines)) <= room:
        return lines, room - sum(map(_size, lines))
    room -= _size(_LEFT_OUT)
    kept: list[str] = []
    for line in reversed(lines):
        if _size(line) > room:
            break
        kept.append(line)
        room -= _size(line)
    # All earlier lines are left out too: they are further out.
    return [_LEFT_OUT, *reversed(kept)] if room >= 0 else [], 0


def _size(line: str) -> int:
    return len(line.encode()) + 1
