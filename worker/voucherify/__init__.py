"""Voucherify's REST API: what is called, and how its own answers look."""
