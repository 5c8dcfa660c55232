"""The endpoints that make big scenes, let webhooks go astray, and tell what came of it."""

from flask import Blueprint

from sandbox.control.codes import Bulk, make_codes, removals
from sandbox.control.fields import fields
from sandbox.control.snapshot import snapshot
from sandbox.faults.webhooks import Mishaps
from sandbox.world import Answer, world


blueprint = Blueprint("scenes", __name__, url_prefix="/sandbox")


@blueprint.post("/codes")
def post_codes() -> Answer:
    """
    Make many codes of one campaign at once: {"codes": 1000, "referees": 2}.

    Also "campaign", "reward" (null for none), "announce", "spacing_seconds" between the codes
    and "assigned_minutes_ago"; see `Bulk`.
    """
    return make_codes(world(), Bulk.parse(fields())), 201


@blueprint.get("/removals")
def get_removals() -> Answer:
    """Tell of all ended assignments how often, and how much, was taken back for each."""
    return removals(world())


@blueprint.put("/webhook")
def put_webhook() -> Answer:
    """
    Switch the webhook on or off ("active"), point it elsewhere ("url"), let it go astray.

    {"lose": 0.2, "delay_seconds": 3, "delay_share": 0.5, "repeat": 2, "repeat_share": 0.1,
    "seed": 7} are decided for each new sendout; what is not named stays as it is. "events"
    is what the Management API says that the webhook is sent.
    """
    sent, sandbox = fields(), world()
    unknown = set(sent) - Mishaps.names() - {"active", "url", "events"}
    if unknown:
        raise ValueError(f"No such setting of the webhook: {', '.join(sorted(unknown))}.")
    wanted = {name: sent[name] for name in Mishaps.names() & sent.keys()}
    with sandbox.lock:
        sender = sandbox.sender
        if wanted:
            sender.suffer(Mishaps.parse({**sender.mishaps.as_json(), **wanted}))
        sender.url = str(sent.get("url", sender.url))
        sender.events = [str(each) for each in sent.get("events", sender.events)]
        if "active" in sent:
            (sender.enable if sent["active"] else sender.disable)()
        return snapshot(sandbox, ["webhook"])
