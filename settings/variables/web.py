"""What the receiver alone reads, and Flower's port."""

from typing import Final

from settings.parsers import one_of, whole_number
from settings.places import listen_address, networks
from settings.secrets import webhook_secrets
from settings.variable import FLOWER, WEB, Use, Variable


MUST, OFTEN, EXPERT = Use

VOUCHERIFY_WEBHOOK_SECRETS: Final = Variable(
    "VOUCHERIFY_WEBHOOK_SECRETS", webhook_secrets, None, WEB, MUST,
    "The webhook's secret keys, newest first, separated by commas.",
)  # fmt: skip

HOST: Final = Variable(
    # A load balancer comes from elsewhere.
    "HOST", listen_address, "0.0.0.0", WEB, OFTEN,  # noqa: S104
    "The IP address that the receiver listens on; `::` for IPv6 and IPv4.",
)  # fmt: skip

PORT: Final = Variable(
    "PORT", whole_number(1, 65_535), "8000", (*WEB, *FLOWER), OFTEN,
    "The port of the receiver, or of Flower, whose default is 5555.",
)  # fmt: skip

WEB_CONCURRENCY: Final = Variable(
    "WEB_CONCURRENCY", whole_number(1, 256), "1", WEB, OFTEN,
    "How many receiver processes run.",
)  # fmt: skip

DRAIN_SECONDS: Final = Variable(
    "DRAIN_SECONDS", whole_number(0, 300), "5", WEB, EXPERT,
    "How long the receiver still accepts webhooks after SIGTERM, while `/readyz` fails, before it "
    "stops. 0 stops at once.",
)  # fmt: skip

SENTINEL_FENCING: Final = Variable(
    "SENTINEL_FENCING", one_of("required", "none"), "required", WEB, EXPERT,
    "With Sentinel: `required` fails `/readyz` while a primary with a replica has neither "
    "`ACCEPT_DURABILITY=replica` nor `min-replicas-to-write`; `none` accepts that an old primary "
    "which comes back may take webhooks that are then lost ([stores.md](stores.md#sentinel)).",
)  # fmt: skip

MAX_BODY_BYTES: Final = Variable(
    "MAX_BODY_BYTES", whole_number(1024, 67_108_864), "1048576", WEB, EXPERT,
    "The longest body, in bytes.",
)  # fmt: skip

ALLOWED_IPS: Final = Variable(
    "ALLOWED_IPS", networks, "", WEB, OFTEN,
    "Who may send webhooks: addresses, networks, or `eu1` `us1` `as1` for Voucherify's own.", "all",
)  # fmt: skip

TRUSTED_PROXY_HOPS: Final = Variable(
    "TRUSTED_PROXY_HOPS", whole_number(0, 10), "0", WEB, OFTEN,
    "How many proxies in front add to `X-Forwarded-For`, from which the caller's address is read.",
)  # fmt: skip
