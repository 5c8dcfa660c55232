from flask import Blueprint

from sandbox.voucherify import customers, http, redemptions, referrals, vouchers


blueprint = Blueprint("voucherify", __name__, url_prefix="/v1")
blueprint.before_request(http.check_keys)
for part in (vouchers, customers, referrals, redemptions):
    blueprint.register_blueprint(part.blueprint)
blueprint.add_url_rule(
    "/<path:rest>",
    view_func=http.answer_unknown_path,
    methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
)
