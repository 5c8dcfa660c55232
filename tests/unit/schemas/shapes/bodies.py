"""Random bodies of every event: what the specification and its own examples allow, no more."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any, Final, NamedTuple

from tests.unit.schemas.shapes.make import SHAPES
from tests.unit.schemas.shapes.values import extra, rewritten, simple, text


PUBLISHED: Final[Mapping[str, Any]] = json.loads(SHAPES.read_text(encoding="utf-8"))
EVENT_TYPES: Final = tuple(PUBLISHED["events"])

#: What the specification gives a wider type than what it means: an amount is no word. That of the
#: REST API says integer; `rewritten` makes strings of some.
_MEANT: Final = {("ReferralProgram.referee_reward", "amount"): "integer"}

#: An id is never blank.
_IDS: Final = (".id", "_id")
_NUMBERS: Final = ("integer", "number")

_DOCUMENTED: Final[dict[str, Callable[[], Any]]] = {
    "string": lambda: "2024-05-13T10:24:01.084Z",
    "integer": lambda: 12,
    "list": list,
    "object": dict,
    "null": lambda: None,
}


class Member(NamedTuple):
    """A field of a shape."""

    name: str
    node: str
    required: bool


@dataclass(frozen=True, kw_only=True)
class Bodies:
    """
    Makes bodies of one event.

    `kept` is how many of the optional fields a body has, `liberties` how often something
    new or null stands in it; the paths of `needed` are always there. In a `typical` one,
    what departs in the published example from its schema departs always: nulls and other types.
    """

    event_type: str
    random: Random
    kept: float = 1.0
    liberties: float = 0.0
    needed: Collection[str] = ()
    typical: bool = False
    published: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "published", PUBLISHED["events"][self.event_type])

    def body(self) -> dict[str, Any]:
        """Make a whole body: a project's webhook, or one of a distribution."""
        random = self.random
        distribution = random.random() < 0.3
        moment = simple("date-time", random)
        made = {
            "id": text(random),
            "project_id": text(random),
            "created_at": simple("date-time", random),
            "type": "What the shop calls it" if distribution else self.event_type,
            "source": {
                "id": text(random),
                "object": "distribution" if distribution else "webhook",
                "target_url": "https://perks.example.test/hook",
            },
            "event": {
                "id": text(random),
                "type": self.event_type,
                "created_at": moment,
                "entity_id": text(random),
                "group_id": text(random),
                "event_source": random.choice(
                    (
                        {"channel": "API", "api_key": {"name": "Till", "app_id": text(random)}},
                        {"channel": "USER_PORTAL", "user": {"id": text(random)}},
                        {"channel": "NEW_CHANNEL", "api_key": None},
                        None,
                    )
                ),
            },
            "data": self.data(),
        }
        self._add_something(made)
        return made

    def data(self) -> dict[str, Any]:
        """Make the object of the event."""
        data: dict[str, Any] = self.value(self.published["data"], "")
        for departures in ("extra", "other"):
            for path, kind in self.published.get(departures, {}).items():
                if self.typical or self._takes_liberty():
                    _place(data, path.split("."), _DOCUMENTED[kind])
        return data

    def value(self, node: str, path: str) -> Any:
        """Make a value of a node that stands at this path."""
        if node.startswith("?") and path not in self.needed and self._takes_liberty():
            return None
        kind = node.lstrip("?")
        if kind.startswith("@"):
            return self._named(kind[1:], path)
        if kind[0] in "[{":
            return self._several(kind, path)
        if kind.startswith("="):
            words = kind[1:].split("|")
            return "A_NEW_ONE" if self._takes_liberty() else self.random.choice(words)
        if path in self.needed or (kind == "string" and path.endswith(_IDS)):
            return text(self.random)
        value = simple(kind, self.random)
        return rewritten(value) if kind in _NUMBERS and self._takes_liberty() else value

    def _several(self, kind: str, path: str) -> Any:
        number = self.random.choice((0, 1, 1, 2)) if self.kept < 1 else 1
        inner = kind[1:-1]
        if kind[0] == "{":
            here = f"{path}.*"
            return {text(self.random): self.value(inner, here) for _ in range(number)}
        # Days of the week, where the specification does not always say of what the list is.
        if inner in {"integer", "any"}:
            return [self.random.randrange(7) for _ in range(number)]
        return [self.value(inner, f"{path}[]") for _ in range(number)]

    def _named(self, name: str, path: str) -> Any:
        if name in PUBLISHED["unions"]:
            return self.value(self.random.choice(PUBLISHED["unions"][name]["of"]), path)
        nulls = self.published.get("nulls", ())
        made: dict[str, Any] = {}
        for member in members(name):
            here = f"{path}.{member.name}" if path else member.name
            may_go = here not in self.needed
            if member.name == "*":
                made[text(self.random)] = self.value(member.node, here)
            elif may_go and not member.required and self.random.random() >= self.kept:
                continue
            elif may_go and here in nulls and (self.typical or self._takes_liberty()):
                made[member.name] = None
            else:
                made[member.name] = self.value(member.node, here)
        self._add_something(made)
        return made

    def _add_something(self, made: dict[str, Any]) -> None:
        if self._takes_liberty():
            made[f"new_{self.random.randrange(100)}"] = extra(self.random)

    def _takes_liberty(self) -> bool:
        return self.random.random() < self.liberties


@cache
def members(name: str) -> tuple[Member, ...]:
    """List the fields of a shape."""
    return tuple(
        Member(
            key.removeprefix("!"), _meant(name, key.removeprefix("!"), node), key.startswith("!")
        )
        for key, node in PUBLISHED["shapes"][name].items()
    )


def _meant(shape: str, name: str, node: str) -> str:
    return _MEANT.get((shape, name), node)


def _place(data: Any, steps: list[str], make: Callable[[], Any]) -> None:
    """Put a value at a path, if what should hold it is there."""
    step, *rest = steps
    if not rest:
        data[step.removesuffix("[]")] = [make()] if step.endswith("[]") else make()
        return
    inner = data.get(step.removesuffix("[]"))
    holders: Iterable[Any] = inner if isinstance(inner, list) else [inner]
    if step == "*":
        holders = data.values()
    for holder in holders:
        if isinstance(holder, dict):
            _place(holder, rest, make)
