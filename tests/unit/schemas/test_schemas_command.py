"""`python -m schemas`: the list of events, and the check of a body."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from schemas.command import BARE, NO_SCHEMA, check, commands, type_shown
from tests import samples
from tests.processes import ROOT


def run(*arguments: str, body: bytes | None = None) -> Result:
    """Run the command line."""
    return CliRunner().invoke(commands, arguments, input=body)


@pytest.fixture
def document() -> dict[str, Any]:
    """Return a body that is read whole."""
    return samples.assignment_deleted(referee_reward=samples.reward())


def test_the_list_names_types_classes_and_files_that_are_there() -> None:
    """Each event has its class and the file in which it is declared."""
    rows = {row["type"]: row for row in json.loads(run("--json", "list").stdout)}
    row = rows["customer.holder.assignment.deleted"]

    assert row["event"] == "HolderAssignmentDeleted"
    assert all(f"class {row['event']}" in (ROOT / row["file"]).read_text() for row in rows.values())
    assert "perkhook.canary" not in rows, "no event of Voucherify's"


def test_a_piped_list_has_every_name_whole() -> None:
    """Without a terminal no column is cut."""
    rows = json.loads(run("--json", "list").stdout)
    lines = run("list").stdout.splitlines()

    assert [line.split() for line in lines[1:]] == [[*row.values()] for row in rows]


def test_a_body_that_is_read_whole(tmp_path: Path, document: dict[str, Any]) -> None:
    """The type and the class are printed, and the exit code is 0."""
    file = tmp_path / "[red]body.json"
    file.write_bytes(samples.body(document))
    result = run("check", str(file))

    assert result.exit_code == 0
    assert result.stdout == (
        f"{file}: read as customer.holder.assignment.deleted (HolderAssignmentDeleted)\n"
    )


def test_standard_input_is_a_file_too(document: dict[str, Any]) -> None:
    """A dash reads what is piped in."""
    result = run("check", "-", body=samples.body(document))

    assert (result.exit_code, "read as" in result.stdout) == (0, True)


def test_fields_that_become_none_are_named_and_not_quoted(document: dict[str, Any]) -> None:
    """Their paths are printed, the exit code is 1, and no value is shown."""
    document["data"]["voucher"]["active"] = "perhaps-secret"
    document["data"]["voucher"]["categories"] = [{"name": "kept"}, "perhaps-secret"]
    result = run("check", "-", body=samples.body(document))

    assert result.exit_code == 1
    assert "2 fields are None" in result.stdout
    assert "data.voucher.categories[1], data.voucher.active" in result.stdout
    assert "secret" not in result.stdout


def test_a_body_that_cannot_be_read(document: dict[str, Any]) -> None:
    """What is missing is named by its path, with the type that was understood."""
    del document["data"]["holder"]["id"]
    result = run("check", "-", body=samples.body(document))

    assert result.exit_code == 1
    assert "cannot be read as customer.holder.assignment.deleted. data.holder.id" in result.stdout


def test_data_alone_can_be_wrapped_as_the_command_says(document: dict[str, Any]) -> None:
    """For the `data` of an event alone the command says how to wrap it, and that works."""
    data = samples.body(document["data"])
    verdict = check(data)
    wrapping = BARE.partition("wrap it: ")[2].replace(
        "TYPE OF THE EVENT", document["event"]["type"]
    )

    assert not verdict.readable
    assert BARE in verdict.remarks
    assert check(wrapping.replace("THIS FILE", data.decode()).encode()).whole
    assert BARE not in check(samples.body({"data": {}})).remarks


def test_an_event_without_a_schema(document: dict[str, Any]) -> None:
    """It is readable, and no one handles it: worth a 1, for the name may be misspelled."""
    document["event"]["type"] = "customer.teleported"
    result = run("check", "-", body=samples.body(document))

    assert result.exit_code == 1
    assert "readable, of the type customer.teleported" in result.stdout
    assert NO_SCHEMA.removesuffix(".") in result.stdout


@pytest.mark.parametrize("kind", ["Ada Quill", "a@b.test", "\x1b[31m", "a..b", "x" * 101, "a\n"])
def test_what_is_no_type_is_not_shown(kind: str) -> None:
    """The type is the one value that is printed, so only what has the form of one is."""
    assert type_shown(kind) == "(not the name of an event)"


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff", b'{"a":1,"a":2}'])
def test_what_is_no_body_at_all(body: bytes) -> None:
    """Any bytes get an answer."""
    result = run("check", "-", body=body)

    assert result.exit_code == 1
    assert "cannot be read" in result.stdout


def test_several_files_as_json(tmp_path: Path, document: dict[str, Any]) -> None:
    """Programs get one record for each file; one that is not whole makes the exit code 1."""
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(samples.body(document))
    document["data"]["voucher"]["active"] = 7
    bad.write_bytes(samples.body(document))
    result = run("--json", "check", str(good), str(bad))
    records = json.loads(result.stdout)

    assert result.exit_code == 1
    assert [(each["whole"], each["unreadable"]) for each in records] == [
        (True, []),
        (False, ["data.voucher.active"]),
    ]


@pytest.mark.parametrize("arguments", [["check"], ["check", "/no/such/file"], ["chekc"]])
def test_wrong_use_is_a_2(arguments: list[str]) -> None:
    """A file that is not there is not one that cannot be read."""
    assert run(*arguments).exit_code == 2


def test_the_command_is_a_program_and_the_package_does_not_pay_for_it() -> None:
    """`python -m schemas` starts, and `import schemas` loads neither click nor rich."""
    code = "import schemas, sys; print({'click', 'rich', 'schemas.command'} & {*sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    listed = subprocess.run(
        [sys.executable, "-m", "schemas", "list"],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=True,
    )

    assert loaded.stdout == "set()\n"
    assert "customer.holder.assignment.deleted" in listed.stdout
