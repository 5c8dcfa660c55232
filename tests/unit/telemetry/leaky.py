"""Errors of every shape whose messages hold data."""

import json
from collections.abc import Callable, Iterator
from typing import Final

from telemetry.safe_errors import SafeMessageError


#: Built from pieces, so that no line of source that a traceback shows holds it.
PERSONAL: Final = "ada.quill" + "@" + "example.test"
OURS: Final = "the CRM said no, and will say no again"


class SaysMuchError(Exception):
    """Shows something personal in every form."""

    def __init__(self) -> None:
        super().__init__(PERSONAL)
        self.message = PERSONAL

    def __str__(self) -> str:
        return f"customer {PERSONAL}"

    def __repr__(self) -> str:
        return f"<customer {PERSONAL}>"


class CannotSpeakError(Exception):
    """Fails when asked what it is."""

    def __str__(self) -> str:
        raise ValueError(PERSONAL)


class EmptyError(Exception):
    """Counts as false, as everything of length 0 does."""

    def __len__(self) -> int:
        return 0


def _plain() -> None:
    raise RuntimeError(f"no customer {PERSONAL}")


def _key() -> None:
    _: int = dict[str, int]()[PERSONAL]


def _json() -> None:
    json.loads(f'{{"email": "{PERSONAL}" x')


def _unicode() -> None:
    (PERSONAL.encode() + b"\xff").decode()


def _number() -> None:
    int(PERSONAL)


def _operating_system() -> None:
    raise FileNotFoundError(2, PERSONAL, f"/{PERSONAL}")


def _caused() -> None:
    try:
        _plain()
    except RuntimeError as error:
        raise LookupError(PERSONAL) from error


def _in_context() -> None:
    try:
        _key()
    except KeyError:
        _number()


def _hidden_context() -> None:
    try:
        _plain()
    except RuntimeError:
        raise TypeError(PERSONAL) from None


def _group() -> None:
    raise ExceptionGroup(PERSONAL, [ValueError(PERSONAL), SaysMuchError()])


def _noted() -> None:
    error = RuntimeError(PERSONAL)
    error.add_note(PERSONAL)
    raise error


def _custom() -> None:
    raise SaysMuchError


def _speechless() -> None:
    raise CannotSpeakError(PERSONAL)


def _ours_around_theirs() -> None:
    try:
        _plain()
    except RuntimeError as error:
        raise SafeMessageError(OURS) from error


def _theirs_around_ours() -> None:
    try:
        _ours_around_theirs()
    except SafeMessageError as error:
        raise RuntimeError(f"{error} {PERSONAL}") from error


def _ring() -> None:
    first, second = RuntimeError(PERSONAL), LookupError(PERSONAL)
    first.__cause__, second.__cause__ = second, first
    raise first


def _behind_an_empty_one() -> None:
    raise RuntimeError(PERSONAL) from EmptyError(PERSONAL)


SHAPES: Final[dict[str, Callable[[], None]]] = {
    shape.__name__.strip("_"): shape
    for shape in (
        _plain, _key, _json, _unicode, _number, _operating_system, _caused, _in_context,
        _hidden_context, _group, _noted, _custom, _speechless, _ours_around_theirs,
        _theirs_around_ours, _ring, _behind_an_empty_one,
    )
}  # fmt: skip


def caught(shape: str) -> BaseException:
    """Raise an error of this shape and catch it."""
    try:
        SHAPES[shape]()
    except Exception as error:  # noqa: BLE001 - any error is what is wanted
        return error
    raise AssertionError("nothing was raised")


def pieces() -> Iterator[str]:
    """Return the parts by which a leak is recognized, even in another notation."""
    yield from ("ada.quill", "example.test", repr(PERSONAL.encode())[2:-1])
