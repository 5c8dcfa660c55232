"""What is true of the store between any two transitions."""

from collections import Counter
from typing import Any

from inbox import keys
from inbox.store.packing import without_trace
from tests.conftest import WINDOW_SECONDS


SINGLE = {
    keys.FRESH: b"zset",
    keys.RUNNING: b"zset",
    keys.WAITING: b"zset",
    keys.FAILED: b"zset",
    keys.HELD: b"zset",
    keys.BRAKE: b"zset",
    keys.COUNTS: b"hash",
    keys.DELAY: b"hash",
    keys.TALLY: b"hash",
    keys.WORKERS: b"zset",
    keys.FLEET: b"hash",
    keys.AUDIT: b"stream",
    keys.QUEUES: b"set",
    keys.SWEEPING: b"string",
    keys.LOOKED: b"hash",
    keys.SETTLED: b"list",
    keys.LIMITS: b"hash",
    keys.BATCHES: b"zset",
    keys.BATCHES + ":running": b"set",
    keys.PLANS: b"list",
    keys.RECONCILE: b"hash",
    keys.RECONCILE_LOCK: b"string",
    keys.RECONCILE_CUSTOMERS: b"hash",
    keys.RECONCILE_CUSTOMERS + ":lock": b"string",
    keys.RECONCILE_TURN: b"string",
    keys.MISSING: b"hash",
}
#: Indexes of something else than jobs.
OTHER_INDEXES = {keys.BATCHES, keys.FRESH, keys.WORKERS}

MANY = {
    keys.DELIVERY: b"hash",
    keys.JOB: b"hash",
    keys.QUEUED: b"zset",
    keys.IDENTITY: b"string",
    keys.CUSTOMER: b"set",
    keys.ERASED: b"string",
    keys.BATCH: b"hash",
    keys.PLAN: b"hash",
    keys.TOLD: b"string",
    keys.CODES: b"zset",
    keys.ASSIGNMENTS: b"hash",
    keys.BRAKE + ":": b"zset",
}
#: Keys that pass away by themselves, whatever they hold; completed deliveries do besides.
PASSING = {
    *(keys.IDENTITY, keys.ERASED, keys.BATCH, keys.PLAN, keys.SWEEPING, keys.PLANS, keys.BRAKE),
    keys.BRAKE + ":",
    keys.RECONCILE_CUSTOMERS + ":lock",
    *(keys.RECONCILE_LOCK, keys.RECONCILE_TURN, keys.CODES, keys.ASSIGNMENTS, keys.MISSING),
}
#: What Celery keeps in the same store.
CELERYS = {"unacked": b"hash", "unacked_index": b"zset"}
MARKER = {"received", "owed", "settled", "facts", "erased"}


def assert_consistent(store: Any, *, lost: frozenset[str] = frozenset()) -> None:
    """
    Check every key of the store against what `inbox/keys.py` says.

    Args:
        store: the store as the transitions left it.
        lost: queued jobs whose message a test has taken away.
    """
    everything = _Everything(store)
    everything.check_keys()
    everything.check_deliveries()
    everything.check_jobs()
    everything.check_indexes()
    everything.check_messages(lost)
    everything.check_bounds_and_customers()


def snapshot(store: Any) -> dict[str, Any]:
    """Return all that the store holds, but for counters and the reaper's own notes."""
    everything = _Everything(store)
    for name in (keys.COUNTS, keys.SWEEPING, keys.LOOKED):
        everything.values.pop(name, None)
    return everything.values


