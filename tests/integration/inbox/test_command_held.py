import json
from typing import Any

import pytest

from tests.engine import KEYS
from tests.integration.inbox.conftest import Run
from tests.integration.inbox.consistency import assert_consistent
from tests.integration.inbox.house import NOTHING, House


@pytest.fixture
def held(house: House) -> list[str]:
    """Four jobs that the rate cap holds, longest first."""
    held = []
    for number in range(4):
        claim = house.process(b"%d" % number)
        house.admit(claim, NOTHING)
        held.append(claim.job)
        house.tick()
    return held


def plain(done: Any, code: int = 0) -> Any:
    """Read what was printed for programs."""
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def test_held_jobs_are_listed(run: Run, held: list[str]) -> None:
    """Longest first, whole ids, and said when there are more."""
    table, found = run("held", "--limit", "3"), plain(run("--json", "held"))

    assert [job["job"] for job in found] == held
    assert {(job["state"], job["reason"]) for job in found} == {("held", "held_by_brake")}
    assert table.returncode == 0
    assert [job.encode() in table.stdout for job in held] == [True, True, True, False]
    assert b"3 of 4 held jobs shown" in table.stdout
    assert len(plain(run("--json", "held", "--limit", "1"))) == 1


def test_stats_say_how_many_are_held(here: Run, held: list[str]) -> None:
    """The table and its JSON count them."""
    line = next(
        line
        for line in here("stats").stdout.decode().splitlines()
        if "held by the rate cap" in line
    )

    assert str(len(held)) in line
    assert plain(here("--json", "stats"))["held"] == len(held)


@pytest.mark.parametrize("suffix", ["", ":1"])
def test_one_job_is_released_once(run: Run, house: House, held: list[str], suffix: str) -> None:
    """A job, named by its own or its task's id, is sent; asked again, the answer says why not."""
    words = ("--as", "ada", "release", held[1] + suffix, "--why", "planned")

    first, second = run(*words), run(*words)

    assert (first.returncode, second.returncode) == (0, 1), first.stderr
    assert b"not done: it is already queued" in second.stdout
    assert house.state_of(held[1]) == "queued"
    assert house.admin.held_count() == 3
    (entry,) = [entry for _, entry in house.store.xrange(KEYS.audit)]
    assert tuple(entry.values()) == (b"ada", b"release", held[1].encode(), b"planned")
    assert_consistent(house.store)


def test_all_or_so_many_are_released(here: Run, house: House, held: list[str]) -> None:
    """The longest held go first, and none at all is no error."""
    assert plain(here("--json", "release", "--all", "--limit", "3")) == {"results": {"queued": 3}}
    assert [view.job for view in house.admin.held()] == held[3:]
    assert plain(here("--json", "release", "--all")) == {"results": {"queued": 1}}
    assert plain(here("--json", "release", "--all")) == {"results": {}}
    assert plain(here("--json", "held")) == []
    assert here("held").returncode == 0
    assert_consistent(house.store)


def test_what_could_not_be_released_is_reported(here: Run, house: House, held: list[str]) -> None:
    """Of several jobs those that are held go, and the exit code says that not all did."""
    failed = house.failed()
    words = (held[0], failed, "nonsense", "0" * 32 + ":process")

    found = plain(here("--json", "release", *words), code=1)

    assert found == {"results": {"queued": 1, "failed": 1, "gone": 2}}
    assert house.state_of(failed) == "failed"


def test_held_jobs_are_discarded_by_name_or_as_held_ones(
    here: Run, house: House, held: list[str]
) -> None:
    """`--all` of discard and retry means the failed ones; `--held` means all that are held."""
    assert plain(here("--json", "discard", "--all", "--why", "x")) == {"results": {}}
    assert plain(here("--json", "retry", "--all")) == {"results": {}}
    assert plain(here("--json", "retry", held[0]), code=1) == {"results": {"held": 1}}
    assert plain(here("--json", "discard", *held[:2], "--why", "x")) == {
        "results": {"discarded": 2}
    }
    assert [view.job for view in house.admin.held()] == held[2:]
    assert plain(here("--json", "discard", "--held", "--why", "x")) == {"results": {"discarded": 2}}
    assert house.admin.held_count() == 0
    assert_consistent(house.store)


def test_held_jobs_of_one_campaign_are_chosen(here: Run, house: House, held: list[str]) -> None:
    """After a campaign was deleted its held jobs are discarded, and those of another released."""
    for number, job in enumerate(held):
        facts = json.dumps({"campaign": f"camp_{number % 2}"})
        house.store.hset(KEYS.delivery + job[:32], "facts", facts)

    words = ("--json", "discard", "--held", "--campaign", "camp_0", "--why", "by mistake")
    assert plain(here(*words)) == {"results": {"discarded": 2}}
    assert [view.job for view in house.admin.held()] == held[1::2]
    assert plain(here("--json", "release", "--campaign", "camp_1")) == {"results": {"queued": 2}}
    assert house.admin.held_count() == 0


@pytest.mark.parametrize(
    "words",
    [
        ("release",),
        ("release", "a", "--all"),
        ("release", "--all", "--limit", "0"),
        ("release", "--all", "--reason", "x"),
        ("held", "--limit", "0"),
        ("held", "a"),
        ("discard", "--held", "--all", "--why", "x"),
        ("discard", "a", "--held", "--why", "x"),
    ],
)
def test_wrong_use_changes_nothing(
    here: Run, house: House, held: list[str], words: tuple[str, ...]
) -> None:
    """Wrong words end with exit code 2 before anything is done."""
    ran = here(*words)

    assert ran.returncode == 2
    assert b"Traceback" not in ran.stderr
    assert house.admin.held_count() == len(held)


@pytest.mark.parametrize("words", [("held",), ("release", "--all"), ("release", "x")])
def test_a_store_that_is_down_is_one_sentence(run: Run, words: tuple[str, ...]) -> None:
    """Without a store each command says so, and reports no secret and no traceback."""
    ran = run(*words, url="redis://ops:s3cret-word@127.0.0.1:1/0")

    assert ran.returncode == 1
    assert ran.stderr == b"the inbox cannot take this now: the store cannot be reached\n"
    assert ran.stdout == b""
