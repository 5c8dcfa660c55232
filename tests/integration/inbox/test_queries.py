import pytest

from inbox.admin.queries import PAGE
from inbox.ids import delivery_id
from inbox.model.job import FannedOut
from tests.engine import KEYS
from tests.integration.inbox.consistency import assert_consistent, snapshot
from tests.integration.inbox.house import WHO, House


ODD = [
    "",
    "*",
    "?",
    f"../../{KEYS.counts}",
    "ü" * 32,
    "0" * 31,
    "0" * 33,
    "F" * 32,
    "\x00",
    "%s'--",
]


def test_many_failed_jobs_are_listed_over_pages(house: House) -> None:
    """More failed jobs than a page are all listed, once each, longest failed first."""
    failed = _fail_many(house, 1200)

    listed = [view.job for view in house.admin.failed()]

    assert len(listed) == len(set(listed)) == 1200
    assert set(listed) == set(failed)
    assert house.admin.stats().failed == 1200


def test_failures_of_one_millisecond_are_all_listed(house: House) -> None:
    """A page that ends among jobs that failed at one time continues among them."""
    failed = _fail_many(house, 2 * PAGE + 10)
    house.store.zadd(KEYS.failed, dict.fromkeys(failed, 1_700_000_000_000))

    listed = [view.job for view in house.admin.failed()]

    assert sorted(listed) == sorted(failed)


@pytest.mark.parametrize("decide", ["retry", "discard"])
def test_jobs_decided_on_while_listing_hide_no_others(house: House, decide: str) -> None:
    """Retrying or discarding each job as it is listed reaches every one."""
    _fail_many(house, 1200)

    for view in house.admin.failed():
        if decide == "retry":
            house.admin.retry(view.job, who=WHO)
        else:
            house.admin.discard(view.job, who=WHO, why="a test")

    assert house.admin.stats().failed == 0
    assert_consistent(house.store)


@pytest.mark.parametrize("word", ODD)
def test_odd_words_find_nothing_and_change_nothing(house: House, word: str) -> None:
    """Whatever an operator pastes is read as it is, never as a pattern or a path."""
    house.failed()
    before = snapshot(house.store)

    assert house.admin.delivery(word) is None
    assert house.admin.job(word) is None
    assert house.admin.body(word) is None
    assert house.admin.retry(word, who=WHO) == "gone"
    assert house.admin.discard(word, who=WHO, why="a test") == "gone"
    assert house.admin.replay(word, who=WHO) == "unknown"
    assert snapshot(house.store) == before


def test_what_operators_do_is_on_record(house: House) -> None:
    """Who retried, discarded and replayed what, and why, is kept with its time."""
    delivery = house.handlers(b"one")
    job = house.failed(b"two")
    house.admin.retry(job, who="ada", why="fixed")
    house.jobs.fail(house.claim(job), "no_such", "an error")
    house.admin.discard(job, who="bob", why="given up")
    house.admin.replay(delivery, who="eve")
    house.admin.retry(job, who="nobody")  # refused: not on record

    kept = [
        tuple(value.decode() for value in entry.values())
        for _, entry in house.store.xrange(KEYS.audit)
    ]

    assert kept == [
        ("ada", "retry", job, "fixed"),
        ("bob", "discard", job, "given up"),
        ("eve", "replay", delivery, ""),
    ]


def test_a_delivery_reports_its_jobs_and_their_ends(house: House) -> None:
    """The page shows what is pending, what has ended and what is known of the event."""
    claim = house.process(b"{}")
    names = [("gift_2_friends", "perks"), ("a1", "crm"), ("b_", "crm")]
    facts = '{"holder":"h1","campaign":null}'
    assert house.jobs.fan_out(claim, names, outcome="handed on", facts=facts) == FannedOut(3)
    house.jobs.done(house.claim(f"{claim.delivery}:a1:1"), "told")
    house.jobs.wait(house.claim(f"{claim.delivery}:b_:1"), 60, "asked_to_wait", "an error")

    found = house.admin.delivery(claim.delivery)

    assert found is not None
    assert found.pending == 2
    assert found.facts == {"holder": "h1", "campaign": None}
    assert found.ended == {"process": "handed on", "a1": "told"}
    states = {job.name: (job.state, job.next_try is not None) for job in found.jobs}
    assert states == {"gift_2_friends": ("queued", False), "b_": ("waiting", True)}


def test_a_replayed_delivery_does_not_say_that_processing_has_ended(house: House) -> None:
    """A job is either pending or ended, also when it is processed once more."""
    delivery = house.handlers()
    house.admin.replay(delivery, who=WHO)

    found = house.admin.delivery(delivery)

    assert found is not None
    assert found.ended == {}
    assert found.jobs[0].name == "process"


def test_texts_of_errors_come_back_as_they_were(house: House) -> None:
    """Quotes, brackets, line ends and other scripts pass through the history unharmed."""
    text = 'a "quoted" [bold]text[/] \\ \n\t€ 漢字 🎁 \x7f ]==] %d'
    claim = house.process()
    house.jobs.fail(claim, "odd", text)

    (found,) = house.admin.failed()

    assert found.error == text
    assert found.runs[0].error == text


def test_stats_count_what_there_is(house: House) -> None:
    """The numbers of queues, states and messages are those of the store."""
    house.jobs.declare(["perks", "crm"])
    house.handlers(b"one")
    house.in_state("waiting")
    house.failed(b"two")
    house.process(b"three")

    stats = house.admin.stats()

    queues = {queue.queue: (queue.jobs, queue.messages) for queue in stats.queues}
    assert queues == {"deliveries": (0, 4), "perks": (2, 2), "crm": (1, 2)}
    assert (stats.running, stats.waiting, stats.failed) == (1, 1, 1)
    assert stats.next_try is not None
    assert stats.counts["accepted"] == 4
    assert delivery_id(b"two") in next(house.admin.failed()).job


def _fail_many(house: House, number: int) -> list[str]:
    house.accept_many(number)
    failed = []
    for one in range(number):
        claim = house.claim(f"{delivery_id(b'%d' % one)}:process")
        house.jobs.fail(claim, "no_such", "an error")
        failed.append(claim.job)
    return failed
