from dataclasses import dataclass, field

from settings.reader import Reader
from settings.variables import downstream


@dataclass(frozen=True, slots=True, kw_only=True)
class CanarySettings:
    """How often a canary is sent, where to, and signed by which of the webhook's secrets."""

    interval_seconds: int
    url: str
    secret: bytes = field(repr=False)

    @classmethod
    def read(cls, reader: Reader) -> "CanarySettings | None":
        """Read these settings as part of the worker's; None if no canary is to be sent."""
        interval = reader.read(downstream.CANARY_INTERVAL_SECONDS)
        url = reader.read(downstream.CANARY_URL)
        secret = reader.read(downstream.CANARY_SECRET)
        if not interval:
            return None
        reader.require({"CANARY_URL": url, "CANARY_SECRET": secret}, "with CANARY_INTERVAL_SECONDS")
        return cls(
            interval_seconds=interval,
            url=url,
            secret=(secret or "").encode(errors="surrogateescape"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookCheckSettings:
    """Whose webhooks are checked, with which keys, and which of them is ours."""

    management_id: str = field(repr=False)
    management_token: str = field(repr=False)
    project_id: str
    webhook_url: str

    @classmethod
    def read(cls, reader: Reader, project_id: str) -> "WebhookCheckSettings | None":
        """
        Read these settings as part of the worker's; None without the Management API's keys.

        Args:
            reader: reads the environment.
            project_id: from VOUCHERIFY_PROJECT_ID, which is used without the keys too.
        """
        wanted = (downstream.VOUCHERIFY_MANAGEMENT_ID, downstream.VOUCHERIFY_MANAGEMENT_TOKEN)
        keys = {each.name: reader.read(each) for each in wanted}
        webhook_url = reader.read(downstream.VOUCHERIFY_WEBHOOK_URL)
        if not any(keys.values()):
            return None
        values = {**keys, "VOUCHERIFY_PROJECT_ID": project_id}
        reader.require(values, f"with the others of {', '.join(values)}")
        management_id, management_token = keys.values()
        return cls(
            management_id=management_id,
            management_token=management_token,
            project_id=project_id,
            webhook_url=webhook_url,
        )
