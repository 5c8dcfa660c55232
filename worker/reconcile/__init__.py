"""
Removed assignments that no webhook told of: found over Voucherify's REST API.

Codes are looked at one by one and their holders compared with those known before; who is gone
is looked for in the customer's activity. What nobody told of becomes a delivery in the inbox,
under the same identity as a webhook about it (docs/reconciliation.md).
"""
