from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, Self

from sandbox.faults.catalogue import CATALOGUE, SILENCE_SECONDS, Awkward


COMPONENTS = ("voucherify", "management", "crm", "hubspot", "shop")


@dataclass(slots=True, kw_only=True)
class Fault:
    """One way in which a stand-in misbehaves, and for which calls."""

    status: int | None = None
    drop: bool = False
    apply: bool | None = None
    delay_before_seconds: float = 0.0
    delay_seconds: float = 0.0
    times: int | None = None
    skip: int = 0
    every: int = 1
    method: str | None = None
    path: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    # A name of `sandbox.awkward`: what it says stands for what the fault itself leaves out.
    awkward: str | None = None
    used: int = 0
    met: int = 0

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Self:
        """
        Read a fault from JSON.

        Raises:
            ValueError: When a name is not one of ours: a typo would make a test pass for nothing.
        """
        unknown = set(value) - {each.name for each in fields(cls)} | (set(value) & {"used", "met"})
        if unknown:
            raise ValueError(f"No such field of a fault: {', '.join(sorted(unknown))}.")
        name = value.get("awkward")
        return cls(**(value if name is None else {**_awkward(name), **value}))

    @property
    def answer(self) -> Awkward | None:
        """The awkward answer, if the fault names one."""
        return None if self.awkward is None else CATALOGUE[self.awkward]

    @property
    def applies(self) -> bool:
        """Whether the call still takes effect; by default a refused or dropped one does not."""
        if self.apply is None:
            return self.status is None and not self.drop
        return self.apply

    def matches(self, method: str, path: str) -> bool:
        """Say whether a call is meant by the filters; the path may hold * and ?."""
        return (self.method is None or self.method.upper() == method) and (
            self.path is None or fnmatchcase(path, self.path)
        )

    def take(self) -> bool:
        """Use the fault up by one call; say whether this call is hit: every so-manieth is."""
        if self.skip > 0:
            self.skip -= 1
            return False
        self.met += 1
        if self.met % self.every or (self.times is not None and self.used >= self.times):
            return False
        self.used += 1
        return True


def _awkward(name: str) -> dict[str, Any]:
    wanted = CATALOGUE.get(name)
    if wanted is None:
        raise ValueError(f"No such awkward answer: {name}.")
    if wanted.late_seconds is not None and wanted.status is not None:
        raise ValueError(f"Over a socket no call is applied after its answer: {name}.")
    late = wanted.late_seconds is not None
    return {
        "status": wanted.status,
        "drop": wanted.status is None,
        "apply": wanted.applies or late,
        "headers": wanted.all_headers(),
        "delay_before_seconds": wanted.late_seconds or 0.0,
        "delay_seconds": SILENCE_SECONDS if wanted.silent and not late else 0.0,
    }


class Faults:
    """The faults that are switched on; the caller holds the sandbox's lock."""

    def __init__(self) -> None:
        self._faults: dict[str, list[Fault]] = {}

    def put(self, wanted: dict[str, Any]) -> None:
        """
        Replace the faults of the named components; null switches them off.

        Raises:
            ValueError: When a component or a field is unknown; nothing is changed then.
        """
        parsed: dict[str, list[Fault]] = {}
        for component, value in wanted.items():
            if component not in COMPONENTS:
                raise ValueError(f"No such component: {component}.")
            values = value if isinstance(value, list) else [value]
            parsed[component] = [Fault.parse(each) for each in values if each is not None]
        self._faults.update(parsed)

    def clear(self) -> None:
        """Switch all faults off."""
        self._faults.clear()

    def take(self, component: str, method: str, path: str) -> Fault | None:
        """Return the first fault that hits a call."""
        for fault in self._faults.get(component, ()):
            if fault.matches(method, path) and fault.take():
                return fault
        return None

    def as_json(self) -> dict[str, Any]:
        """List the faults with how often each was used."""
        return {name: [asdict(each) for each in faults] for name, faults in self._faults.items()}
