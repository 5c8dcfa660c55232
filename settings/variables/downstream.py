"""Which systems workers call, with which keys, and what they take back there."""

from typing import Final

from settings.identifiers import campaign_ids, property_name
from settings.parsers import (
    api_root,
    interval,
    on_or_off,
    one_of,
    optional_service_address,
    positive_share,
    rate,
    whole_number,
)
from settings.secrets import bearer_token, header_text, signing_secret, webhook_secret
from settings.variable import WORKER, Use, Variable


OFTEN, EXPERT = Use.OFTEN, Use.EXPERT

PERKS_BACKEND: Final = Variable(
    "PERKS_BACKEND", one_of("dry-run", "voucherify", "http"), "dry-run", WORKER, OFTEN,
    "What takes perks back: `dry-run` only logs, `voucherify` calls Voucherify, `http` calls your "
    "own service.",
)  # fmt: skip

VOUCHERIFY_API_URL: Final = Variable(
    "VOUCHERIFY_API_URL", api_root, "https://api.voucherify.io", WORKER, OFTEN,
    "The address of your region's REST API, without a path.",
)  # fmt: skip

VOUCHERIFY_APP_ID: Final = Variable(
    "VOUCHERIFY_APP_ID", header_text, "", WORKER, OFTEN,
    "The application id of that API's keys. Required with `PERKS_BACKEND=voucherify`.", "unset",
)  # fmt: skip

VOUCHERIFY_APP_TOKEN: Final = Variable(
    "VOUCHERIFY_APP_TOKEN", header_text, "", WORKER, OFTEN,
    "The secret key of that API's keys. Required with `PERKS_BACKEND=voucherify`.", "unset",
)  # fmt: skip

VOUCHERIFY_PROJECT_ID: Final = Variable(
    "VOUCHERIFY_PROJECT_ID", header_text, "", WORKER, OFTEN,
    "The project that these keys belong to. A webhook that names another project becomes a failed "
    "job, `other_project`, and nothing is called for it.", "unset: projects are not compared",
)  # fmt: skip

VOUCHERIFY_RATE_LIMIT: Final = Variable(
    # The smallest plan's limit, so that no access is blocked by surprise.
    "VOUCHERIFY_RATE_LIMIT", rate, "100/minute", WORKER, OFTEN,
    "Calls to Voucherify that all workers together may make, such as `100/minute`. Units: "
    "`second`, `minute`, `hour`, `day`.",
)  # fmt: skip

CLAW_BACK_REFERRER: Final = Variable(
    "CLAW_BACK_REFERRER", on_or_off, "off", WORKER, OFTEN,
    "`on`: take back what the referrer earned by this referee "
    "([revocation.md](revocation.md)).",
)  # fmt: skip

ROLL_BACK_REDEMPTION: Final = Variable(
    "ROLL_BACK_REDEMPTION", on_or_off, "off", WORKER, OFTEN,
    "`on`: roll the referee's redemption back, which cancels the order.",
)  # fmt: skip

DISABLE_REFERRER_CODE: Final = Variable(
    "DISABLE_REFERRER_CODE", on_or_off, "on", WORKER, OFTEN,
    "`on`: disable an ex-referrer's own code.",
)  # fmt: skip

MARK_CUSTOMER: Final = Variable(
    "MARK_CUSTOMER", on_or_off, "on", WORKER, OFTEN,
    "`on`: write the time of the removal into the customer's metadata.",
)  # fmt: skip

PERKS_HTTP_URL: Final = Variable(
    "PERKS_HTTP_URL", optional_service_address, "", WORKER, OFTEN,
    "Your own perks service. Required with `PERKS_BACKEND=http`.", "unset",
)  # fmt: skip

PERKS_HTTP_SECRET: Final = Variable(
    "PERKS_HTTP_SECRET", signing_secret, "", WORKER, OFTEN,
    "The `whsec_…` secret that signs the calls to it. Required with `PERKS_BACKEND=http`.", "unset",
)  # fmt: skip

CRM_BACKEND: Final = Variable(
    "CRM_BACKEND", one_of("dry-run", "hubspot", "http"), "dry-run", WORKER, OFTEN,
    "What notifies the CRM: `dry-run` only logs, `hubspot` calls HubSpot, `http` calls your own "
    "service.",
)  # fmt: skip

CRM_HTTP_URL: Final = Variable(
    "CRM_HTTP_URL", optional_service_address, "", WORKER, OFTEN,
    "Your CRM's service. Required with `CRM_BACKEND=http`.", "unset",
)  # fmt: skip

CRM_HTTP_SECRET: Final = Variable(
    "CRM_HTTP_SECRET", signing_secret, "", WORKER, OFTEN,
    "The `whsec_…` secret that signs the calls to it. Required with `CRM_BACKEND=http`.", "unset",
)  # fmt: skip

