"""What was answered 202 against what took effect: pure functions over what was seen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final


#: Under this name a test's report carries its rows, be it run in another process.
PROPERTY: Final = "fault"

#: The same, of a promise that a row shows broken.
BROKEN: Final = "broken promise"


@dataclass(frozen=True, slots=True)
class Effect:
    """
    Something a downstream did.

    Attributes:
        kind: which downstream.
        event: id of the removed assignment.
        key: what the downstream knows repeats by; two keys are two effects.
        at: seconds since 1970.
    """

    kind: str
    event: str
    key: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One row of the table of faults.

    Attributes:
        load: what was done how often.
        lost: events answered 202 of which an effect is missing.
        doubled: events of which a downstream had an effect more than once.
        worst_delay: seconds from the 202 to the last of an event's effects.
        repeated: calls that a downstream recognised by their key and did not act on.
    """

    fault: str
    load: str
    accepted: int
    lost: int
    doubled: int
    worst_delay: float
    repeated: int = 0
    note: str = ""


def tally(
    fault: str,
    load: str,
    accepted: Mapping[str, float],
    effects: Iterable[Effect],
    *,
    kinds: tuple[str, ...] = ("perks", "crm"),
    note: str = "",
) -> Row:
    """
    Compare what was accepted with what took effect.

    Args:
        fault: what was done to the system.
        load: how much of it.
        accepted: time of the 202 by event, in seconds since 1970.
        effects: all that the downstreams did; effects of events that were never answered 202
            count as doubled if they are, and never as lost.
        kinds: the downstreams that each event must reach.
        note: anything else worth reporting.
    """
    seen: dict[tuple[str, str], dict[str, float]] = {}
    calls = 0
    for effect in effects:
        calls += 1
        keys = seen.setdefault((effect.kind, effect.event), {})
        keys.setdefault(effect.key, effect.at)
    lost = {event for event in accepted for kind in kinds if (kind, event) not in seen}
    doubled = {event for (_, event), keys in seen.items() if len(keys) > 1}
    delays = [
        min(keys.values()) - accepted[event]
        for (_, event), keys in seen.items()
        if event in accepted
    ]
    return Row(
        fault=fault,
        load=load,
        accepted=len(accepted),
        lost=len(lost),
        doubled=len(doubled),
        worst_delay=max(delays, default=0.0),
        repeated=calls - sum(len(keys) for keys in seen.values()),
        note=note,
    )


def table(rows: Iterable[Row]) -> list[str]:
    """Write rows as a table in Markdown."""
    lines = [
        "| fault | load | accepted | lost | doubled | worst delay | repeated | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        cells = [
            row.fault,
            row.load,
            f"{row.accepted:,}",
            str(row.lost),
            str(row.doubled),
            f"{row.worst_delay:.1f} s",
            str(row.repeated),
            row.note,
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines
