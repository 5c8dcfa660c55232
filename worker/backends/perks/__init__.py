"""What takes referral perks back: one backend a file, chosen by PERKS_BACKEND."""

from inbox.ledger import Effects
from worker.backends.perks.dry_run import DryRunPerks
from worker.backends.perks.http import HttpPerks
from worker.backends.perks.voucherify import VoucherifyPerks
from worker.revocation.find.shared import Learned
from worker.services import PerksBackend
from worker.settings.perks import PerksSettings


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


__all__ = ["make_perks"]
