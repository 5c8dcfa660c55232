"""The endpoints that set limits, time and habits of the stand-ins, and tell what they saw."""

from flask import Blueprint, Response, jsonify, request

from sandbox.calls.limits import Limit
from sandbox.clock import stamp
from sandbox.control.fields import fields
from sandbox.world import Answer, World, world


blueprint = Blueprint("dials", __name__, url_prefix="/sandbox")


@blueprint.get("/limits")
def get_limits() -> Answer:
    """Tell the limits of API calls, and how near callers came to them."""
    sandbox = world()
    with sandbox.lock:
        return sandbox.limits.as_json()


@blueprint.put("/limits")
def put_limits() -> Answer:
    """Limit API calls, or with an empty body stop to; counting begins anew."""
    sandbox, wanted = world(), fields()
    with sandbox.lock:
        sandbox.limits.put(Limit.parse(wanted) if wanted else None)
        return sandbox.limits.as_json()


@blueprint.get("/options")
def get_options() -> Answer:
    """Tell how moments are written and how far the list of transactions lags behind."""
    return world().options.as_json()


@blueprint.put("/options")
def put_options() -> Answer:
    """Change the options that the body names."""
    sandbox = world()
    with sandbox.lock:
        sandbox.options.put(fields())
        return sandbox.options.as_json()


@blueprint.get("/clock")
def get_clock() -> Answer:
    """Tell the time of the stand-ins."""
    return _time(world())


@blueprint.post("/clock")
def post_clock() -> Answer:
    """Let time pass at once: {"advance_seconds": n}."""
    sandbox = world()
    with sandbox.lock:
        sandbox.clock.advance(float(fields()["advance_seconds"]))
        return _time(sandbox)


@blueprint.get("/violations")
def get_violations() -> Response:
    """List the calls to /v1 that the published specification does not allow."""
    sandbox, rule = world(), request.args.get("rule")
    with sandbox.lock:
        return jsonify([each for each in sandbox.violations if rule in {None, each["rule"]}])


def _time(sandbox: World) -> Answer:
    return {"now": stamp(sandbox.clock.now()), "advanced_seconds": sandbox.clock.ahead}
