from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


# In a real deployment each of these must be seen to be wrong at once.
DEMO = {
    "SANDBOX_WEBHOOK_URL": "http://127.0.0.1:5000/webhooks/voucherify",
    "SANDBOX_WEBHOOK_SECRET": "insecure-sandbox-webhook-secret",
    "SANDBOX_APP_ID": "insecure-sandbox-app-id",
    "SANDBOX_APP_TOKEN": "insecure-sandbox-app-token",
    "SANDBOX_MANAGEMENT_ID": "insecure-sandbox-management-id",
    "SANDBOX_MANAGEMENT_TOKEN": "insecure-sandbox-management-token",
    "SANDBOX_CRM_SECRET": "whsec_aW5zZWN1cmUtc2FuZGJveC1jcm0tc2VjcmV0",
    "SANDBOX_HUBSPOT_TOKEN": "insecure-sandbox-hubspot-token",
    "SANDBOX_SHOP_SECRET": "whsec_aW5zZWN1cmUtc2FuZGJveC1zaG9wLXNlY3JldA==",
    "SANDBOX_SPEEDUP": "60",
    "SANDBOX_FIRST_ID": "1",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SandboxSettings:
    """Where webhooks go, and the secrets that the stand-ins share with the product."""

    webhook_url: str
    webhook_secret: str = field(repr=False)
    app_id: str
    app_token: str = field(repr=False)
    management_id: str
    management_token: str = field(repr=False)
    crm_secret: str = field(repr=False)
    hubspot_token: str = field(repr=False)
    shop_secret: str = field(repr=False)
    speedup: float = 60.0
    first_id: int = 1


def from_environ(environ: Mapping[str, str]) -> SandboxSettings:
    """Read the SANDBOX_* variables; a missing one takes its insecure demo value."""
    values: dict[str, Any] = {
        name.removeprefix("SANDBOX_").lower(): environ.get(name) or usual
        for name, usual in DEMO.items()
    }
    numbers = {"speedup": float(values["speedup"]), "first_id": int(values["first_id"])}
    return SandboxSettings(**values | numbers)
