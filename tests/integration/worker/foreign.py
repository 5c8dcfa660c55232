"""What may stand in a queue that none of our scripts has written."""

import json
import pickle
from base64 import b64encode
from pathlib import Path
from typing import Any

from inbox.ids import name_of


GONE = object()


class Evil:
    """Touches a file when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.trace,)


def written(job: str, **changes: Any) -> bytes:
    """Write a job's first message with changes; names of nested fields are parted by `__`."""
    message: dict[str, Any] = {
        "body": base64(b'[[], {}, {"callbacks": null, "errbacks": null}]'),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {
            "lang": "py",
            "task": f"perkhook.{name_of(job)}",
            "id": f"{job}:1",
            "root_id": f"{job}:1",
            "parent_id": None,
            "retries": 0,
        },
        "properties": {
            "correlation_id": f"{job}:1",
            "delivery_info": {"exchange": "", "routing_key": "deliveries"},
            "body_encoding": "base64",
            "delivery_tag": f"{job}:1",
        },
    }
    for path, value in changes.items():
        *parents, last = path.replace("content_", "content-").split("__")
        inner = message
        for parent in parents:
            inner = inner[parent]
        if value is GONE:
            del inner[last]
        else:
            inner[last] = value
    return json.dumps(message).encode()


def base64(raw: bytes) -> str:
    """Encode as message bodies are."""
    return b64encode(raw).decode()


def of_no_one() -> dict[str, bytes]:
    """List what is none of our messages; each of these, or its like, ends an unguarded worker."""
    job = "0" * 32 + ":process"
    return {
        "not json": b"<xml>",
        "empty": b"",
        "not utf-8": b"\xff\xfe\x00{",
        "number": b"5",
        "null": b"null",
        "list": b"[1,2]",
        "string": b'"x"',
        "empty object": b"{}",
        "deep": b'{"headers":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        "deep and short": b"[" * 60_000,
        "huge": written(job, headers__argsrepr="x" * 20_000_000),
        "headers list": written(job, headers=[1]),
        "headers null": written(job, headers=None),
        "headers text": written(job, headers="x"),
        "task list": written(job, headers__task=["a"]),
        "task null": written(job, headers__task=None),
        "task of another job": written(job, headers__task="perkhook.notify_crm"),
        "task of another application": written(job, headers__task="shop.send_mail"),
        "task of Celery": written(job, headers__task="celery.backend_cleanup"),
        "without id": written(job, headers__id=GONE),
        "id number": written(job, headers__id=5),
        "id list": written(job, headers__id=[5]),
        "id of no job": written(job, headers__id="b5b5"),
        "id without number": written(job, headers__id=job),
        "message of no job": b"b5b5",
        "message without number": job.encode(),
        "message of another number": f"{job}:".encode() + b"9" * 5000 + b"x",
        "message with a tail": f"{job}:1\n".encode(),
        "message with a text": f"{job}:1 b5b5".encode(),
        "message with half an object": f'{job}:1 {{"baggage":'.encode(),
        "message with a list": f"{job}:1 [1]".encode(),
        "message with depths": f"{job}:1 ".encode() + b"[" * 60_000,
        "protocol 1": written(
            job,
            headers={},
            body=base64(json.dumps({"task": "perkhook.process", "id": f"{job}:1"}).encode()),
        ),
    }


def damaged(job: str, trace: Path) -> dict[str, bytes]:
    """List messages that name a job and are wrong in all the rest, in the ways that kombu reads."""
    return {
        "pickle": written(
            job,
            content_type="application/x-python-serialize",
            content_encoding="binary",
            body=base64(pickle.dumps(Evil(trace))),
        ),
        "yaml": written(
            job,
            content_type="application/x-yaml",
            body=base64(f"!!python/object/apply:os.mkdir ['{trace}']".encode()),
        ),
        "type list": written(job, content_type=[1]),
        "encoding list": written(job, content_encoding=["a"]),
        "encoding unknown": written(job, content_encoding="klingon"),
        "compressed": written(job, headers__compression="zlib"),
        "no base64": written(job, body="!!!"),
        "body number": written(job, body=5),
        "body object": written(job, body={"a": 1}),
        "body not json": written(job, body=base64(b"{nope")),
        "body scalar": written(job, body=base64(b"5")),
        "body with arguments": written(job, body=base64(b'[[1,2],{"a":1},{}]')),
        "body with a chain": written(
            job, body=base64(b'[[], {}, {"callbacks": 5, "errbacks": 5, "chain": "x"}]')
        ),
        "body encoding": written(job, properties__body_encoding="rot13"),
        "properties null": written(job, properties=None),
        "properties list": written(job, properties=[]),
        "without properties": written(job, properties=GONE),
        "tag list": written(job, properties__delivery_tag=[1]),
        "delivery info text": written(job, properties__delivery_info="x"),
        "routing key": written(job, properties__delivery_info__routing_key={}),
        "time limits": written(job, headers__timelimit="x"),
        "a time limit": written(job, headers__timelimit=[1, 1]),
        "not before": written(job, headers__eta="9999-12-31T23:59:59"),
        "expired": written(job, headers__expires="2001-01-01T00:00:00"),
        "retries": written(job, headers__retries="x"),
        "stamps": written(job, headers__stamps=[1], headers__stamped_headers="x"),
    }
