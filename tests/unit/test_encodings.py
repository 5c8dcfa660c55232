"""Files are UTF-8 whatever the locale of the machine is (PEP 597)."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT


PACKAGES = (
    "receiver",
    "inbox",
    "worker",
    "schemas",
    "telemetry",
    "settings",
    "dashboard",
    "sandbox",
)
OPENERS = {"open", "read_text", "write_text"}


def wrong_calls(source: str) -> list[int]:
    """Return the lines of calls that open a text by the encoding of the locale."""
    return [
        call.lineno
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and _opens_text(call) and not _names_encoding(call)
    ]


def _opens_text(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", None) or getattr(call.func, "id", None)
    modes = [each.value for each in call.args if isinstance(each, ast.Constant)]
    # A client of HTTP has an `open` too, which takes a method.
    web = any(each.arg == "method" for each in call.keywords)
    binary = any(isinstance(mode, str) and "b" in mode and len(mode) < 4 for mode in modes)
    return name in OPENERS and not binary and not web


def _names_encoding(call: ast.Call) -> bool:
    # read_text("utf-8") names it by its place.
    named = any(each.arg == "encoding" for each in call.keywords)
    return named or any(
        isinstance(each, ast.Constant) and each.value == "utf-8" for each in call.args
    )


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("open('a')", [1]),
        ("open('a', 'rb')", []),
        ("open('a', encoding='utf-8')", []),
        ("p.read_text()", [1]),
        ("p.read_text('utf-8')", []),
        ("p.open('w')", [1]),
        ("p.write_text(x)", [1]),
        ("os.open('a', 0)", [1]),
    ],
)
def test_a_call_without_an_encoding_is_found(source: str, lines: list[int]) -> None:
    """The check itself sees what it is for."""
    assert wrong_calls(source) == lines


def test_every_text_file_is_opened_with_its_encoding() -> None:
    """Where Python's UTF-8 mode is off, a GBK or C locale would not read our own files."""
    found = {
        f"{file.relative_to(ROOT)}:{line}"
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        for line in wrong_calls(file.read_text(encoding="utf-8"))
    }

    assert found == set()


@pytest.mark.parametrize(
    "module", ["receiver.wsgi", "worker.celery", "inbox.cli.commands", "dashboard.api.jobs"]
)
def test_every_process_is_made_where_no_file_is_utf_8_by_default(
    module: str, tmp_path: Path
) -> None:
    """A C locale without UTF-8 mode stands for zh_CN.GBK: both read our scripts by another code."""
    code = f"import locale, {module}; print(locale.getpreferredencoding(False))"
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "LC_ALL": "C",
        "HOME": str(tmp_path),
        "VOUCHERIFY_WEBHOOK_SECRETS": "insecure-secret-for-a-test",
    }

    made = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert made.returncode == 0, made.stderr
    assert "utf" not in made.stdout.splitlines()[-1].lower()
