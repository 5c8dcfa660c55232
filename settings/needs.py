"""
The least times at which a promise holds, in seconds, and where each comes from.

A setting below its need stops the start, with the reason (`settings.parsers`). How settings need
each other is in `worker.settings.kept`.
"""

from typing import Final


#: Voucherify's automatic retries: the twelfth and last comes 24 h after the first try. The table's
#: intervals lead to 34 h 8 min, so 36 h hold by either reading
#: (docs.voucherify.io/api-reference/introduction-to-webhooks, "Responding to webhooks").
RETRIES_SECONDS: Final = 129_600
RETRIES_WHY: Final = (
    "36 h cover the automatic retries of Voucherify: it sends the last one 24 to 34 h after "
    "the first try"
)

#: A person can send a failed webhook again from Voucherify's audit log. Logs are kept for 6 months
#: in shared regions and 12 in dedicated ones; for send-outs no other time is documented
#: (docs.voucherify.io/analyze/audit-logs). The longest six months have 184 days.
RESENDS_SECONDS: Final = 184 * 86_400
RESENDS_WHY: Final = (
    "for half a year, at most 184 days, a person can send a webhook again from Voucherify's audit "
    "log, and its removal must not be taken back twice"
)

#: The alert comes at 80 % (deploy/prometheus/alerts.yml); a fifth of five days is a day.
DECISION_SECONDS: Final = 5 * 86_400
DECISION_WHY: Final = (
    "the alert comes at 80 % of this time, and the rest must leave a person a day to decide"
)

#: How long it is remembered what setting the mark may have removed from a customer's metadata
#: (`worker.revocation.execute.mark`). A job's tries must end before.
METADATA_SECONDS: Final = 2 * 86_400
