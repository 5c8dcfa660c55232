"""
Finds removed assignments without a webhook, over Voucherify's REST API.

A run reads the holders of each code and compares them with those known before; a removal of one
who is gone is searched in the customer's activity. A removal without a webhook becomes a delivery
in the inbox, under the same identity as a webhook about it (docs/reconciliation.md).
"""
