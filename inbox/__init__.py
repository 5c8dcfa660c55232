"""
The durable hand-over between receiver and workers: what was accepted and what is still owed.

Three faces of one store, by who uses it: `Intake` (receiver), `Jobs` (workers) and
`Admin` (operators). Every change of state is one Lua script in `lua/`, so a crash never
parts a change in two, and every time is the server's own clock.
"""

from inbox.admin.queries import Admin
from inbox.errors import InboxUnavailableError
from inbox.intake import Accepted, Intake
from inbox.jobs import Jobs
from inbox.model.job import Claim, Refused
from inbox.settings import InboxSettings
from inbox.store.connection import connect


__all__ = [
    "Accepted",
    "Admin",
    "Claim",
    "InboxSettings",
    "InboxUnavailableError",
    "Intake",
    "Jobs",
    "Refused",
    "connect",
]
