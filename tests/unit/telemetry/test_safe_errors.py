import traceback

import pytest

from telemetry.safe_errors import SafeMessageError, chain, describe, safe_traceback, type_name
from tests.unit.telemetry.leaky import OURS, PERSONAL, SHAPES, EmptyError, caught, pieces


@pytest.mark.parametrize("shape", SHAPES)
def test_no_shape_of_error_shows_its_data(shape: str) -> None:
    """Neither the one line nor the traceback of a foreign error holds any of its message."""
    error = caught(shape)

    shown = describe(error) + safe_traceback(error)

    for piece in pieces():
        assert piece not in shown


# These keep their data where only their text or an attribute shows it.
QUIET = {"speechless", "json", "unicode"}


@pytest.mark.parametrize("shape", sorted(SHAPES.keys() - QUIET))
def test_the_shapes_would_show_their_data(shape: str) -> None:
    """The test above is worth something: the ordinary traceback of each error does leak."""
    shown = "".join(traceback.format_exception(caught(shape)))

    assert any(piece in shown for piece in pieces())


def test_a_foreign_error_is_shown_by_type_and_place() -> None:
    """What remains of it leads to the line of code."""
    line = describe(caught("json"))

    assert line.startswith("json.decoder.JSONDecodeError at decoder.py:")
    assert line.endswith(" in raw_decode")
    assert describe(caught("key")).startswith("KeyError at leaky.py:")
    assert describe(RuntimeError("never raised")) == "RuntimeError at an unknown place"


def test_an_error_of_ours_keeps_its_sentence() -> None:
    """The base class says that the message is safe, so it is shown."""
    error = caught("ours_around_theirs")

    assert describe(error) == OURS
    assert f"SafeMessageError: {OURS}" in safe_traceback(error)
    assert "\ncaused by:\n" in safe_traceback(error)
    assert safe_traceback(error).endswith("RuntimeError")


def test_the_whole_chain_is_shown() -> None:
    """Causes and contexts appear, in order, unless `from None` hides them."""
    shown = safe_traceback(caught("theirs_around_ours"))
    assert shown.count("caused by:") == 2
    assert shown.index("_theirs_around_ours") < shown.index(OURS)

    assert safe_traceback(caught("in_context")).endswith("\nKeyError")
    assert "caused by" not in safe_traceback(caught("hidden_context"))


def test_a_ring_of_errors_ends() -> None:
    """Errors that cause each other are shown once each."""
    assert [type_name(link) for link in chain(caught("ring"))] == ["RuntimeError", "LookupError"]


def test_an_error_that_counts_as_false_is_still_a_cause() -> None:
    """A cause is not left out because it has a length of 0."""
    links = list(chain(caught("behind_an_empty_one")))

    assert [type(link) for link in links] == [RuntimeError, EmptyError]


def test_the_lines_shown_are_the_files_own() -> None:
    """A traceback shows source as it is written, names of variables and never their values."""
    secret = "value-" + "of-a-variable"
    try:
        int(secret)
    except ValueError as error:
        shown = safe_traceback(error)

    assert "int(secret)" in shown
    assert secret not in shown


def test_code_made_from_data_shows_no_line() -> None:
    """Source that is in no file cannot be shown, so data that became code stays unseen."""
    try:
        exec(f"int({PERSONAL!r})")
    except ValueError as error:
        shown = safe_traceback(error)

    assert "<string>" in shown
    for piece in pieces():
        assert piece not in shown


class _InnerError(SafeMessageError):
    """Ours, by inheritance."""


def test_names_of_types_are_whole() -> None:
    """Built-in errors go by their bare name, others with their module."""
    assert type_name(KeyError()) == "KeyError"
    assert type_name(_InnerError()).endswith("._InnerError")
    assert describe(_InnerError("a sentence")) == "a sentence"
