"""What backends that read nothing get of a revocation: nothing is sent for it."""

import httpx2
import pytest

from tests.unit.worker.build import ADDRESS, SECRET, Answers, client, job, removal
from worker.backends.perks.dry_run import DryRunPerks
from worker.backends.perks.http import HttpPerks
from worker.errors import NeedsPersonError
from worker.http_client.outgoing import SignedPost


def make_http(answers: Answers) -> HttpPerks:
    """Make the backend with a transport that keeps what is sent."""
    perks = HttpPerks(ADDRESS, SECRET)
    perks.close()
    perks._post = SignedPost("perks_service", ADDRESS, SECRET, client=client(answers))
    return perks


def test_the_http_backend_says_what_it_would_send() -> None:
    """The key that it returns is the one that it sends then."""
    answers = Answers(httpx2.Response(200))
    perks, event = make_http(answers), removal()

    plan = perks.plan(event, job())

    assert answers.requests == []
    perks.revoke(event, job())
    (request,) = answers.requests
    (step,) = plan.steps
    assert step.startswith("send one referral_perks.revoke to the perks service")
    assert request.headers["Idempotency-Key"] in step
    assert event.holder.customer_id in plan.reason


def test_the_dry_run_says_what_it_would_log() -> None:
    """In the same words, and that it does no more."""
    perks, event = DryRunPerks(), removal()

    plan = perks.plan(event, job())

    assert perks.revoke(event, job()) == f"dry run: {plan.steps[0]}"
    assert "only the log is written" in plan.reason


def test_a_role_that_is_no_referral_has_nothing_taken_back() -> None:
    """Neither is a role that is not known guessed at."""
    perks = make_http(Answers())

    assert perks.plan(removal(role="OWNER"), job()).steps == ()
    with pytest.raises(NeedsPersonError):
        perks.plan(removal(role="FRIEND"), job())
