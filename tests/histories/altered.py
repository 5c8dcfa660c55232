"""What the stand-in answers, altered on its way: by someone in between, or in odd ways."""

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

import httpx2


#: Gives what comes instead of an answer's JSON: another JSON, or a whole answer.
Change: TypeAlias = Callable[[Any], Any]


class Altered(httpx2.BaseTransport):
    """Carries calls to the stand-in; the last rule that fits a path alters the answer."""

    def __init__(self, inner: httpx2.BaseTransport) -> None:
        self._inner = inner
        self._rules: list[tuple[str, Change]] = []
        #: Paths that were asked for.
        self.asked: list[str] = []

    def alter(self, path: str, change: Change) -> None:
        """Alter each answer to a path, which may hold * and ?."""
        self._rules.append((path, change))

    def clear(self) -> None:
        """Alter nothing any more, and forget what was asked."""
        self._rules.clear()
        self.asked.clear()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Carry one call."""
        self.asked.append(request.url.path)
        answer = self._inner.handle_request(request)
        for path, change in reversed(self._rules):
            if fnmatchcase(request.url.path, path):
                changed = change(json.loads(answer.content))
                if isinstance(changed, httpx2.Response):
                    return changed
                return httpx2.Response(answer.status_code, json=changed)
        return answer


def foreign(status: int) -> Change:
    """Answer as a proxy does that knows nothing of what was asked for."""
    return lambda _: httpx2.Response(status, text="<html>nothing here</html>")


def own(status: int, key: str) -> Change:
    """Answer with an error as Voucherify writes it."""
    document = {"code": status, "key": key, "message": "No", "details": "No", "request_id": "r-1"}
    return lambda _: httpx2.Response(status, json=document)


def listed(change: Callable[[list[Any]], list[Any]], field: str = "data") -> Change:
    """Alter the entries of a list, whatever else is on the page."""
    return lambda page: {**page, field: change(page[field])}
