"""
A job's message: the short text in a queue, and the Celery message made of it.

The short text is the task's id and, if there are any, after a blank a JSON object of the headers
that do not follow from the id: `parent_id` and the trace headers. Our own transport makes the
whole message of it when a worker receives it (`worker/broker/transport.py`,
docs/decisions/0018-what-waits-is-small.md). Nothing of the body is in it, so nothing personal
reaches Celery's logs, events or Flower.
`tests/integration/inbox/test_message.py` compares what is made with what the installed Celery
writes (Celery documentation: Message Protocol, version 2; kombu: the Redis transport).
"""

import json
from base64 import b64encode
from functools import cache
from typing import Any, Final

from inbox.ids import delivery_of, job_id_of, name_of
from inbox.keys import PROCESS


#: Celery task names are this and the job's name.
TASK_PREFIX: Final = "perkhook."

#: The trace headers that a message may carry (`telemetry.traces.trace_headers`).
TRACE_HEADERS: Final = ("sentry-trace", "baggage")

#: Many times what we write: ids and trace headers.
LONGEST: Final = 65_536

_NO_ARGUMENTS: Final = [[], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]


def as_we_write_it(raw: bytes, queue: str) -> bytes | None:
    """
    Return the Celery message of what was found in a queue; None if it is none of ours.

    That is a short text, or a whole message that kombu gave back. Only ids and trace headers are
    read from either, so nothing else that may be there (other encodings, times, callbacks) is ever
    acted upon.
    """
    if len(raw) > LONGEST:
        return None
    try:
        task, blank, rest = raw.decode().partition(" ")
        if task[:1] != "{":
            return _made(task, queue, json.loads(rest) if blank else {}, _creator(task))
        headers = json.loads(raw).get("headers")
    except (ValueError, RecursionError):
        return None
    found = headers.get("id") if isinstance(headers, dict) else None
    if not isinstance(found, str) or headers.get("task") != _task_name(found):
        return None
    return _made(found, queue, headers, None)


def _made(task: str, queue: str, headers: Any, parent: str | None) -> bytes | None:
    job = job_id_of(task)
    if job is None or job == task or not isinstance(headers, dict):
        return None
    if isinstance(found := headers.get("parent_id"), str) and job_id_of(found):
        parent = found
    trace = ""
    for name in TRACE_HEADERS:
        if isinstance(value := headers.get(name), str):
            trace += f",{json.dumps(name)}:{json.dumps(value)}"
    text = _template(queue) % {
        "task": task,
        "job": job,
        "name": name_of(job),
        "parent": f'"{parent}"' if parent else "null",
        "trace": trace,
    }
    return text.encode()


def _task_name(task: str) -> str | None:
    job = job_id_of(task)
    return None if job is None else TASK_PREFIX + name_of(job)


def _creator(task: str) -> str | None:
    """Return the task that made this one, unless its message names another."""
    job, _, number = task.rpartition(":")
    if number != "1":
        return f"{job}:{int(number) - 1}" if number.isdecimal() else None
    return None if name_of(job) == PROCESS else f"{delivery_of(job)}:{PROCESS}:1"


@cache
def _template(queue: str) -> str:
    message = {
        "body": b64encode(json.dumps(_NO_ARGUMENTS).encode()).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {
            "lang": "py",
            "task": TASK_PREFIX + "%(name)s",
            "id": "%(task)s",
            "shadow": None,
            "eta": None,
            "expires": None,
            "group": None,
            "group_index": None,
            "retries": 0,
            "timelimit": [None, None],
            "root_id": "%(job)s:1",
            "parent_id": "%(parent)s",
            "argsrepr": "()",
            "kwargsrepr": "{}",
            "origin": "perkhook",
            "ignore_result": True,
            "replaced_task_nesting": 0,
            "stamped_headers": None,
            "stamps": {},
            "%(trace)s": None,
        },
        "properties": {
            "correlation_id": "%(task)s",
            "reply_to": "",
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": queue.replace("%", "%%")},
            "priority": 0,
            "body_encoding": "base64",
            # Celery keeps a message that a worker has received under this tag. Because it is the
            # task id, the reaper can ask in one step whether a worker has a job's message.
            "delivery_tag": "%(task)s",
        },
    }
    text = json.dumps(message, separators=(",", ":"))
    return text.replace('"%(parent)s"', "%(parent)s").replace(',"%(trace)s":null', "%(trace)s")
