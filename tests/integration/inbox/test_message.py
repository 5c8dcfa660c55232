import json
from base64 import b64decode
from typing import Any

import pytest
from celery import Celery
from kombu import Queue
from redis import Redis

from inbox.answers import Claim
from inbox.intake import Intake
from inbox.jobs import Jobs
from inbox.message import as_we_write_it


#: Fields whose values say who sent a message and under which random names. Everything else
#: must be what Celery itself writes.
OURS = {
    ("headers", "origin"): "perkhook",
    # Celery's is where results would be sent to; our tasks have none.
    ("properties", "reply_to"): "",
}


def test_the_receivers_message_is_what_celerys_own_client_writes(
    intake: Intake, store: Redis, redis_url: str
) -> None:
    """The message that accept writes equals that of the installed Celery, field by field."""
    delivery = intake.accept(b"{}", trace='"sentry-trace":"abc-1"').delivery
    ours = _message(store, "deliveries")
    task = f"{delivery}:process:1"

    theirs = _sent_by_celery(
        redis_url, store, name="perkhook.process", queue="deliveries", task_id=task,
        root_id=task, parent_id=None, headers={"sentry-trace": "abc-1"},
    )  # fmt: skip

    assert _comparable(ours, theirs) == theirs


def test_a_handlers_message_names_what_created_it(
    intake: Intake, jobs: Jobs, store: Redis, redis_url: str
) -> None:
    """The message that fan-out writes equals Celery's for a child of the process task."""
    delivery = intake.accept(b"{}").delivery
    claim = jobs.claim(f"{delivery}:process:1")
    assert isinstance(claim, Claim)
    jobs.fan_out(claim, [("notify_crm", "crm")], outcome="handed on")
    ours = _message(store, "crm")
    task = f"{delivery}:notify_crm:1"

    theirs = _sent_by_celery(
        redis_url, store, name="perkhook.notify_crm", queue="crm", task_id=task,
        root_id=task, parent_id=f"{delivery}:process:1", headers={},
    )  # fmt: skip

    assert _comparable(ours, theirs) == theirs


@pytest.mark.parametrize("trace", ["", '"sentry-trace":"a"', '"a":"1","b":"]==]\\"2"'])
def test_any_trace_headers_leave_the_message_valid_json(
    intake: Intake, store: Redis, trace: str
) -> None:
    """Trace headers of any text arrive as headers and break nothing around them."""
    intake.accept(b"{}", trace=trace)

    headers = _message(store, "deliveries")["headers"]

    expected = json.loads("{" + trace + "}")
    assert {name: headers[name] for name in expected} == expected


def test_what_our_scripts_write_is_taken_as_it_is(intake: Intake, jobs: Jobs, store: Redis) -> None:
    """What a worker makes of a message of ours is that message, field by field."""
    delivery = intake.accept(b"{}", trace='"sentry-trace":"abc-1","baggage":"a=\\"1\\""').delivery
    claim = jobs.claim(f"{delivery}:process:1")
    assert isinstance(claim, Claim)
    jobs.fan_out(claim, [("notify_crm", "crm")], outcome="handed on")

    for queue in ("deliveries", "crm"):
        (raw,) = store.lrange(queue, 0, -1)
        assert isinstance(raw, bytes)
        assert json.loads(as_we_write_it(raw, queue) or b"") == json.loads(raw)


def _message(store: Redis, queue: str) -> dict[str, Any]:
    (raw,) = store.lrange(queue, 0, -1)
    message: dict[str, Any] = json.loads(raw)
    return message


def _sent_by_celery(
    redis_url: str, store: Redis, *, name: str, queue: str, **options: Any
) -> dict[str, Any]:
    store.flushall()
    with Celery(broker=redis_url, set_as_current=False) as app:
        app.conf.task_queues = [Queue(queue)]
        app.send_task(name, queue=queue, ignore_result=True, **options)
    return _decoded(_message(store, queue))


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