class _Everything:
    def __init__(self, store: Any) -> None:
        names = sorted(name.decode() for name in store.scan_iter(count=1000))
        pipe = store.pipeline(transaction=False)
        for name in names:
            pipe.type(name).pttl(name)
        answers = pipe.execute()
        self.types: dict[str, bytes] = dict(zip(names, answers[::2], strict=True))
        self.ttls: dict[str, int] = dict(zip(names, answers[1::2], strict=True))
        for name, kind in self.types.items():
            match kind:
                case b"hash":
                    pipe.hgetall(name)
                case b"zset":
                    pipe.zrange(name, 0, -1, withscores=True)
                case b"list":
                    pipe.lrange(name, 0, -1)
                case b"set":
                    pipe.smembers(name)
                case b"stream":
                    pipe.xrange(name)
                case _:
                    pipe.get(name)
        self.values: dict[str, Any] = dict(zip(names, pipe.execute(), strict=True))
        # What lives for a moment, such as the reaper's lock, may have ended since it was listed.
        for name in [name for name in names if self.values[name] is None]:
            del self.types[name], self.ttls[name], self.values[name]
        self._unfold()
        self.jobs = self._hashes(keys.JOB)
        self.deliveries = self._hashes(keys.DELIVERY)
        self.live = self._live_jobs()
        self.indexed = self._indexed_jobs()

    def _unfold(self) -> None:
        """Show what waits for its first claim as what it is short for."""
        fresh = {member.decode(): score for member, score in self.values.pop(keys.FRESH, ())}
        texts = {name for name, kind in self.types.items() if kind == b"string"}
        assert {name for name in texts if name.startswith(keys.DELIVERY)} == {
            keys.DELIVERY + delivery for delivery in fresh
        }
        index = keys.QUEUED + keys.DELIVERIES_QUEUE
        for delivery, since in fresh.items():
            self.values[keys.DELIVERY + delivery] = {
                b"received": b"%d" % since, b"owed": b"1",
                b"body": without_trace(self.values[keys.DELIVERY + delivery]),
            }  # fmt: skip
            job = f"{delivery}:{keys.PROCESS}"
            self.types[keys.JOB + job] = self.types[keys.DELIVERY + delivery] = b"hash"
            self.values[keys.JOB + job] = {
                b"state": b"queued", b"since": b"%d" % since, b"dispatches": b"1",
                b"queue": keys.DELIVERIES_QUEUE.encode(),
            }  # fmt: skip
            self.ttls[keys.JOB + job] = -1
            self.types[index] = b"zset"
            self.ttls[index] = -1
            self.values.setdefault(index, []).append((job.encode(), since))

    def _live_jobs(self) -> dict[str, dict[str, str]]:
        live: dict[str, dict[str, str]] = {}
        for job, fields in self.jobs.items():
            delivery, _, name = job.partition(":")
            live.setdefault(delivery, {})[name] = fields["queue"].decode()
        return live

    def _indexed_jobs(self) -> dict[str, dict[str, float]]:
        indexed: dict[str, dict[str, float]] = {}
        for name, kind in self.types.items():
            if (
                kind == b"zset"
                and name.startswith(keys.PREFIX)
                and not name.startswith((keys.CODES, keys.BRAKE))
                and name not in OTHER_INDEXES
            ):
                for job, score in self.values[name]:
                    indexed.setdefault(job.decode(), {})[name] = score
        return indexed

    def _hashes(self, prefix: str) -> dict[str, dict[str, Any]]:
        return {
            name.removeprefix(prefix): {key.decode(): value for key, value in fields.items()}
            for name, fields in self.values.items()
            if name.startswith(prefix)
        }

    def check_keys(self) -> None:
        """Nothing is there that no module documents, and what should pass away does."""
        queues = {fields["queue"].decode() for fields in self.jobs.values()}
        queues |= {name.removeprefix(keys.QUEUED) for name in self.types if keys.QUEUED in name}
        queues |= {name.decode() for name in self.values.get(keys.QUEUES, ())}
        queues |= {keys.DELIVERIES_QUEUE, "perks", "crm"}
        for name, kind in self.types.items():
            prefix = next((prefix for prefix in MANY if name.startswith(prefix)), None)
            known = MANY[prefix] if prefix else (SINGLE | CELERYS).get(name)
            if prefix == keys.BATCH and name.endswith(":tasks"):
                known = b"list"
            assert kind == (known or (b"list" if name in queues else None)), name
            passes = {prefix, name} & PASSING != set()
            passes = passes or (prefix == keys.DELIVERY and b"settled" in self.values[name])
            # Nought is a key's last millisecond; what stays permanently has -1.
            assert (self.ttls[name] != -1) == passes, (name, self.ttls[name])

    def check_deliveries(self) -> None:
        """A delivery's pending jobs are its live ones; one without any is but a marker."""
        for delivery, fields in self.deliveries.items():
            live = self.live.get(delivery, {})
            assert int(fields["owed"]) == len(live), delivery
            pending = {
                name[5:]: queue.decode() for name, queue in fields.items() if name[:5] == "owes:"
            }
            assert pending == {name: queue for name, queue in live.items() if name != keys.PROCESS}
            ended = {name[4:] for name in fields if name.startswith("end:")}
            assert not ended & live.keys(), delivery
            if live:
                assert {"body", "received"} <= fields.keys()
                assert "settled" not in fields
            else:
                assert {name for name in fields if not name.startswith("end:")} <= MARKER
                assert self.ttls[keys.DELIVERY + delivery] <= WINDOW_SECONDS * 1000

    def check_jobs(self) -> None:
        """Each job is in the index that its state says, and in no other."""
        for job, fields in self.jobs.items():
            assert job[:32] in self.deliveries, job
            state, since = fields["state"].decode(), int(fields["since"])
            index = {
                "queued": keys.QUEUED + fields["queue"].decode(),
                "running": keys.RUNNING,
                "waiting": keys.WAITING,
                "failed": keys.FAILED,
                "held": keys.HELD,
            }[state]
            found = self.indexed.get(job, {})
            assert found.keys() == {index}, (job, state, found)
            if state in {"queued", "failed", "held"}:
                assert found[index] == since, job
            assert 0 <= int(fields.get("tries", 0)) <= int(fields.get("fence", 0)), job
            assert state != "held" or "admitted" not in fields, job
            assert sum(name.startswith("run:") for name in fields) <= 30

    def check_indexes(self) -> None:
        """No index names a job that is not there."""
        assert self.indexed.keys() == self.jobs.keys()

    def check_messages(self, lost: frozenset[str]) -> None:
        """A queued job's newest message is in its queue, and no message is there twice."""
        sent: Counter[tuple[str, str]] = Counter()
        for name, kind in self.types.items():
            if (
                kind == b"list"
                and name not in {keys.SETTLED, keys.PLANS}
                and not name.startswith(keys.BATCH)
            ):
                sent.update((name, raw.decode().partition(" ")[0]) for raw in self.values[name])
        assert not [message for message, times in sent.items() if times > 1]
        for job, fields in self.jobs.items():
            if fields["state"] == b"queued" and job not in lost:
                message = (fields["queue"].decode(), f"{job}:{fields['dispatches'].decode()}")
                assert message in sent

    def check_bounds_and_customers(self) -> None:
        """Markers are in the list that bounds them, unsettled deliveries in their customers'."""
        listed = {delivery.decode() for delivery in self.values.get(keys.SETTLED, ())}
        assert {name for name, its in self.deliveries.items() if "settled" in its} <= listed
        # A customer's index names exactly the unsettled deliveries that were processed.
        indexed = {
            name.removeprefix(keys.CUSTOMER): {member.decode() for member in members}
            for name, members in self.values.items()
            if name.startswith(keys.CUSTOMER)
        }
        reported: dict[str, set[str]] = {}
        for delivery, fields in self.deliveries.items():
            if "customer" in fields:
                assert "body" in fields, delivery
                reported.setdefault(fields["customer"].decode(), set()).add(delivery)
        assert indexed == reported
