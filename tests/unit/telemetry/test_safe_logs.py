import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog

from telemetry.logs import configure_logs
from telemetry.settings import TelemetrySettings
from tests.unit.telemetry.leaky import OURS, PERSONAL, SHAPES, caught, pieces


@pytest.fixture(params=["json", "console"])
def log_format(request: pytest.FixtureRequest) -> str:
    """Each format that logs may have."""
    form: str = request.param
    return form


@pytest.fixture
def logs(log_format: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """Logs as a process sets them up, and all that they write to standard output."""
    output = StringIO()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", output)
        configure_logs(TelemetrySettings(log_format=log_format), process="tests")
    root = logging.getLogger()
    (ours,) = root.handlers
    yield output
    logging.raiseExceptions = True
    root.removeHandler(ours)
    root.setLevel(logging.WARNING)
    structlog.reset_defaults()


def assert_safe(text: str) -> None:
    """Assert that nothing personal is in a text."""
    assert text
    for piece in pieces():
        assert piece not in text


@pytest.mark.parametrize("shape", SHAPES)
def test_our_own_error_lines_show_no_data(shape: str, logs: StringIO) -> None:
    """An error given to structlog in any of its ways is written by type and place."""
    log = structlog.get_logger()
    error = caught(shape)

    log.error("one", exc_info=error)
    log.error("two", exc_info=(type(error), error, error.__traceback__))
    try:
        SHAPES[shape]()
    except Exception:
        log.exception("three")

    text = logs.getvalue()
    assert_safe(text)
    assert type(error).__name__ in text


@pytest.mark.parametrize("shape", SHAPES)
def test_a_librarys_error_lines_show_no_data(shape: str, logs: StringIO) -> None:
    """However a library puts an error into its sentence, the error's message is taken out."""
    library = logging.getLogger("some.library")
    said = "nothing" if shape == "speechless" else str(caught(shape))
    try:
        SHAPES[shape]()
    except Exception as error:  # noqa: BLE001 - any error is what is wanted
        library.exception("constant")
        library.exception(said)
        library.exception("with its text: %s", said)
        library.exception("by name: %(text)s", {"text": said})
        library.error("in a tuple", exc_info=(type(error), error, error.__traceback__))
        if shape != "speechless":
            library.exception(f"formatted: {error} or {error!r}")
            library.warning("as an argument: %s", error)
            library.warning("by name: %(error)r", {"error": error})

    text = logs.getvalue()
    assert_safe(text)
    assert "constant" in text


def test_an_error_of_ours_keeps_its_sentence_in_logs(logs: StringIO) -> None:
    """What is written to be said is said."""
    structlog.get_logger().error("job.failed", exc_info=caught("ours_around_theirs"))
    logging.getLogger("some.library").error("failed", exc_info=caught("ours_around_theirs"))

    text = logs.getvalue()
    assert text.count(OURS) == 2
    assert_safe(text)


def test_lines_without_errors_keep_their_arguments(logs: StringIO) -> None:
    """A library's ordinary line is written whole."""
    logging.getLogger("some.library").warning("%s of %d", "three", 4)
    logging.getLogger("some.library").info("by %(name)s", {"name": "name"})

    text = logs.getvalue()
    assert "three of 4" in text
    assert "by name" in text


def test_logging_an_exception_outside_of_one_is_no_error(
    logs: StringIO,
) -> None:
    """A misplaced `exception` call writes its line, without an exception."""
    logging.getLogger("some.library").error("alone", exc_info=True)  # noqa: LOG014
    structlog.get_logger().error("alone", exc_info=True)

    assert logs.getvalue().count("alone") == 2


def test_a_line_that_cannot_be_written_is_not_shown_elsewhere(
    logs: StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    """A library's line whose arguments do not fit is dropped, not printed with its arguments."""
    our_handler = logging.getLogger().handlers[0]

    our_handler.handle(logging.makeLogRecord({"msg": "%d of it", "args": (PERSONAL,)}))

    assert PERSONAL not in logs.getvalue() + "".join(capsys.readouterr())


@pytest.mark.parametrize("log_format", ["json"], indirect=True)
def test_a_line_is_one_json_object(logs: StringIO) -> None:
    """Event, level, time and process stand in every line; a line break stays inside its value."""
    structlog.get_logger().info("thing.happened", delivery="a\nb")
    logging.getLogger("some.library").warning("foreign\n{'fake': %s}", "\u2028")

    lines: list[dict[str, Any]] = [json.loads(line) for line in logs.getvalue().split("\n") if line]
    assert [line["event"] for line in lines] == ["thing.happened", "foreign\n{'fake': \u2028}"]
    assert lines[0]["delivery"] == "a\nb"
    for line in lines:
        assert line["process"] == "tests"
        assert line["level"] in {"info", "warning"}
        assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize("log_format", ["json"], indirect=True)
def test_talkative_libraries_are_quiet(logs: StringIO) -> None:
    """Addresses of calls stay out of the logs, warnings do not."""
    logging.getLogger("httpx2").info("GET https://crm.example.test/%s", PERSONAL)
    logging.getLogger("httpx2").warning("worth it")
    structlog.get_logger().debug("details")

    assert [json.loads(line)["event"] for line in logs.getvalue().splitlines()] == ["worth it"]
