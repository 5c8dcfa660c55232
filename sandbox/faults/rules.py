import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Self

import httpx2

from sandbox.faults.catalogue import CATALOGUE
from sandbox.faults.fault import Fault
from sandbox.voucherify.data.errors import check_names


COMPONENTS = ("voucherify", "management", "crm", "hubspot", "shop")

#: How long a server that is silent over a socket says nothing: longer than anybody waits.
SILENCE_SECONDS = 60.0

#: What a fault can say in JSON; `apply` null is: applied, unless it has a status or drops.
_USUAL: dict[str, Any] = {
    "status": None,
    "drop": False,
    "apply": None,
    "delay_before_seconds": 0.0,
    "delay_seconds": 0.0,
    "times": None,
    "skip": 0,
    "every": 1,
    "method": None,
    "path": None,
    "headers": {},
    "body": None,
    # A name of the catalogue: what it says stands for what the fault itself leaves out.
    "awkward": None,
}


_INJECTED = {"message": "Injected fault"}


@dataclass(slots=True, kw_only=True)
class Rule:
    """A fault for the next calls of a kind; the path may hold * and ?."""

    fault: Fault
    method: str | None = None
    path: str | None = None
    skip: int = 0
    every: int = 1
    # None is without end.
    times: int | None = None
    used: int = 0
    met: int = 0
    # As it was asked for, in JSON.
    said: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Self:
        """
        Read a rule from JSON.

        Raises:
            ValueError: When a name is not one of ours: a typo would make a test pass for nothing.
        """
        check_names(value, _USUAL, "field of a fault")
        said = {**_USUAL, **_catalogued(value.get("awkward")), **value}
        chosen = {each: said[each] for each in ("method", "path", "skip", "every", "times")}
        return cls(fault=_fault(said), said=said, **chosen)

    def take(self, method: str, path: str) -> bool:
        """Count a call, and return whether it is hit: every nth of those that match is."""
        if self.method is not None and self.method.upper() != method:
            return False
        if self.path is not None and not fnmatchcase(path, self.path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.met += 1
        if self.met % self.every or (self.times is not None and self.used >= self.times):
            return False
        self.used += 1
        return True

    def as_json(self) -> dict[str, Any]:
        """Describe the rule, with how often it was used."""
        return {**self.said, "skip": self.skip, "used": self.used, "met": self.met}


class Faults:
    """The faults over a socket that are switched on; the caller holds the sandbox's lock."""

    def __init__(self) -> None:
        self._rules: dict[str, list[Rule]] = {}

    def put(self, wanted: dict[str, Any]) -> None:
        """
        Replace the faults of the named components; null switches them off.

        Raises:
            ValueError: When a component or a field is unknown; nothing is changed then.
        """
        parsed: dict[str, list[Rule]] = {}
        for component, value in wanted.items():
            if component not in COMPONENTS:
                raise ValueError(f"No such component: {component}.")
            values = value if isinstance(value, list) else [value]
            parsed[component] = [Rule.parse(each) for each in values if each is not None]
        self._rules.update(parsed)

    def take(self, component: str, method: str, path: str) -> Fault | None:
        """Return the fault that hits a call."""
        return first(self._rules.get(component, ()), method, path)

    def as_json(self) -> dict[str, Any]:
        """List the faults with how often each was used."""
        return {name: [each.as_json() for each in rules] for name, rules in self._rules.items()}


def first(rules: Iterable[Rule], method: str, path: str) -> Fault | None:
    """Return the fault of the first rule that hits a call."""
    return next((each.fault for each in rules if each.take(method, path)), None)


def _fault(said: dict[str, Any]) -> Fault:
    """Make the fault that was asked for; a late one is applied before its connection breaks."""
    status, apply, name = said["status"], said["apply"], said["awkward"]
    body = said["body"] if said["body"] is not None else {"code": status or 503, **_INJECTED}
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    types, written = {"Content-Type": "application/json"}, f"{text}\n".encode()
    if name is not None and (wanted := CATALOGUE[name]).body is not None:
        types = {each: wanted.headers[each] for each in wanted.headers if each == "Content-Type"}
        written = wanted.body
    return Fault(
        applies=status is None and not said["drop"] if apply is None else apply,
        wait_seconds=said["delay_before_seconds"],
        seconds=said["delay_seconds"],
        breaks=httpx2.ReadError if said["drop"] else None,
        status=status,
        headers={**types, **said["headers"]},
        body=written,
    )


def _catalogued(name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    wanted = CATALOGUE.get(name)
    if wanted is None:
        raise ValueError(f"No such awkward answer: {name}.")
    late = wanted.late_seconds
    if late is not None and wanted.status is not None:
        raise ValueError(f"Over a socket no call is applied after its answer: {name}.")
    silent = wanted.breaks is httpx2.ReadTimeout and late is None
    return {
        "status": wanted.status,
        "drop": wanted.status is None,
        "apply": wanted.applies or late is not None,
        "headers": wanted.headers,
        "delay_before_seconds": late or 0.0,
        "delay_seconds": SILENCE_SECONDS if silent else 0.0,
    }
