from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import stamp


# A long run must not fill the memory; no test looks back this far.
_KEPT = 200_000


@dataclass(slots=True)
class RecordedRequest:
    """A call to a stand-in: what came, and what was answered once that is known."""

    component: str
    method: str
    path: str
    query: str
    body: str
    at: datetime
    applied: bool = True
    # None until it is answered, and for ever when the connection was dropped.
    status: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Describe the call for tests."""
        return {
            "component": self.component,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "body": self.body,
            "at": stamp(self.at),
            "applied": self.applied,
            "status": self.status,
        }


class Traffic:
    """All calls to the stand-ins in the order of their arrival."""

    def __init__(self) -> None:
        self.requests: deque[RecordedRequest] = deque(maxlen=_KEPT)

    def select(self, *, component: str | None, method: str | None, path: str | None) -> list[Any]:
        """List the calls that match; the path is a beginning."""
        return [
            each.as_json()
            for each in self.requests
            if (component is None or each.component == component)
            and (method is None or each.method == method)
            and (path is None or each.path.startswith(path))
        ]
