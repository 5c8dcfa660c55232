"""The endpoints that set limits, time and options of the stand-ins."""

from flask import Blueprint

from sandbox.calls.limits import Limit
from sandbox.clock import stamp
from sandbox.control.fields import Fields, steers
from sandbox.world import Answer, World


blueprint = Blueprint("options", __name__, url_prefix="/sandbox")


@blueprint.get("/limits")
@steers
def get_limits(sandbox: World, _: Fields) -> Answer:
    """Show the limits of API calls, and how near callers came to them."""
    return sandbox.limits.as_json()


@blueprint.put("/limits")
@steers
def put_limits(sandbox: World, wanted: Fields) -> Answer:
    """Limit API calls, or with an empty body stop to; counting begins anew."""
    sandbox.limits.put(Limit.parse(wanted) if wanted else None)
    return sandbox.limits.as_json()


@blueprint.get("/options")
@steers
def get_options(sandbox: World, _: Fields) -> Answer:
    """Show how moments are written and how far the list of transactions lags behind."""
    return sandbox.options.as_json()


@blueprint.put("/options")
@steers
def put_options(sandbox: World, wanted: Fields) -> Answer:
    """Change the options that the body names."""
    sandbox.options.put(wanted)
    return sandbox.options.as_json()


@blueprint.get("/clock")
@steers
def get_clock(sandbox: World, _: Fields) -> Answer:
    """Show the time of the stand-ins."""
    return {"now": stamp(sandbox.clock.now()), "advanced_seconds": sandbox.clock.ahead}


@blueprint.post("/clock")
@steers
def post_clock(sandbox: World, wanted: Fields) -> Answer:
    """Let time pass at once: {"advance_seconds": n}."""
    sandbox.clock.advance(float(wanted["advance_seconds"]))
    return {"now": stamp(sandbox.clock.now()), "advanced_seconds": sandbox.clock.ahead}
