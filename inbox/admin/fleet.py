"""
The numbers of the whole fleet, which any receiver tells.

All that happens to jobs is counted in the store by the step that does it. What only a process
knows it tells: docs/decisions/0026-metrics-of-the-fleet.md.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from redis import Redis

from inbox import keys
from inbox.admin.fleet_views import DelayView, DownstreamView, FleetView, MemoryView, brake_view
from inbox.admin.reconcile_view import view as reconcile_view
from inbox.admin.views import QueueView, Stats, kept_failed, kept_settled
from inbox.breaker import Breaker
from inbox.model.effect import Perk
from inbox.model.rate import Rate
from inbox.model.time import moment
from inbox.state.webhook import view as webhook_view
from inbox.store import scripts
from inbox.store.headroom import bytes_left


#: Jobs of one index that one reading looks at, to tell how many are of which handler.
SAMPLE: Final = 1_000

#: Values of one label; what is more goes by the name of `other`.
MOST_VALUES: Final = 50

#: A receiver's message counts once, though it comes again within this time.
REMEMBERED_SECONDS: Final = 3600

#: A worker that has not told for so many of its intervals is gone.
_ALIVE_INTERVALS: Final = 3

_PERKS: Final = frozenset(Perk)

_LABEL: Final = re.compile(r"[a-z0-9_]{1,60}")
_EVENT_TYPE: Final = re.compile(r"[a-z0-9_.]{1,80}")


class Fleet:
    """Reads and tells what is known of the fleet."""

    def __init__(self, client: Redis) -> None:
        self._read = scripts.load(client, "read_fleet")
        self._counts = scripts.load(client, "tell_counts")
        self._present = scripts.load(client, "tell_present")

    def read(self) -> FleetView:
        """Read everything, in one round trip that takes no longer with more that waits."""
        return _view(json.loads(self._read(args=[SAMPLE])))

    def tell_counts(self, receiver: str, number: int, counts: Mapping[str, int]) -> bool:
        """Add what a receiver has counted; False if this message was taken before."""
        pairs = [word for pair in counts.items() for word in pair]
        return bool(self._counts(args=[receiver, number, REMEMBERED_SECONDS * 1000, *pairs]))

    def tell_present(
        self,
        worker: str,
        interval_seconds: float,
        *,
        brake: Rate | None,
        brake_campaign: Rate | None = None,
        gates: Mapping[str, Breaker],
        swept: bool,
    ) -> None:
        """Tell that a worker lives, what it allows, and whether it has swept."""
        told: dict[str, Any] = {"downstreams": {name: gate.rate for name, gate in gates.items()}}
        if brake is not None:
            told["brake"] = (brake.count, brake.ms)
            if brake_campaign is not None:
                told["brake_campaign"] = (brake_campaign.count, brake_campaign.ms)
        alive_ms = int(interval_seconds * 1000) * _ALIVE_INTERVALS
        self._present(args=[worker, alive_ms, json.dumps(told), int(swept)])


def _view(found: dict[str, Any]) -> FleetView:
    now, tally = found["now"], dict(_pairs(found["tally"]))
    fresh = found["fresh"]
    handlers = {state: _handlers(found[state]) for state in _STATES}
    queued = [_handlers(queue) for queue in found["queues"].values()]
    handlers["queued"] = _added([*queued, {keys.PROCESS: fresh["jobs"]}])
    return FleetView(
        now=moment(now),
        stats=_stats(found),
        handlers={state: _bounded(names) for state, names in handlers.items()},
        delay=_delay(dict(_pairs(found["delay"]))),
        answers=_bounded(_under(tally, "answer:")),
        secrets=_bounded(_under(tally, "secret:")),
        effects=_effects(_under(tally, "effect:")),
        events=_events(_under(tally, "event:")),
        swept=moment(found.get("swept")),
        workers=found["workers"],
        downstreams=tuple(
            DownstreamView(
                name=name,
                works=each["shut_until"] == 0,
                shut_seconds=max(each["shut_until"] - now, 0) / 1000,
                most=each["most"] or None,
                window_seconds=each["ms"] / 1000,
                used=each["used"],
            )
            for name, each in sorted(found["downstreams"].items())
        ),
        brake=brake_view(found.get("brake")),
        memory=_memory(found["memory"]),
        webhook=webhook_view(found.get("webhook")),
        reconcile=reconcile_view(found["reconcile"], _under(tally, "reconcile:")),
    )


_STATES: Final = ("running", "waiting", "failed", "held")


def _stats(found: dict[str, Any]) -> Stats:
    fresh = found["fresh"]
    queues = [
        QueueView(
            queue=name,
            jobs=each["jobs"],
            messages=each["messages"],
            oldest=moment(each.get("first")),
        )
        for name, each in sorted(found["queues"].items())
    ]
    stats = Stats(
        queues=tuple(
            each.and_fresh(fresh["jobs"], moment(fresh.get("first")))
            if each.queue == keys.DELIVERIES_QUEUE
            else each
            for each in queues
        ),
        running=found["running"]["jobs"],
        waiting=found["waiting"]["jobs"],
        next_try=moment(found["waiting"].get("first")),
        failed=found["failed"]["jobs"],
        oldest_failed=moment(found["failed"].get("first")),
        held=found["held"]["jobs"],
        counts=dict(_pairs(found["counts"])),
    )
    limits = dict(_pairs(found["limits"]))
    failed = kept_failed(
        stats.failed,
        oldest=stats.oldest_failed,
        now=moment(found["now"]),
        limit=limits.get("failed_most"),
        keep_seconds=limits.get("failed_seconds"),
    )
    settled = kept_settled(found["settled"], limit=limits.get("settled_most"))
    return replace(stats, kept=(failed, settled))


def _handlers(index: dict[str, Any]) -> dict[str, int]:
    """Count the jobs of an index by handler; from a sample where that is all there is."""
    seen: dict[str, int] = index["handlers"]
    looked_at = sum(seen.values())
    if looked_at in {0, index["jobs"]}:
        return seen
    return {name: round(many * index["jobs"] / looked_at) for name, many in seen.items()}


def _delay(counted: dict[str, int]) -> DelayView:
    total, buckets = 0, []
    for end in keys.DELAY_BUCKETS:
        total += counted.get(f"{end:g}", 0)
        buckets.append((float(end), total))
    buckets.append((float("inf"), total + counted.get("more", 0)))
    return DelayView(buckets=tuple(buckets), sum_seconds=counted.get("sum_ms", 0) / 1000)


def _effects(counted: dict[str, int]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for name, many in counted.items():
        state, _, perk = name.partition(":")
        key = (_label(state), perk if perk in _PERKS else "other")
        found[key] = found.get(key, 0) + many
    return found


def _events(counted: dict[str, int]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for name, many in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])):
        handled, _, kind = name.partition(":")
        key = (kind if kind == "?" or _EVENT_TYPE.fullmatch(kind) else "other", _label(handled))
        if len(found) > keys.MOST_EVENT_TYPES:
            key = ("other", _label(handled))
        found[key] = found.get(key, 0) + many
    return found


def _memory(text: str) -> MemoryView | None:
    told = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    if "used_memory" not in told:
        return None
    return MemoryView(
        used=int(told["used_memory"]),
        limit=int(told.get("maxmemory", 0)) or None,
        left=bytes_left(told),
    )


def _pairs(flat: list[str] | dict[str, str]) -> Iterator[tuple[str, int]]:
    # Lua has one kind of table: an empty list comes as an empty object.
    words = iter(flat)
    for name in words:
        yield name, int(next(words))


def _under(counted: dict[str, int], prefix: str) -> dict[str, int]:
    return {
        name.removeprefix(prefix): many for name, many in counted.items() if name.startswith(prefix)
    }


def _label(text: str) -> str:
    return text if _LABEL.fullmatch(text) else "other"


def _added(several: list[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for names in several:
        for name, many in names.items():
            total[name] = total.get(name, 0) + many
    return total


def _bounded(counted: dict[str, int]) -> dict[str, int]:
    """Keep labels few and plain, whatever somebody wrote into the store."""
    found: dict[str, int] = {}
    for name, many in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])):
        label = _label(name) if len(found) < MOST_VALUES else "other"
        found[label] = found.get(label, 0) + many
    return found
