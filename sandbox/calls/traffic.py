from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import as_json


# A long run must not fill the memory; no test reads so many.
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
    # None until it is answered, and when the connection was dropped.
    status: int | None = None


class Traffic:
    """All calls to the stand-ins in the order of their arrival."""

    def __init__(self) -> None:
        self.requests: deque[RecordedRequest] = deque(maxlen=_KEPT)

    def select(self, *, component: str | None, method: str | None, path: str | None) -> list[Any]:
        """List the calls that match; the path is a beginning."""
        return [
            as_json(each)
            for each in self.requests
            if (component is None or each.component == component)
            and (method is None or each.method == method)
            and (path is None or each.path.startswith(path))
        ]
