"""
The one read model: what the store knows of the whole fleet, read by one script.

Flower's pages, `/metrics` and the command line stand on it. Each script counts in the store what
it does to jobs. What only a process knows, it reports (`inbox.state.reports`):
docs/decisions/0026-metrics-of-the-fleet.md.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from inbox import keys
from inbox.admin.fleet_views import (
    DelayView,
    DownstreamView,
    FleetView,
    reconcile_view,
    revocation_cap,
    webhook_view,
)
from inbox.admin.memory import memory_view
from inbox.admin.views import QueueView, Stats, kept_completed, kept_failed
from inbox.model.effect import Perk
from inbox.model.time import moment
from inbox.store import scripts
from inbox.store.client import StoreClient
from inbox.store.scripts import DELAY_BUCKETS, MOST_EVENT_TYPES


#: Jobs of one index that are read to count them by handler.
SAMPLE: Final = 1_000

#: Values of one label; the others are counted as `other`.
MOST_VALUES: Final = 50

_STATES: Final = ("running", "waiting", "failed", "held")
_PERKS: Final = frozenset(Perk)

_LABEL: Final = re.compile(r"[a-z0-9_]{1,60}")
_EVENT_TYPE: Final = re.compile(r"[a-z0-9_.]{1,80}")


class Fleet:
    """What the store knows of the fleet."""

    def __init__(self, client: StoreClient) -> None:
        self._read = scripts.load(client, "read_fleet")

    def read(self, *, sample: int = SAMPLE) -> FleetView:
        """
        Return everything, in one round trip that takes no longer with a longer backlog.

        Args:
            sample: jobs of each index that are read to count them by handler; 0 for none.
        """
        return _view(json.loads(self._read(args=[sample])))


def _view(found: dict[str, Any]) -> FleetView:
    now, counted = moment(found["now"]), _pairs(found["tally"])
    handlers = {state: _handlers(found[state]) for state in _STATES}
    handlers["queued"] = Counter({keys.PROCESS: found["fresh"]["jobs"]})
    for queue in found["queues"].values():
        handlers["queued"].update(_handlers(queue))
    return FleetView(
        now=now,
        stats=_stats(found),
        handlers={state: _bounded(names) for state, names in handlers.items()},
        delay=_delay(_pairs(found["delay"])),
        answers=_bounded(_under(counted, "answer:")),
        secrets=_bounded(_under(counted, "secret:")),
        effects=_effects(_under(counted, "effect:")),
        events=_events(_under(counted, "event:")),
        reaped=moment(found.get("reaped")),
        workers=found["workers"],
        downstreams=tuple(
            DownstreamView(
                name=name,
                works=each["open_until"] == 0,
                shut_seconds=max(each["open_until"] - found["now"], 0) / 1000,
                most=each["most"] or None,
                window_seconds=each["ms"] / 1000 if each["most"] else None,
                used=each["used"],
            )
            for name, each in sorted(found["downstreams"].items())
        ),
        cap=revocation_cap(found.get("cap")),
        canary_age_seconds=None if found["canary"] is False else found["canary"] / 1000,
        webhook=webhook_view(found.get("webhook")),
        reconcile=reconcile_view(found["reconcile"], _under(counted, "reconcile:")),
    )


def _stats(found: dict[str, Any]) -> Stats:
    fresh, failed, limits = found["fresh"], found["failed"], _pairs(found["limits"])
    oldest_failed = moment(failed.get("first"))
    queues = {
        name: QueueView(
            queue=name,
            jobs=each["jobs"],
            messages=each["messages"],
            oldest=moment(each.get("first")),
        )
        for name, each in sorted(found["queues"].items())
    }
    first = queues[keys.DELIVERIES_QUEUE]
    queues[first.queue] = first.and_fresh(fresh["jobs"], moment(fresh.get("first")))
    return Stats(
        queues=tuple(queues.values()),
        running=found["running"]["jobs"],
        waiting=found["waiting"]["jobs"],
        next_try=moment(found["waiting"].get("first")),
        failed=failed["jobs"],
        oldest_failed=oldest_failed,
        held=found["held"]["jobs"],
        counts=dict(sorted(_pairs(found["counts"]).items())),
        kept=(
            kept_failed(
                failed["jobs"],
                oldest=oldest_failed,
                now=moment(found["now"]),
                limit=limits.get("failed_most"),
                keep_seconds=limits.get("failed_seconds"),
            ),
            kept_completed(found["completed"], limit=limits.get("settled_most")),
        ),
        memory=memory_view(_info(found["memory"]), _pairs(found["samples"]), moment(found["now"])),
    )


def _handlers(index: dict[str, Any]) -> Counter[str]:
    """Count the jobs of an index by handler; of a long index, by its sample."""
    seen: dict[str, int] = index["handlers"]
    read = sum(seen.values())
    if read in {0, index["jobs"]}:
        return Counter(seen)
    return Counter({name: round(many * index["jobs"] / read) for name, many in seen.items()})


def _delay(counted: dict[str, int]) -> DelayView:
    total, buckets = 0, []
    for end in DELAY_BUCKETS:
        total += counted.get(f"{end:g}", 0)
        buckets.append((float(end), total))
    buckets.append((float("inf"), total + counted.get("more", 0)))
    return DelayView(buckets=tuple(buckets), sum_seconds=counted.get("sum_ms", 0) / 1000)


def _effects(counted: dict[str, int]) -> dict[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    for name, many in counted.items():
        state, _, perk = name.partition(":")
        found[_label(state), perk if perk in _PERKS else "other"] += many
    return dict(found)


def _events(counted: dict[str, int]) -> dict[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    for name, many in _most_first(counted):
        handled, _, kind = name.partition(":")
        known = kind == "?" or _EVENT_TYPE.fullmatch(kind)
        if not known or len(found) > MOST_EVENT_TYPES:
            kind = "other"
        found[kind, _label(handled)] += many
    return dict(found)


def _info(text: str) -> dict[str, str]:
    return dict(line.split(":", 1) for line in text.splitlines() if ":" in line)


def _pairs(flat: list[str] | dict[str, str]) -> dict[str, int]:
    # Lua has one kind of table: an empty list comes as an empty object.
    words = list(flat)
    return {name: int(many) for name, many in zip(words[::2], words[1::2], strict=True)}


def _under(counted: dict[str, int], prefix: str) -> dict[str, int]:
    return {
        name.removeprefix(prefix): many for name, many in counted.items() if name.startswith(prefix)
    }


def _label(text: str) -> str:
    return text if _LABEL.fullmatch(text) else "other"


def _most_first(counted: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def _bounded(counted: Mapping[str, int]) -> dict[str, int]:
    """Keep labels few and plain, even if another program writes into the store."""
    found: Counter[str] = Counter()
    for name, many in _most_first(counted):
        found[_label(name) if len(found) < MOST_VALUES else "other"] += many
    return dict(found)
