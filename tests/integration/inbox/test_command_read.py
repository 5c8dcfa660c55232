import json
from typing import Any

import pytest

from tests.engine import KEYS
from tests.integration.inbox.conftest import Run
from tests.integration.inbox.consistency import snapshot
from tests.integration.inbox.house import HANDLERS, House


def test_stats_are_printed(run: Run, house: House) -> None:
    """The table and its JSON report the same numbers."""
    house.failed(b"one")
    house.intake.accept(b"two")

    table, plain = run("stats"), _json(run("--json", "stats"))

    assert table.returncode == 0
    assert b"deliveries" in table.stdout
    assert (plain["failed"], plain["queues"][0]["jobs"]) == (1, 1)
    assert plain["counts"] == {"accepted": 2, "failed": 1}


def test_an_empty_inbox_can_be_read(here: Run) -> None:
    """Nothing there is no error."""
    assert here("stats").returncode == 0
    assert here("failed").returncode == 0
    assert _json(here("--json", "failed")) == []


def test_failed_jobs_are_filtered_and_limited(here: Run, house: House) -> None:
    """The list takes a handler, a reason and a limit, and says when it is not whole."""
    jobs = []
    for number in range(4):
        jobs.append(house.failed(b"%d" % number, reason=f"r{number % 2}"))
        house.tick()  # those of one millisecond stand in no order

    by_reason = _json(here("--json", "failed", "--reason", "r1", "--handler", "process"))
    limited = here("failed", "--limit", "3")

    assert [job["job"] for job in by_reason] == [jobs[1], jobs[3]]
    assert b"3 of 4 failed jobs shown" in limited.stdout
    assert sum(job.encode() in limited.stdout for job in jobs) == 3
    assert here("failed", "--limit", "0").returncode == 2


@pytest.mark.parametrize("suffix", ["", ":notify_crm", ":notify_crm:1", ":process:1"])
def test_show_takes_any_id_of_a_delivery(here: Run, house: House, suffix: str) -> None:
    """A delivery, a job and a task id lead to the same delivery."""
    delivery = house.handlers()

    table, plain = here("show", delivery + suffix), _json(here("--json", "show", delivery + suffix))

    assert table.returncode == 0
    assert delivery.encode() in table.stdout
    assert plain["delivery"] == delivery
    assert {job["name"] for job in plain["jobs"]} == {name for name, _ in HANDLERS}


def test_show_says_where_an_unexpected_error_was(here: Run, house: House) -> None:
    """Below the runs, line by line; in JSON with its run."""
    trace = "worker/run/flow.py:120 in _handle\nworker/[x].py:7 in act\nKeyError"
    claim = house.process()
    house.jobs.fail(claim, "unexpected:KeyError", "KeyError at act.py:7 in act", trace)

    shown = here("show", claim.job).stdout.decode()

    assert f"Where {claim.job}:1 failed:\n{trace}\n" in shown
    (run,) = _json(here("--json", "show", claim.job))["jobs"][0]["runs"]
    assert run["trace"] == trace


@pytest.mark.parametrize("body", [b"", b"\x00\xff\r\n", b'{"a": "\xc3\xa4"}\n'])
def test_show_writes_the_body_byte_for_byte(run: Run, house: House, body: bytes) -> None:
    """What --body writes is what was received, with nothing before or after it."""
    delivery = house.intake.accept(body).delivery

    shown = run("show", delivery, "--body")

    assert (shown.returncode, shown.stdout) == (0, body)


@pytest.mark.parametrize(
    "what", ["", "nothing", "*", "../../etc/passwd", "ü", "0" * 32, "0" * 32 + ":process"]
)
def test_show_of_what_is_not_there_says_so(here: Run, what: str) -> None:
    """Unknown and odd words end with a sentence and exit code 1."""
    _says(here("show", what), f"the inbox knows no delivery or job {what}")


@pytest.mark.parametrize("tail", ["x", ":", ":NOTIFY", "/../x", " ", ":process:1:2"])
def test_show_of_an_id_with_something_behind_it_is_unknown(
    here: Run, house: House, tail: str
) -> None:
    """A word that only begins like an id is not taken for it."""
    delivery = house.handlers()

    _says(here("show", delivery + tail), "the inbox knows no delivery or job")


def test_show_of_a_completed_delivery_has_no_body(run: Run, house: House) -> None:
    """What became of a completed delivery is shown; that its body is gone is said."""
    delivery = house.completed()

    assert b"no longer kept" in run("show", delivery).stdout
    assert _json(run("--json", "show", delivery))["body_bytes"] is None
    _says(run("show", delivery, "--body"), "completed")


def test_texts_are_shown_as_they_are(run: Run, house: House) -> None:
    """Brackets and colons in texts of errors and facts are neither markup nor emoji."""
    claim = house.process()
    odd = "[red]not markup[/red] [/] :gift: \\"
    handlers = [("gift", "perks")]
    house.jobs.fan_out(claim, handlers, outcome=odd, facts=json.dumps({"a": odd, "b": None}))
    gift = house.claim(f"{claim.delivery}:gift")
    house.jobs.fail(gift, "odd[/]", odd)

    shown, failed = run("show", claim.delivery), run("failed")

    assert (shown.returncode, failed.returncode) == (0, 0), shown.stderr
    assert shown.stdout.count(odd.encode()) == 4  # fact, outcome, job's and run's error
    assert f"{gift.job}:1".encode() in shown.stdout
    assert odd.encode() in failed.stdout
    assert gift.job.encode() in failed.stdout


def test_checking_changes_nothing(here: Run, house: House) -> None:
    """Commands that check write no key."""
    job = house.failed()
    before = snapshot(house.store)

    for words in (("stats",), ("failed",), ("show", job), ("show", job, "--body")):
        assert here(*words).returncode == 0

    assert snapshot(house.store) == before
    assert not house.store.exists(KEYS.audit)


def _json(done: Any) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _says(done: Any, sentence: str) -> None:
    assert done.returncode == 1
    assert sentence in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""
