"""Takes perks back over Voucherify's REST API."""

from worker.perks.voucherify.backend import VoucherifyPerks


__all__ = ["VoucherifyPerks"]
