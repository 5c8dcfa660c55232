"""
The HTTP client of every outgoing call: one policy for time-outs, connections, proxies and CAs.

Decision note 0042 has the reasons. No redirect is followed and no call is repeated: the caller
decides whether a call may be sent again.
"""

from worker.http_client.calls import ANSWER_SECONDS, CONNECT_SECONDS
from worker.http_client.client import check_environment, make_client
from worker.http_client.failures import NOT_SENT, explanation


__all__ = [
    "ANSWER_SECONDS",
    "CONNECT_SECONDS",
    "NOT_SENT",
    "check_environment",
    "explanation",
    "make_client",
]
