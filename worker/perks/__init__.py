"""What takes referral perks back: one backend a file, chosen by PERKS_BACKEND."""

from inbox.effects import Effects
from worker.perks.dry_run import DryRunPerks
from worker.perks.http import HttpPerks
from worker.perks.settings import PerksSettings
from worker.perks.voucherify import VoucherifyPerks
from worker.revocation.shared import Learned
from worker.services import PerksBackend


def make_perks(
    settings: PerksSettings, effects: Effects, learned: Learned | None = None
) -> PerksBackend:
    """Make the backend that the settings name."""
    match settings.backend:
        case "voucherify":
            return VoucherifyPerks.from_settings(settings, effects, learned)
        case "http":
            return HttpPerks(settings.http_url, settings.http_secret)
    return DryRunPerks()


__all__ = ["PerksSettings", "make_perks"]
