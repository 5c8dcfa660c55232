from redis import Redis

from tests.engine import KEYS, plain
from tests.integration.worker.station import Station, until
from tests.samples import PERSONAL, assignment_deleted, body


def test_failing_services_are_tried_again_until_well_or_used_up(worker_station: Station) -> None:
    """
    A CRM that recovers gets one note; a job whose tries are used up waits for an operator.

    The two jobs of one event run without each other, Celery's events show each run's end,
    and the operator's retry does what was left.
    """
    shop = worker_station.shop
    slow, broken = shop.scenario(referees=2)["referees"]
    shop.faults("voucherify", {"status": 500, "path": f"*/{broken['customer']}/redeemables"})

    fails = worker_station.intake.accept(shop.removal(broken["holder"])).delivery
    job = f"{fails}:revoke_referral_perks"
    assert worker_station.outcome(fails, "notify_crm") == "the CRM service took the note"
    # Five failures in a row would shut the gate: the take-back to come has one behind it.
    until(lambda: (found := worker_station.job(job)) and found.reason)
    shop.faults("crm", {"status": 503, "times": 3})
    recovers = worker_station.intake.accept(shop.removal(slow["holder"])).delivery
    assert worker_station.outcome(recovers, "revoke_referral_perks").startswith("took back 500")
    assert worker_station.outcome(recovers, "notify_crm") == "the CRM service took the note"
    calls = [(each.component, each.path) for each in shop.world.traffic.requests]
    taken = calls.index(("voucherify", f"/v1/vouchers/{slow['card']['id']}/balance"))
    assert "crm" in [name for name, _ in calls[taken:]], "a failing CRM delays no take-back"
    assert [each["repeats"] for each in shop.notes()] == [0, 0]
    assert [each["status"] for each in shop.requests("crm")] == [201, 503, 503, 503, 201]

    found = worker_station.in_state(job, "failed")
    assert (found.reason, found.tries) == ("voucherify_answered_500", 5)
    assert found.error == "voucherify answered 500"
    assert len(found.runs) == 5
    assert shop.balance(broken["card"]["id"]) == 1500

    shop.well()
    done = worker_station.command("retry", job, "--why", "fixed")
    assert done.returncode == 0, done.stderr
    assert worker_station.outcome(fails, "revoke_referral_perks").startswith("took back 500")
    assert shop.balance(broken["card"]["id"]) == 1000

    until(lambda: worker_station.states(job)[-1:] == ["task-succeeded"])
    assert worker_station.states(job) == ["task-retried"] * 4 + ["task-failed", "task-succeeded"]
    assert worker_station.states(f"{recovers}:notify_crm") == [
        *["task-retried"] * 3,
        "task-succeeded",
    ]
    assert worker_station.states(f"{recovers}:revoke_referral_perks") == ["task-succeeded"]
    assert worker_station.states(f"{recovers}:process") == ["task-succeeded"]


def test_a_waiting_job_has_no_message_anywhere(worker_station: Station) -> None:
    """What Celery shows as retried is acknowledged, and nothing is published again by Celery."""
    shop = worker_station.shop
    first, second = shop.scenario(referees=2)["referees"]
    shop.faults("crm", {"status": 503, "headers": {"Retry-After": "3600"}})

    delivery = worker_station.intake.accept(shop.removal(first["holder"])).delivery

    job = f"{delivery}:notify_crm"
    worker_station.in_state(job, "waiting")
    worker_station.outcome(delivery, "revoke_referral_perks")
    until(lambda: worker_station.states(job) == ["task-retried"])
    with Redis.from_url(plain(worker_station.redis_url)) as store:
        until(lambda: store.hlen(KEYS.unacked) == 0)
        assert [store.llen(KEYS.celery + queue) for queue in ("deliveries", "perks", "crm")] == [
            0,
            0,
            0,
        ]
    # Queues are first in, first out: what Celery had published would be received before this.
    later = worker_station.intake.accept(shop.removal(second["holder"])).delivery
    worker_station.in_state(f"{later}:notify_crm", "waiting")
    until(lambda: worker_station.states(f"{later}:notify_crm"))
    received = [each for each in worker_station.events if each["type"] == "task-received"]
    assert [each["uuid"] for each in received if each["uuid"].startswith(job)] == [f"{job}:1"]
    assert worker_station.states(job) == ["task-retried"]
    found = worker_station.job(job)
    assert found
    assert found.dispatches == 1


def test_nothing_personal_leaves_by_logs_events_or_errors(worker_station: Station) -> None:
    """Names, addresses, bodies and secrets are in no line, no Celery event and no failed job."""
    shop = worker_station.shop
    referee = shop.scenario()["referees"][0]
    shop.faults("crm", {"status": 400, "times": 2, "body": {"echo": list(PERSONAL)}})
    personal = body(assignment_deleted(4711))
    poison = b'{"event": "' + " ".join(PERSONAL).encode() + b'"}'

    known = worker_station.intake.accept(shop.removal(referee["holder"])).delivery
    unknown = worker_station.intake.accept(personal).delivery
    unreadable = worker_station.intake.accept(poison).delivery

    # The sample's customer is not among the stand-in's: 404.
    jobs = [
        f"{unknown}:revoke_referral_perks",
        f"{unknown}:notify_crm",
        f"{known}:notify_crm",
        f"{unreadable}:process",
    ]
    failed = [worker_station.in_state(job, "failed") for job in jobs]
    for job in jobs:
        until(lambda job=job: worker_station.states(job) == ["task-failed"])  # type: ignore[misc]
    shown = {
        "log": worker_station.worker.text,
        "events": repr(worker_station.events),
        "failed jobs": repr(failed),
        "deliveries": repr([worker_station.desk.delivery(each) for each in (known, unknown)]),
    }
    settings = shop.settings
    secrets = [settings.app_id, settings.app_token, settings.crm_secret, settings.shop_secret]
    hidden = [
        *PERSONAL,
        *(referee[each] for each in ("name", "email", "source_id")),
        *secrets,
        "redeemed_quantity",  # any body's
        "webhook-signature",
    ]
    for where, text in shown.items():
        assert text
        assert [word for word in hidden if word in text] == [], where


def test_a_log_line_says_what_it_is_about(worker_station: Station) -> None:
    """Each line of a job has delivery, job, task and tries, and those of that job only."""
    shop = worker_station.shop
    referee = shop.scenario()["referees"][0]

    delivery = worker_station.intake.accept(shop.removal(referee["holder"])).delivery

    worker_station.outcome(delivery, "notify_crm")
    worker_station.outcome(delivery, "revoke_referral_perks")
    lines = until(
        lambda: (
            found
            if len(
                found := [
                    line
                    for line in worker_station.worker.logs("job.done")
                    if line["delivery"] == delivery
                ]
            )
            == 3
            else []
        )
    )
    for line in lines:
        assert line["task"] == f"{line['job']}:1"
        assert line["job"].startswith(f"{delivery}:")
        assert line["tries"] == 1
        assert line["process"] == "worker"
    assert {line["job"].partition(":")[2] for line in lines} == {
        "process",
        "notify_crm",
        "revoke_referral_perks",
    }
