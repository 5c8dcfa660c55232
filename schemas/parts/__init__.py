"""
Objects that Voucherify's events share, each with the schema that reads it.

The facts are those of the webhook specification "Events" of 2024-01-01. Nothing but the
fields marked strict is relied on: its own examples do not follow it.
"""
