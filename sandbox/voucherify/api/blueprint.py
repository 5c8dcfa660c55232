from flask import Blueprint

from sandbox.voucherify.api import (
    activity,
    customers,
    http,
    lists,
    metadata,
    redemptions,
    referrals,
    strict,
    vouchers,
)


blueprint = Blueprint("voucherify", __name__, url_prefix="/v1")
blueprint.before_request(http.check_keys)
blueprint.before_request(strict.check_call)
for part in (lists, vouchers, customers, activity, referrals, redemptions, metadata):
    blueprint.register_blueprint(part.blueprint)
blueprint.add_url_rule(
    "/<path:rest>",
    view_func=http.answer_unknown_path,
    methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
)
