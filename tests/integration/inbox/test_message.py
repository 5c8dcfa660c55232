import json
from base64 import b64decode
from typing import Any

import pytest
from celery import Celery
from kombu import Queue

from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.message import as_we_write_it
from inbox.model.job import Claim
from inbox.store.client import StoreClient
from tests.engine import KEYS, TRANSPORT, plain


TRACE = '"sentry-trace":"abc-1","baggage":"a=\\"1\\""'
#: Fields whose values say who sent a message and under which random names. Everything else
#: must be what Celery itself writes.
OURS = {
    ("headers", "origin"): "perkhook",
    # Celery's is where results would be sent to; our tasks have none.
    ("properties", "reply_to"): "",
}


def test_a_queue_message_is_the_tasks_id_alone(
    intake: Intake, jobs: Jobs, store: StoreClient
) -> None:
    """What can be made anew from the id does not stand in the queue, before and after a retry."""
    delivery = intake.accept(b"{}").delivery
    assert store.lrange(KEYS.celery + "deliveries", 0, -1) == [f"{delivery}:process:1".encode()]

    claim = jobs.claim(f"{delivery}:process:1")
    assert isinstance(claim, Claim)
    jobs.fan_out(claim, [("notify_crm", "crm")], outcome="handed on")
    assert store.lrange(KEYS.celery + "crm", 0, -1) == [f"{delivery}:notify_crm:1".encode()]

    _send_again(jobs, store, f"{delivery}:notify_crm:1")
    assert store.lrange(KEYS.celery + "crm", 0, 0) == [f"{delivery}:notify_crm:2".encode()]


def test_the_receivers_message_is_what_celerys_own_client_writes(
    intake: Intake, store: StoreClient, redis_url: str
) -> None:
    """What a worker makes of accept's message equals the installed Celery's, field by field."""
    delivery = intake.accept(b"{}", trace='"sentry-trace":"abc-1"').delivery
    ours = _message(store, "deliveries")
    task = f"{delivery}:process:1"

    theirs = _sent_by_celery(
        redis_url, store, name="perkhook.process", queue="deliveries", task_id=task,
        root_id=task, parent_id=None, headers={"sentry-trace": "abc-1"},
    )  # fmt: skip

    assert _comparable(ours, theirs) == theirs


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("trace", ["", "abc-1"])
def test_a_handlers_message_names_what_created_it(
    intake: Intake, jobs: Jobs, store: StoreClient, redis_url: str, number: int, trace: str
) -> None:
    """What is made of fan-out's short message equals Celery's for a child of the process task."""
    delivery = intake.accept(b"{}", trace=f'"sentry-trace":"{trace}"' if trace else "").delivery
    if number == 2:
        _send_again(jobs, store, f"{delivery}:process:1")
    claim = jobs.claim(f"{delivery}:process:{number}")
    assert isinstance(claim, Claim)
    jobs.fan_out(claim, [("notify_crm", "crm")], outcome="handed on")
    ours = _message(store, "crm")
    task = f"{delivery}:notify_crm:1"

    theirs = _sent_by_celery(
        redis_url, store, name="perkhook.notify_crm", queue="crm", task_id=task,
        root_id=task, parent_id=f"{delivery}:process:{number}",
        headers={"sentry-trace": trace} if trace else {},
    )  # fmt: skip

    assert _comparable(ours, theirs) == theirs


def test_a_retrys_message_names_the_try_before_it(
    intake: Intake, jobs: Jobs, store: StoreClient, redis_url: str
) -> None:
    """The second message of a job is a child of the first, and has its root and its trace."""
    first = f"{intake.accept(b'{}', trace=TRACE).delivery}:process:1"
    _send_again(jobs, store, first)
    ours = _message(store, "deliveries")

    theirs = _sent_by_celery(
        redis_url, store, name="perkhook.process", queue="deliveries", task_id=f"{first[:-1]}2",
        root_id=first, parent_id=first, headers=json.loads("{" + TRACE + "}"),
    )  # fmt: skip

    assert _comparable(ours, theirs) == theirs


@pytest.mark.parametrize("text", ["a", '"', "]]\\ %s {}", "é\n\x01"])
def test_trace_headers_of_any_text_arrive(intake: Intake, store: StoreClient, text: str) -> None:
    """They arrive as headers and break nothing around them."""
    trace = {"sentry-trace": text, "baggage": f"{text}={text}"}
    intake.accept(b"{}", trace=json.dumps(trace)[1:-1])

    headers = _message(store, "deliveries")["headers"]

    assert {name: headers[name] for name in trace} == trace


def _send_again(jobs: Jobs, store: StoreClient, task: str) -> None:
    """Let a job be due at once after a run."""
    claim = jobs.claim(task)
    assert isinstance(claim, Claim)
    assert jobs.wait(claim, 0, "asked_to_wait", "an error")
    store.delete(KEYS.sweeping)
    assert jobs.reap("a", [], 1)


def _message(store: StoreClient, queue: str) -> dict[str, Any]:
    """Return what a worker makes of a queue's newest element."""
    raw: Any = store.lindex(KEYS.celery + queue, 0)
    message: dict[str, Any] = json.loads(as_we_write_it(raw, queue) or b"")
    return message


def _sent_by_celery(
    redis_url: str, store: StoreClient, *, name: str, queue: str, **options: Any
) -> dict[str, Any]:
    store.flushall()
    with Celery(broker=plain(redis_url), set_as_current=False, changes=TRANSPORT) as app:
        app.conf.task_queues = [Queue(queue)]
        app.send_task(name, queue=queue, ignore_result=True, **options)
    (raw,) = store.lrange(KEYS.celery + queue, 0, -1)
    return _decoded(json.loads(raw))


def _comparable(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    message = _decoded(ours)
    for (part, field), value in OURS.items():
        assert message[part][field] == value
        message[part][field] = theirs[part][field]
    # Celery takes a random tag; ours is the task id, which is as unique.
    assert message["properties"]["delivery_tag"] == message["headers"]["id"]
    message["properties"]["delivery_tag"] = theirs["properties"]["delivery_tag"]
    return message


def _decoded(message: dict[str, Any]) -> dict[str, Any]:
    return {**message, "body": json.loads(b64decode(message["body"]))}
