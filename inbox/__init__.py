"""
The durable hand-over between receiver and workers: what was accepted and what is still owed.

Three faces of one store, by who uses it: `Intake` (receiver), `Jobs` (workers) and
`Desk` (operators). Every change of state is one Lua script in `lua/`, so a crash never
parts a change in two, and every time is the server's own clock.
"""

from inbox.answers import Claim, Refused
from inbox.connection import connect
from inbox.desk import Desk
from inbox.errors import InboxUnavailableError
from inbox.intake import Accepted, Intake
from inbox.jobs import Jobs
from inbox.settings import InboxSettings


__all__ = [
    "Accepted",
    "Claim",
    "Desk",
    "InboxSettings",
    "InboxUnavailableError",
    "Intake",
    "Jobs",
    "Refused",
    "connect",
]
