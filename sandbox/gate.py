import time
from collections.abc import Iterator

from flask import Flask, Response, g, jsonify, request

from sandbox.clock import now
from sandbox.faults import Fault
from sandbox.traffic import RecordedRequest
from sandbox.world import world


_PREFIXES = {"/v1/": "voucherify", "/crm/": "crm", "/shop/": "shop"}


def install(app: Flask) -> None:
    """Let every call to a stand-in pass the recorder and the faults."""
    app.before_request(_arrive)
    app.after_request(_leave)


def component_of(path: str) -> str | None:
    """Say which stand-in serves a path; None is the sandbox's own pages."""
    return next((name for prefix, name in _PREFIXES.items() if path.startswith(prefix)), None)


def _arrive() -> Response | None:
    component = component_of(request.path)
    g.record, g.fault = None, None
    if component is None:
        return None
    record = RecordedRequest(
        component=component,
        method=request.method,
        path=request.path,
        query=request.query_string.decode(),
        body=request.get_data().decode(errors="replace"),
        at=now(),
    )
    sandbox = world()
    with sandbox.lock:
        sandbox.traffic.requests.append(record)
        fault = sandbox.faults.take(component, request.method, request.path)
    g.record, g.fault = record, fault
    if fault is None:
        return None
    time.sleep(fault.delay_before_seconds)
    record.applied = fault.applies
    return None if fault.applies else _faulty_answer(fault)


def _leave(response: Response) -> Response:
    record: RecordedRequest | None = g.record
    fault: Fault | None = g.fault
    if record is None:
        return response
    if fault is not None:
        if fault.applies and fault.status is not None:
            response = _faulty_answer(fault)
        time.sleep(fault.delay_seconds)
        if fault.drop:
            return Response(_dropped())
    record.status = response.status_code
    return response


def _faulty_answer(fault: Fault) -> Response:
    status = fault.status or 503
    body = fault.body if fault.body is not None else {"code": status, "message": "Injected fault"}
    response = jsonify(body)
    response.status_code = status
    response.headers.update(fault.headers)
    return response


def _dropped() -> Iterator[bytes]:
    # The server writes nothing before the first piece, and takes this error for a
    # client that went away: it closes the connection without an answer.
    raise ConnectionAbortedError
    yield b""
