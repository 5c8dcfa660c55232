from collections.abc import Iterator

from flask import Flask, Response, g, jsonify, request

from sandbox.calls.traffic import RecordedRequest
from sandbox.faults.fault import Fault
from sandbox.world import world


# The first that fits: HubSpot's paths begin as those of the shop's own CRM service do.
_PREFIXES = {
    "/v1/": "voucherify",
    "/management/": "management",
    "/crm/events": "crm",
    "/crm/": "hubspot",
    "/shop/": "shop",
}


def install(app: Flask) -> None:
    """Let every call to a stand-in pass the recorder and the faults."""
    app.before_request(_arrive)
    app.after_request(_leave)


def component_of(path: str) -> str | None:
    """Return the stand-in that serves a path; None for the sandbox's own pages."""
    return next((name for prefix, name in _PREFIXES.items() if path.startswith(prefix)), None)


def _arrive() -> Response | None:
    component = component_of(request.path)
    g.record, g.fault, g.verdict = None, None, None
    if component is None:
        return None
    sandbox = world()
    record = RecordedRequest(
        component=component,
        method=request.method,
        path=request.path,
        query=request.query_string.decode(),
        body=request.get_data().decode(errors="replace"),
        at=sandbox.clock.now(),
    )
    with sandbox.lock:
        sandbox.traffic.requests.append(record)
        if component == "voucherify":
            sandbox.store.requests += 1
            g.verdict = sandbox.limits.take()
        if g.verdict is not None and g.verdict.refused:
            g.record, record.applied = record, False
            return _too_many()
        fault = sandbox.faults.take(component, request.method, request.path)
    g.record, g.fault = record, fault
    if fault is None:
        return None
    sandbox.clock.sleep(fault.wait_seconds)
    record.applied = fault.applies
    return None if fault.applies else _faulty_answer(fault)


def _leave(response: Response) -> Response:
    record: RecordedRequest | None = g.record
    fault: Fault | None = g.fault
    if record is None:
        return response
    if g.verdict is not None:
        response.headers.update(g.verdict.headers)
    if record.component == "voucherify" and response.is_json:
        response.set_data(world().options.rest.apply(response.get_data()))
    if fault is not None:
        if fault.applies and fault.status is not None:
            response = _faulty_answer(fault)
            response.headers.update(g.verdict.headers if g.verdict else {})
        world().clock.sleep(fault.seconds)
        if fault.breaks:
            return Response(_dropped())
    record.status = response.status_code
    return response


def _too_many() -> Response:
    # The only body that is shown for it ("API overview") has no key and no request_id.
    body = {"code": 429, "message": "Too many requests hit the API too quickly."}
    response = jsonify(body)
    response.status_code = 429
    return response


def _faulty_answer(fault: Fault) -> Response:
    answer = Response(fault.body, fault.status or 503)
    del answer.headers["Content-Type"]
    answer.headers.update(fault.headers)
    return answer


def _dropped() -> Iterator[bytes]:
    # The server writes nothing before the first piece, and takes this error for a
    # client that went away: it closes the connection without an answer.
    raise ConnectionAbortedError
    yield b""
