from flask import Blueprint

from sandbox.voucherify.api import (
    activity,
    calls,
    customers,
    lists,
    metadata,
    redemptions,
    referrals,
    vouchers,
)


blueprint = Blueprint("voucherify", __name__, url_prefix="/v1")
blueprint.before_request(calls.check_keys)
blueprint.before_request(calls.check_call)
for part in (lists, vouchers, customers, activity, referrals, redemptions, metadata):
    blueprint.register_blueprint(part.blueprint)
blueprint.add_url_rule(
    "/<path:rest>",
    view_func=calls.answer_unknown_path,
    methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
)
