"""
The Celery message of a job, as Celery's own client writes it to Redis.

It carries ids and trace headers only: the job's id is the task id less its last number.
Nothing of the body is in it, so nothing personal reaches Celery's logs, events or Flower.
`tests/integration/inbox/test_message.py` compares it with what the installed Celery writes
(Celery documentation: Message Protocol, version 2; kombu: the Redis transport).
"""

import json
from base64 import b64encode
from typing import Any, Final

from inbox.ids import job_id_of, name_of


#: Celery task names are this and the job's name.
TASK_PREFIX: Final = "perkhook."

#: Where the scripts put what differs from message to message. Each is a JSON string of one
#: character that JSON must escape, so that no id can be mistaken for one.
_TASK_ID, _ROOT_ID, _PARENT_ID, _TASK, _QUEUE, _TRACE = (chr(code) for code in range(1, 7))

_NO_ARGUMENTS: Final = [[], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]


def _template() -> dict[str, Any]:
    return {
        "body": b64encode(json.dumps(_NO_ARGUMENTS).encode()).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {
            "lang": "py",
            "task": _TASK,
            "id": _TASK_ID,
            "shadow": None,
            "eta": None,
            "expires": None,
            "group": None,
            "group_index": None,
            "retries": 0,
            "timelimit": [None, None],
            "root_id": _ROOT_ID,
            "parent_id": _PARENT_ID,
            "argsrepr": "()",
            "kwargsrepr": "{}",
            "origin": "perkhook",
            "ignore_result": True,
            "replaced_task_nesting": 0,
            "stamped_headers": None,
            "stamps": {},
            _TRACE: None,
        },
        "properties": {
            "correlation_id": _TASK_ID,
            "reply_to": "",
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": _QUEUE},
            "priority": 0,
            "body_encoding": "base64",
            # Celery keeps a message that a worker has taken under this tag. Being the task
            # id, it lets the sweep ask in one step whether a worker holds a job's message.
            "delivery_tag": _TASK_ID,
        },
    }


#: The trace headers that a message may carry (`telemetry.sentry.trace_headers`).
TRACE_HEADERS: Final = ("sentry-trace", "baggage")

#: Many times what we write: ids and trace headers.
LONGEST: Final = 65_536


def as_we_write_it(raw: bytes, queue: str) -> bytes | None:
    """
    Give a message found in a queue as we would write it; None if it is none of ours.

    Only its ids and trace headers are taken from it, so that nothing else which may stand in
    a message (other encodings, times, callbacks) is ever acted upon.
    """
    try:
        found = json.loads(raw) if len(raw) <= LONGEST else None
    except (ValueError, RecursionError):
        return None
    headers = found.get("headers") if isinstance(found, dict) else None
    task = headers.get("id") if isinstance(headers, dict) else None
    if headers is None or not isinstance(task, str):
        return None
    job = job_id_of(task)
    if job is None or job == task:
        return None
    if headers.get("task") != TASK_PREFIX + name_of(job):
        return None
    text = _written(
        task_id=task,
        root_id=f"{job}:1",
        parent_id=_task_id(headers.get("parent_id")),
        task=headers["task"],
        queue=queue,
        trace={
            name: value for name in TRACE_HEADERS if isinstance(value := headers.get(name), str)
        },
    )
    return text.encode()


def _task_id(value: Any) -> str | None:
    return value if isinstance(value, str) and job_id_of(value) else None


def _written(
    *,
    task_id: str,
    root_id: str,
    parent_id: str | None,
    task: str,
    queue: str,
    trace: dict[str, str],
) -> str:
    message = _template()
    headers, properties = message["headers"], message["properties"]
    del headers[_TRACE]
    headers |= {"task": task, "id": task_id, "root_id": root_id, "parent_id": parent_id} | trace
    properties |= {"correlation_id": task_id, "delivery_tag": task_id}
    properties["delivery_info"]["routing_key"] = queue
    return json.dumps(message, separators=(",", ":"))


def lua_message_function() -> str:
    """
    Write the Lua function `message(task_id, root_id, parent_id, task, queue, trace)`.

    parent_id is a JSON value (a quoted string or null); trace is what stands between the
    braces of a JSON object of further headers, or empty. The other arguments are plain
    strings that need no JSON escaping.
    """
    text = json.dumps(_template(), separators=(",", ":"))
    holes = {
        json.dumps(_TASK_ID)[1:-1]: "task_id",
        json.dumps(_ROOT_ID)[1:-1]: "root_id",
        json.dumps(_PARENT_ID): "parent_id",
        json.dumps(_TASK)[1:-1]: "task",
        json.dumps(_QUEUE)[1:-1]: "queue",
        f",{json.dumps(_TRACE)}:null": "trace",
    }
    for hole, variable in holes.items():
        text = text.replace(hole, f"]==]..{variable}..[==[")
    return (
        "local function message(task_id, root_id, parent_id, task, queue, trace)\n"
        "  if trace ~= '' then trace = ',' .. trace end\n"
        f"  return [==[{text}]==]\n"
        "end\n"
    )