HUBSPOT_ACCESS_TOKEN: Final = Variable(
    "HUBSPOT_ACCESS_TOKEN", bearer_token, "", WORKER, OFTEN,
    "A private app's token; its scopes are in [hubspot.md](hubspot.md). Required with "
    "`CRM_BACKEND=hubspot`.", "unset",
)  # fmt: skip

HUBSPOT_API_URL: Final = Variable(
    "HUBSPOT_API_URL", api_root, "https://api.hubapi.com", WORKER, EXPERT,
    "HubSpot's REST API, without a path.",
)  # fmt: skip

HUBSPOT_ID_PROPERTY: Final = Variable(
    "HUBSPOT_ID_PROPERTY", property_name, "voucherify_source_id", WORKER, OFTEN,
    "The contact property with unique values that holds the customer's source id or Voucherify id.",
)  # fmt: skip

CANARY_INTERVAL_SECONDS: Final = Variable(
    "CANARY_INTERVAL_SECONDS", interval(1, 86_400), "off", WORKER, OFTEN,
    "How often one worker of the fleet sends a synthetic event through the public address. Its age "
    "is a metric ([operations.md](operations.md#the-canary-is-late)).",
)  # fmt: skip

CANARY_URL: Final = Variable(
    "CANARY_URL", optional_service_address, "", WORKER, OFTEN,
    "The webhook's public address, such as `https://perks.example.com/webhooks/voucherify`. "
    "Required with `CANARY_INTERVAL_SECONDS`.", "unset",
)  # fmt: skip

CANARY_SECRET: Final = Variable(
    "CANARY_SECRET", webhook_secret, "", WORKER, OFTEN,
    "One of `VOUCHERIFY_WEBHOOK_SECRETS`. Required with `CANARY_INTERVAL_SECONDS`.", "unset",
)  # fmt: skip

RECONCILE_INTERVAL_SECONDS: Final = Variable(
    # A run reads every code, so more often would be a run without an end.
    "RECONCILE_INTERVAL_SECONDS", interval(60, 2_592_000), "off", WORKER, OFTEN,
    "How often one worker of the fleet searches for removals without a webhook, at least 60. Needs "
    "`VOUCHERIFY_APP_ID` and `VOUCHERIFY_APP_TOKEN` with any `PERKS_BACKEND` "
    "([operations.md](operations.md#perkhookremovalsmissed)).",
)  # fmt: skip

RECONCILE_APPLY: Final = Variable(
    "RECONCILE_APPLY", on_or_off, "on", WORKER, OFTEN,
    "`on`: workers create a delivery for each removal that they find. `off`: they only report it "
    "in metrics and logs.",
)  # fmt: skip

RECONCILE_CAMPAIGNS: Final = Variable(
    "RECONCILE_CAMPAIGNS", campaign_ids, "", WORKER, EXPERT,
    "Ids of the campaigns to search, separated by commas.", "all referral programmes",
)  # fmt: skip

RECONCILE_BUDGET_SHARE: Final = Variable(
    "RECONCILE_BUDGET_SHARE", positive_share, "0.2", WORKER, EXPERT,
    "The share of `VOUCHERIFY_RATE_LIMIT` that the search may use, above 0 and at most 1.",
)  # fmt: skip

RECONCILE_GRACE_SECONDS: Final = Variable(
    # Voucherify sends a webhook again after 1, 2, 4 and 8 minutes.
    "RECONCILE_GRACE_SECONDS", whole_number(0, 604_800), "900", WORKER, EXPERT,
    "A removal younger than this is left to its webhook, which may still arrive.",
)  # fmt: skip

VOUCHERIFY_MANAGEMENT_ID: Final = Variable(
    "VOUCHERIFY_MANAGEMENT_ID", header_text, "", WORKER, OFTEN,
    "The id of Voucherify's Management API keys, which need `VOUCHERIFY_PROJECT_ID`. With them one "
    "worker of the fleet checks every 5 minutes that the webhook is still active "
    "([operations.md](operations.md#perkhookwebhookswitchedoff)).",
    "unset: not checked",
)  # fmt: skip

VOUCHERIFY_MANAGEMENT_TOKEN: Final = Variable(
    "VOUCHERIFY_MANAGEMENT_TOKEN", header_text, "", WORKER, OFTEN,
    "The token of these keys.", "unset: not checked",
)  # fmt: skip

VOUCHERIFY_WEBHOOK_URL: Final = Variable(
    "VOUCHERIFY_WEBHOOK_URL", optional_service_address, "", WORKER, EXPERT,
    "The address of our webhook in the Voucherify project.",
    "any whose path ends in `/webhooks/voucherify`",
)  # fmt: skip
